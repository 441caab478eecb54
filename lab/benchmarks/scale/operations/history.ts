/** Operations in one room as its history grows, and the room list as a person joins more rooms. */
import { randomUUID } from 'node:crypto'
import { percentile } from '../../../harness/statistics.ts'
import { CJK, COMMON, RARE } from '../../../server/sentences.ts'
import { BenchSocket, frameMatching, textOf } from '../../bench-socket.ts'
import type { Histories } from '../../histories.ts'
import { FOUND, LISTED, PAGE, Reader } from '../../reading.ts'
import type { BenchServers } from '../../servers.ts'
import type { Operation, Values } from '../growth.ts'
import type { Sizes } from '../sizes.ts'

const AXIS = 'messages in the room'
/** Messages before the first that is timed. */
const UNTIMED = 20
/** An echo that has not come by then will not, in milliseconds. */
const PATIENCE = 10_000
/** A count of everything is worth this many messages' reading at most. */
const MOST_COUNTED = 2_000_000

export function historyOperations(
  servers: BenchServers,
  histories: () => Promise<Histories>,
  sizes: Sizes,
): Operation[] {
  const at = async (size: number) => {
    const { parlour, room } = await histories()
    const { id, writer } = room(size)
    return { parlour, id, writer, reader: new Reader(servers, parlour, writer) }
  }
  const ofRoom = { axis: AXIS, sizes: sizes.messages, ready: histories }
  const middleAndTail = [
    { name: 'p50', unit: 'ms' },
    { name: 'p95', unit: 'ms' },
  ]

  const page = async (size: number): Promise<Values> => {
    const { id, reader } = await at(size)
    return spread(await warm((times) => reader.page(id, times), sizes))
  }

  const resume = async (size: number): Promise<Values> => {
    const { id, reader } = await at(size)
    return spread(await warm((times) => reader.resume(id, times), sizes))
  }

  const echo = async (size: number): Promise<Values> => {
    const { parlour, id, writer } = await at(size)
    // The room may be kept for another run, in which the same client_id would be a repeat.
    const run = randomUUID()
    const line = await BenchSocket.open({
      url: `${parlour.api.socketUrl(`/ws/chat/${id}/`, writer)}&batch=1`,
      join: async (socket) => void (await frameMatching(socket, (frame) => frame.includes('"type":"ready"'))),
      frame: (sender, index) =>
        `{"type":"send_message","client_id":"${run}-${index}","content":"${textOf(sender, index)}"}`,
    })
    const times: number[] = []
    try {
      // Few: what is said stays, and the room is to keep its size.
      for (let index = 0; index < UNTIMED + sizes.echoes; index++) {
        const began = performance.now()
        await echoed(line, index)
        if (index >= UNTIMED) times.push(performance.now() - began)
      }
    } finally {
      line.cut()
    }
    return { p50: percentile(times, 0.5), p99: percentile(times, 0.99) }
  }

  const search = async (size: number): Promise<Values> => {
    const { id, reader } = await at(size)
    const values: Values = {}
    for (const [name, words, expected] of [
      ['rare word', RARE, Math.floor(size / 100_000)],
      ['common word', COMMON, FOUND],
      ['two-letter CJK', CJK, Math.min(FOUND, Math.floor(size / 500))],
    ] as const) {
      values[name] = percentile(await warm((times) => reader.search(id, words, expected, times), sizes), 0.95)
    }
    return values
  }

  /** Inside the room, by the room's own query, with the way to the room taken off. */
  const unread = async (size: number): Promise<Values> => {
    const { parlour, id, reader } = await at(size)
    const last = await reader.newestId(id)
    const took = async (above: number, times: number): Promise<number> => {
      const began = performance.now()
      const found = await parlour.probe(id, { ask: 'unread', user: 0, above, times })
      const took = performance.now() - began
      if (times > 0 && found < Math.min(PAGE, size) - 1) throw new Error(`${found} unread`)
      return took
    }
    const each = async (above: number, times: number): Promise<number> => {
      const rounds = []
      for (let n = 0; n < 5; n++) rounds.push((await took(above, times)) - (await took(above, 0)))
      return Math.max(0.0001, percentile(rounds, 0.5) / times)
    }
    return {
      '50 unread': await each(last - PAGE, 2_000),
      'all unread': await each(0, Math.max(1, Math.min(2_000, Math.floor(MOST_COUNTED / size)))),
    }
  }

  return [
    {
      id: 'newest-page',
      title: 'The newest page of 50 messages',
      ...ofRoom,
      figures: middleAndTail,
      plotted: ['p50', 'p95'],
      measure: page,
    },
    {
      id: 'resume',
      title: 'Resuming a socket by 50 missed messages',
      ...ofRoom,
      figures: middleAndTail,
      plotted: ['p50', 'p95'],
      note: 'From asking for the socket to `ready`, with exactly the 50 messages in between.',
      measure: resume,
    },
    {
      id: 'echo',
      title: 'From sending a message to one’s own echo',
      ...ofRoom,
      figures: [
        { name: 'p50', unit: 'ms' },
        { name: 'p99', unit: 'ms' },
      ],
      plotted: ['p50', 'p99'],
      note: 'One socket, one message at a time, stored and searchable before the echo.',
      measure: echo,
    },
    {
      id: 'search',
      title: 'Searching a room, p95',
      ...ofRoom,
      figures: ['rare word', 'common word', 'two-letter CJK'].map((name) => ({ name, unit: 'ms' })),
      plotted: ['rare word', 'common word', 'two-letter CJK'],
      note: `The rare word stands in one message of 100,000, the common one in one of three, 喝茶 in one of 500. A page holds ${FOUND}.`,
      measure: search,
    },
    {
      id: 'unread',
      title: 'Counting what somebody has not read',
      ...ofRoom,
      figures: ['50 unread', 'all unread'].map((name) => ({ name, unit: 'ms' })),
      plotted: ['50 unread', 'all unread'],
      note: 'Inside the room, without the way to it. It grows with what is unread, not with the history; a count is kept while the room is awake.',
      measure: unread,
    },
  ]
}

/** Some requests whose times do not count, then those that do. */
const warm = async (read: (times: number) => Promise<number[]>, { requests }: Sizes): Promise<number[]> => {
  await read(Math.ceil(requests / 4))
  return read(requests)
}

const spread = (times: number[]): Values => ({ p50: percentile(times, 0.5), p95: percentile(times, 0.95) })

/** Says something and resolves when it is back. @throws {Error} when it does not come, or the socket is closed */
async function echoed(line: BenchSocket, index: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`No echo: ${line.closed ?? 'the socket is open'}`)), PATIENCE)
    line.delivered = (_sender, back) => {
      if (back !== index) return
      clearTimeout(timer)
      resolve()
    }
    line.sendMessage(0, index)
  })
}

export function listOperation(servers: BenchServers, histories: () => Promise<Histories>, sizes: Sizes): Operation {
  return {
    id: 'room-list',
    title: 'The first page of somebody’s room list',
    axis: 'rooms somebody is in',
    sizes: sizes.rooms,
    ready: histories,
    figures: [
      { name: 'p50', unit: 'ms' },
      { name: 'p95', unit: 'ms' },
    ],
    plotted: ['p50', 'p95'],
    note: `A page holds ${LISTED} rooms; of ten rooms, all.`,
    async measure(size) {
      const { parlour, person } = await histories()
      const reader = new Reader(servers, parlour, person(size))
      return spread(await warm((times) => reader.list(size, times), sizes))
    },
  }
}
