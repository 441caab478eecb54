/** Fills the tables of docs/scaling.md, about more than one object, database or region, from what a run measured. */
import { rounded } from '../row.ts'
import { SEGMENT } from './footprint.ts'
import type { Measured } from './measured.ts'
import { capacity, LATEST, type Shape, simulate } from './relays.ts'

/** A relay is full at this many sockets. */
const FULL_RELAY = 2_000
const ROOMS = [2_000, 5_000, 10_000, 20_000, 50_000, 100_000]
/** Sockets that the platform lets one object hold. */
const MOST_SOCKETS = 32_768
/** Assumed: one way between actors of one place, in milliseconds. */
const HOP = 5
/** Assumed: the same to a relay on another continent. */
const FAR = 80
const RATE = 10
const SEED = 7
const SECONDS = 30

/** Decimal, as the platform counts. */
const GB = 1e9
const FULL = 10 * GB
/** Dollars a month for a GB, and for a million operations. */
const PRICES = { objects: 0.2, r2: 0.015, writes: 4.5, reads: 0.36, calls: 0.15 }

const people = [
  { who: 'seldom here', sessions: 1, memberships: 5, friends: 5 },
  { who: 'usual', sessions: 2, memberships: 20, friends: 15 },
  { who: 'busy', sessions: 4, memberships: 200, friends: 150 },
]
const MEMBERS = 8

export type Regions = Record<'costs' | 'relays' | 'directory' | 'archive' | 'trips', string>

export const regions = (measured: Measured): Regions => ({
  costs: costs(measured),
  relays: relays(measured),
  directory: directory(measured),
  archive: archive(measured),
  trips: trips(measured),
})

