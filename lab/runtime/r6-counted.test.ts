/**
 * R6: unread counts, receipts and order against a model that knows nothing of the server.
 *
 * Any sequence of commands is played on the scenario and on the model; each must be allowed by both or by neither. At
 * rest every list, every room, every receipt and the directory must be what the model says, and whatever is open must
 * show it. A sequence that goes wrong is made as short as it can be.
 */
import { reset } from 'cloudflare:test'
import * as fc from 'fast-check'
import { afterAll } from 'vitest'
import { presentTime } from '../../test/support/world'
import { Model } from './model'
import { ACTORS, type ActorName, Scenario } from './scenario'
import { stateOf } from './state'
import { PEOPLE, ROOM_NAMES, type Step } from './steps'
import { migrated, trial } from './trial'

/** Runs after which everything stored is thrown away, so that the disk does not fill. */
const RUNS_KEPT = 50

afterAll(presentTime)

const figures = { runs: 0, commands: 0, refused: 0, evictions: 0, compared: 0 }

type Command = fc.AsyncCommand<Model, Scenario>

/** Somebody does something: allowed by both, or by neither. */
class Doing implements Command {
  readonly step: Step
  constructor(step: Step) {
    this.step = step
  }
  check = () => true
  async run(model: Model, scenario: Scenario): Promise<void> {
    const outcome = await scenario.perform(this.step)
    figures.commands += 1
    if (outcome === 'nothing') return
    const may = model.apply(this.step)
    if (outcome !== 'done') figures.refused += 1
    if (may !== 'either' && (may === 'done') !== (outcome === 'done')) {
      throw new Error(`${JSON.stringify(this.step)} was answered ${outcome}, and should be ${may}`)
    }
  }
  toString = () => JSON.stringify(this.step)
}

class Evicting implements Command {
  readonly actor: ActorName
  readonly how: 'hibernate' | 'close'
  constructor(actor: ActorName, how: 'hibernate' | 'close') {
    this.actor = actor
    this.how = how
  }
  check = () => true
  async run(_: Model, scenario: Scenario): Promise<void> {
    figures.commands += 1
    if (await scenario.evict(this.actor, this.how)) figures.evictions += 1
  }
  toString = () => `evict ${this.actor}, ${this.how}`
}

class Resting implements Command {
  check = () => true
  run = (model: Model, scenario: Scenario) => compare(model, scenario)
  toString = () => 'rest and compare'
}

async function compare(model: Model, scenario: Scenario): Promise<void> {
  await scenario.rest()
  figures.compared += 1
  const state = await stateOf(scenario)
  const should = expected(model)
  for (const who of PEOPLE) {
    const lines = (state.lists[who] as ListLine[]).map(({ roomName, unread_count, muted, pinned, message }) => {
      return { roomName, unread: unread_count, muted, pinned, last: message?.text ?? null }
    })
    same(`the list of ${who}`, lines, should.lists[who])
  }
  for (const roomName of ROOM_NAMES) {
    const room = state.rooms[roomName] as RoomState
    // Newest first, and which is which is in their order.
    const messages = room.messages.toReversed().map(({ by, content, edited, deleted, status, readers }) => {
      return { by, content, edited, deleted, status, readers }
    })
    const empty = room.members.length === 0
    same(
      `the ${roomName}`,
      empty ? null : { people: room.members, indexed: room.indexed, messages },
      should.rooms[roomName],
    )
  }
  const faults: string[] = []
  for (const window of scenario.windows.values()) faults.push(...(await window.compare()))
  if (faults.length > 0) throw new Error(faults.join('\n'))
}

interface ListLine {
  roomName: string
  unread_count: number
  muted: boolean
  pinned: boolean
  message: { text: string } | null
}

interface RoomState {
  members: string[]
  indexed: string[]
  messages: Record<'by' | 'content' | 'edited' | 'deleted' | 'status' | 'readers', unknown>[]
}

function same(what: string, is: unknown, should: unknown): void {
  const [one, other] = [JSON.stringify(is), JSON.stringify(should)]
  if (one !== other) throw new Error(`${what} is\n${one}\nand should be\n${other}`)
}

let texts = 0
const who = fc.constantFrom(...PEOPLE)
const whom = who
const roomName = fc.constantFrom(...ROOM_NAMES)
const nth = fc.nat(8)
/** One kind of step, with what it needs. */
const step = (weight: number, shape: Record<string, fc.Arbitrary<unknown>>) => ({
  weight,
  arbitrary: fc.record(shape).map((drawn) => new Doing(drawn as Step)) as fc.Arbitrary<Command>,
})
const doing = <Do extends Step['do']>(...what: Do[]) => fc.constantFrom(...what)
/** A text of its own each time. */
const text = fc.constant(null).map(() => `text ${texts++}`)

const command: fc.Arbitrary<Command> = fc.oneof(
  step(24, { do: doing('send'), who, roomName, text, client: text }),
  step(6, { do: doing('resend'), who, roomName, nth }),
  step(5, { do: doing('edit'), who, roomName, nth, text }),
  step(6, { do: doing('delete'), who, roomName, nth }),
  step(12, { do: doing('read', 'deliver'), who, roomName, nth }),
  step(7, { do: doing('add'), who, roomName, whom }),
  step(5, { do: doing('remove', 'promote', 'demote'), who, roomName, whom }),
  step(3, { do: doing('leave'), who, roomName }),
  step(4, { do: doing('accept', 'accept', 'decline'), who, roomName }),
  step(4, { do: doing('mute', 'pin'), who, roomName, on: fc.boolean() }),
  step(3, { do: doing('block', 'unblock'), who: fc.constant('ada'), whom: fc.constant('bob') }),
  step(9, { do: doing('enter', 'exit'), who, roomName }),
  step(9, { do: doing('open', 'open', 'close'), who, what: fc.constant('sidebar') }),
  {
    weight: 12,
    arbitrary: fc
      .record({ actor: fc.constantFrom(...ACTORS), how: fc.constantFrom('hibernate' as const, 'close' as const) })
      .map(({ actor, how }) => new Evicting(actor, how)),
  },
  { weight: 2, arbitrary: fc.constant(new Resting()) },
)

trial('R6', async ({ seed, runs, commands }) => {
  // Lengths are drawn evenly, so that half of the most is what a run has on average.
  const sequences = fc.commands([command], { maxCommands: commands * 2, size: 'max' })
  const played = fc.asyncProperty(sequences, async (sequence) => {
    figures.runs += 1
    if (figures.runs % RUNS_KEPT === 0) await reset().then(migrated)
    const scenario = await Scenario.set(`r${figures.runs}`)
    const model = new Model()
    try {
      await fc.asyncModelRun(() => ({ model, real: scenario }), sequence)
      await compare(model, scenario)
    } finally {
      for (const window of scenario.windows.values()) await window.shut()
    }
  })
  const details = await fc.check(played, { seed, numRuns: runs })
  const cases = details.failed ? [String(details.errorInstance), `${await fc.asyncDefaultReportMessage(details)}`] : []
  return { figures, cases }
})

/** What the model says of everybody's list and of every room. */
function expected(model: Model) {
  const lists = Object.fromEntries(PEOPLE.map((who) => [who, model.list(who)]))
  const rooms = Object.fromEntries(
    ROOM_NAMES.map((each) => {
      const { members, said } = model.rooms[each]
      // The room is read by the first of them who may.
      const viewer = PEOPLE.find((who) => members.has(who)) ?? 'ada'
      const messages = said.map(({ by, text, edited, deleted }, nth) => ({
        by,
        content: deleted ? null : text,
        edited,
        deleted,
        status: model.status(each, nth, viewer),
        readers: model.readers(each, nth, viewer).sort(),
      }))
      const people = [...members].map(([who, { role }]) => `${who} ${role}`).sort()
      return [each, members.size === 0 ? null : { people, indexed: people, messages }]
    }),
  )
  return { lists, rooms }
}