const table = (head: string[], rows: string[][]): string =>
  [head, head.map((_, n) => (n === 0 ? '---' : '---:')), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n')

const micro = (ms: number): string => `${rounded(ms * 1_000)} µs`

function costs({ costs, call, callBytes, flows }: Measured): string {
  const rows = flows
    .toSorted((a, b) => a.sockets - b.sockets || a.window - b.window)
    .map(({ sockets, window, rate }) => {
      const simulated = simulate(costs, { sockets, relays: 0, hop: 0, call: 0 }, { window }, SEED)
      return [sockets, window, rate, simulated.rate, simulated.rate / rate].map(rounded)
    })
  return [
    `A turn costs ${micro(costs.turn)}; ${micro(costs.message)} for each message stored; ${micro(costs.frame)} for each socket; ` +
      `${micro(costs.event)} for each message in each socket's frame. A call from one actor to another with ${rounded(callBytes / 1_000)} KB costs ${micro(call)}.`,
    '',
    'The simulation with these costs, beside the measured rooms:',
    '',
    table(['sockets', 'messages under way', 'measured, messages/s', 'simulated', 'ratio'], rows),
  ].join('\n')
}

const bearable = (rate: number): string => (rate === 0 ? 'none' : rounded(rate))

function relays({ costs, call }: Measured): string {
  const cells = (shape: Shape): string[] => {
    if (shape.relays === 0 && shape.sockets > MOST_SOCKETS) return ['refused', '', '']
    const { p50, p99 } = simulate(costs, shape, { rate: RATE }, SEED, SECONDS)
    return [bearable(capacity(costs, shape, SEED)), ...[p50, p99].map((ms) => (ms > 60_000 ? '> 60,000' : rounded(ms)))]
  }
  const rows = ROOMS.map((sockets) => {
    const count = Math.ceil(sockets / FULL_RELAY)
    const near = { sockets, relays: count, hop: HOP, call }
    const dollars = (count + 1) * PRICES.calls
    return [
      rounded(sockets),
      ...cells({ sockets, relays: 0, hop: 0, call: 0 }),
      String(count),
      ...cells(near),
      rounded(simulate(costs, { ...near, hop: FAR }, { rate: RATE }, SEED, SECONDS).p50),
      rounded(dollars),
    ]
  })
  return [
    table(
      [
        'sockets',
        'one object: messages/s',
        'p50 ms',
        'p99 ms',
        'relays',
        'with relays: messages/s',
        'p50 ms',
        'p99 ms',
        `p50 ms, relays ${FAR} ms away`,
        '$ per million messages',
      ],
      rows,
    ),
    '',
    `Messages/s is the most at which 99 of 100 deliveries come within ${LATEST} ms of sending; p50 and p99 are at ${RATE} messages/s over ${SECONDS} s, ` +
      `also where that is more than it bears. Relays hold ${rounded(FULL_RELAY)} sockets each and are ${HOP} ms from the room (assumed). ` +
      'Dollars are the calls between room and relays, at most one call per relay and message; messages that come together share one.',
  ].join('\n')
}

function directory({ directory: each }: Measured): string {
  const rows = people.map(({ who, sessions, memberships, friends }) => {
    const parts = [
      each.user + each.presence,
      sessions * each.session,
      memberships * each.membership,
      // Two people share a friendship, and several a room.
      (friends / 2) * each.friendship,
      (memberships / MEMBERS) * each.room,
    ]
    const bytes = parts.reduce((sum, part) => sum + part, 0)
    const holds = `${sessions}, ${memberships}, ${friends}`
    return [`${who} (${holds})`, ...parts.map(rounded), rounded(bytes), rounded(FULL / bytes)]
  })
  const single = Object.entries(each).map(([name, bytes]) => `${name} ${rounded(bytes)}`)
  return [
    `Bytes of one row with its indexes, measured: ${single.join(', ')}.`,
    '',
    table(
      [
        'person (sessions, memberships, friends)',
        'account',
        'sessions',
        'memberships',
        'friendships',
        `rooms of ${MEMBERS}`,
        'bytes',
        'people in 10 GB',
      ],
      rows,
    ),
  ].join('\n')
}

function archive({ message, rooms }: Measured): string {
  const largest = rooms.at(-1)
  const real = largest ? largest.bytes / largest.messages : Number.NaN
  const kept = message.row + message.repeat + message.search
  const left = message.repeat + message.search
  const monthly = (bytes: number, price: number) => (bytes / GB) * price * 1e6
  const before = monthly(kept, PRICES.objects)
  const after = monthly(left, PRICES.objects) + monthly(message.segment, PRICES.r2)
  const writes = (1e6 / SEGMENT / 1e6) * PRICES.writes
  const sizes = rooms.map(({ messages, bytes }) => [rounded(messages), rounded(bytes / 1e6), rounded(bytes / messages)])
  return [
    table(['messages', 'database, MB', 'bytes a message'], sizes),
    '',
    `At ${rounded(real)} bytes a message, 10 GB hold ${rounded(FULL / real / 1e6)} million: one message a second for ${rounded(FULL / real / 86_400 / 365)} years.`,
    '',
    table(
      ['bytes of one message', 'now', 'archived'],
      [
        ['row', rounded(message.row), 'in R2'],
        ['index of client_id', rounded(message.repeat), rounded(message.repeat)],
        ['search index', rounded(message.search), rounded(message.search)],
        [`in R2, ${rounded(SEGMENT)} to a segment, gzip`, '', rounded(message.segment)],
        ['**in the room**', rounded(kept), rounded(left)],
        ['**$ a month for a million**', rounded(before), rounded(after)],
      ],
    ),
    '',
    `The text alone has ${rounded(message.text)} bytes. Moving a million messages writes ${rounded(1e6 / SEGMENT)} segments, $${rounded(writes)} once; ` +
      `that is earned back after ${rounded((30 * writes) / Math.max(1e-9, before - after))} days. A page of old history reads one or two segments of ${rounded((message.segment * SEGMENT) / 1_000)} KB, $${PRICES.reads} per million reads.`,
  ].join('\n')
}

/** Assumed: there and back across an ocean, in milliseconds. */
const OCEAN = 150

function trips({ trips }: Measured): string {
  const onSocket = { operation: 'a message on an open socket', directory: 0, actors: 1, inTurn: 1, directoryInTurn: 0 }
  const rows = [...trips, onSocket].map(({ operation, directory, actors, inTurn, directoryInTurn }) => [
    operation,
    ...[directory, actors, inTurn, directoryInTurn * OCEAN, inTurn * OCEAN].map(rounded),
  ])
  const far = ['the directory', 'directory and actors'].map((what) => `ms more, ${what} ${OCEAN} ms away`)
  return [
    table(['operation', 'directory', 'actors', 'in turn', ...far], rows),
    '',
    'Counted at the Worker in this run: queries of the directory, calls to actors, and how many of them wait for one another. The caller does ' +
      'not wait for calls between actors, except where a sidebar first refreshes its stale rows. The last row is not counted: an open socket reaches its actor directly.',
  ].join('\n')
}
