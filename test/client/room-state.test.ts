/** A room on screen equals the room on the server, whatever order pages, events and resumes arrive in. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { RoomFrame } from '../../src/client/frames'
import type { Message } from '../../src/client/model'
import {
  bufferingFrames,
  opened,
  type Page,
  type RoomState,
  trimmed,
  unreadIn,
  withAdjacentPage,
  withFrame,
  withRead,
  withWindow,
} from '../../src/client/room/state'
import { ME, ModelRoom } from './model-room'

const PEOPLE = [ME, 2, 3]
const LIMIT = 4

const person = fc.constantFrom(...PEOPLE, 4)
/** Chosen among what there is when its turn comes. */
const which = fc.nat(1_000)

type Step =
  | { do: 'send' | 'join' | 'leave'; who: number }
  | { do: 'edit' | 'remove'; which: number }
  | { do: 'read' | 'deliver' | 'react'; who: number; which: number }
  | { do: 'cut' | 'resume' | 'older' | 'newer' | 'latest' | 'arrive' }
  | { do: 'jump'; which: number }

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('send' as const), who: person }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('edit' as const, 'remove' as const), which }) },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constantFrom('read' as const, 'read' as const, 'deliver' as const, 'react' as const),
      who: person,
      which,
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('join' as const, 'leave' as const), who: person }) },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constantFrom(
        'cut' as const,
        'resume' as const,
        'older' as const,
        'newer' as const,
        'latest' as const,
        'arrive' as const,
        'arrive' as const,
      ),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('jump' as const), which }) },
)

/** A client whose answers by REST take as long as they like: one is asked for at a time, as `Room` does. */
class Client {
  readonly #room: ModelRoom
  state: RoomState
  /** Up to where of the room's log it has heard; undefined while it has no connection. */
  #heard: number | undefined
  #pending: ((state: RoomState) => RoomState) | undefined

  constructor(room: ModelRoom, between: () => void) {
    this.#room = room
    const detail = room.detail()
    between()
    const page = room.page({ limit: LIMIT })
    between()
    this.state = opened(ME, detail, { ...page, hasNewer: false })
    this.resume()
  }

  hear(): void {
    if (this.#heard === undefined) return
    while (this.#heard < this.#room.log.length) {
      this.state = withFrame(this.state, this.#room.log[this.#heard++] as RoomFrame)
    }
  }

  cut(): void {
    this.#heard = undefined
  }

  resume(): void {
    if (this.#heard !== undefined) return
    for (const frame of this.#room.replay(this.state.seq)) this.state = withFrame(this.state, frame)
    this.state = withFrame(this.state, this.#room.ready())
    this.#heard = this.#room.log.length
  }

  ask(kind: 'older' | 'newer' | 'latest' | 'jump', place = 0): void {
    if (this.#pending) return
    const { messages, hasOlder, hasNewer } = this.state.timeline
    const [first, last] = [messages[0], messages.at(-1)]
    const more = (page: Page) => (state: RoomState) => withAdjacentPage(state, page)
    if (kind === 'older' && hasOlder && first) {
      const { messages: found, hasOlder: older } = this.#room.page({ before: first.id, limit: LIMIT })
      this.#pending = more({ messages: found, hasOlder: older })
    } else if (kind === 'newer' && hasNewer && last) {
      const { messages: found, hasNewer: newer } = this.#room.page({ after: last.id, limit: LIMIT })
      this.#pending = more({ messages: found, hasNewer: newer })
    } else if (kind === 'latest' && hasNewer) {
      const page = { ...this.#room.page({ limit: LIMIT }), hasNewer: false }
      this.#pending = (state) => withWindow(state, page)
    } else if (kind === 'jump') {
      const older = this.#room.page({ before: place + 1, limit: 2 })
      const newer = this.#room.page({ after: place, limit: 2 })
      const page = { messages: [...older.messages, ...newer.messages] }
      this.#pending = (state) => withWindow(state, { ...page, hasOlder: older.hasOlder, hasNewer: newer.hasNewer })
    }
    if (this.#pending) this.state = bufferingFrames(this.state)
  }

  arrive(): void {
    if (this.#pending) this.state = this.#pending(this.state)
    this.#pending = undefined
  }
}

function play(steps: Step[], check: (room: ModelRoom, client: Client) => void): void {
  const room = new ModelRoom(PEOPLE)
  const among = (number: number) => room.ids[number % Math.max(1, room.ids.length)] ?? 0
  const happen = (each: Step) => {
    if (each.do === 'send' && room.people.includes(each.who)) room.send(each.who, `text ${room.seq}`)
    if (each.do === 'edit') room.edit(among(each.which), `edit ${room.seq}`)
    if (each.do === 'remove') room.remove(among(each.which))
    if (each.do === 'read') room.read(each.who, among(each.which))
    if (each.do === 'deliver') room.deliver(each.who, among(each.which))
    if (each.do === 'react') room.react(among(each.which), each.who)
    if (each.do === 'join') room.join(each.who)
    if (each.do === 'leave') room.leave(each.who)
  }
  const [past, between, live] = [steps.slice(0, 20), steps.slice(20, 26), steps.slice(26)]
  for (const each of past) happen(each)
  const client = new Client(room, () => {
    for (const each of between.splice(0, 3)) happen(each)
  })
  for (const each of live) {
    happen(each)
    client.hear()
    if (each.do === 'cut') client.cut()
    if (each.do === 'resume') client.resume()
    if (each.do === 'arrive') client.arrive()
    if (each.do === 'older' || each.do === 'newer' || each.do === 'latest') client.ask(each.do)
    if (each.do === 'jump' && room.ids.length > 0) client.ask('jump', among(each.which))
  }
  client.resume()
  client.hear()
  client.arrive()
  check(room, client)
}

const steps = fc.array(step, { minLength: 26, maxLength: 90 })
const everything = { limit: Number.MAX_SAFE_INTEGER }
/**
 * Without when each reader came to it, of whom the server keeps the last reading only; and without those who have left,
 * who stay among the readers on screen until the message is loaded anew.
 */
const compared = ({ readStatuses, status, ...message }: Message, left: ReadonlySet<number>) => ({
  ...message,
  readers: readStatuses
    .map(({ id }) => id)
    .filter((id) => !left.has(id))
    .toSorted(),
  // Whose whole audience has left is unread again for the server.
  status: left.size === 0 ? status : undefined,
})

describe('an open room', () => {
  it('shows what the server has, in order and without a hole, as new as it is', () => {
    fc.assert(
      fc.property(steps, (each) =>
        play(each, (room, { state }) => {
          const { messages, hasOlder, hasNewer } = state.timeline
          const all = room.page(everything).messages
          const [from, to] = [messages[0]?.id ?? 0, messages.at(-1)?.id ?? 0]
          const expected = all.filter(({ id }) => id >= from && id <= to)
          const shown = (each: Message) => compared(each, room.left)
          expect(messages.map(shown)).toEqual(expected.map(shown))
          expect(hasOlder).toBe(all.some(({ id }) => id < from))
          // Nothing newer exists that it would not go on to show.
          if (!hasNewer) expect(to).toBe(all.at(-1)?.id ?? 0)
          expect(state.members.map(({ id }) => id).toSorted()).toEqual(room.people.toSorted())
        }),
      ),
      { numRuns: 1_500 },
    )
  })

  it('counts what is unread as the server does', () => {
    fc.assert(
      fc.property(steps, (each) =>
        play(each, (room, { state }) => {
          fc.pre(!state.timeline.hasNewer && !state.timeline.hasOlder)
          expect(unreadIn(state).count).toBe(room.detail().unreadCount)
        }),
      ),
      { numRuns: 1_500 },
    )
  })

  it('resumes from a place that never goes back', () => {
    fc.assert(
      fc.property(steps, (each) => {
        play(each, (room, { state }) =>
          expect(state.seq).toBe(Math.max(state.seq, room.log.length === 0 ? 0 : room.seq)),
        )
      }),
      { numRuns: 300 },
    )
  })

  it('leaves frames alone that it does not know', () => {
    const state = opened(ME, new ModelRoom(PEOPLE).detail(), { messages: [] })
    expect(withFrame(state, { type: 'toString' } as never)).toBe(state)
    expect(withFrame(state, { type: 'reactionAdded', emoji: '👋' } as never)).toBe(state)
  })

  it('counts what I have just read before the server has said so, and never back', () => {
    const room = new ModelRoom(PEOPLE)
    const ids = [room.send(2, 'one'), room.send(2, 'two'), room.send(3, 'three')]
    const state = withFrame(opened(ME, room.detail(), room.page(everything)), room.ready())
    expect(unreadIn(state)).toEqual({ count: 3, first: ids[0] })
    const read = withRead(state, ids[1] as number)
    expect(unreadIn(read)).toEqual({ count: 1, first: ids[2] })
    expect(unreadIn(withRead(read, ids[0] as number))).toEqual({ count: 1, first: ids[2] })
  })

  it('forgets what a member read before leaving, also when a resume tells of the return alone', () => {
    const room = new ModelRoom(PEOPLE)
    const id = room.send(ME, 'read before leaving')
    room.read(2, id)
    const state = withFrame(opened(ME, room.detail(), room.page(everything)), room.ready())
    expect(state.timeline.messages.map(({ readStatuses }) => readStatuses.length)).toEqual([1])
    room.leave(2)
    room.join(2)
    const back = withFrame(withFrame(state, room.log.at(-1) as RoomFrame), room.ready())
    expect(back.timeline.messages.map(({ readStatuses }) => readStatuses)).toEqual([[]])
  })

  it('lets the oldest go of a room that is followed for long, and never in the middle of a jump', () => {
    const room = new ModelRoom(PEOPLE)
    for (let count = 0; count < 1_000; count++) room.send(2, 'long')
    const full = withFrame(opened(ME, room.detail(), room.page(everything)), room.ready())
    expect(trimmed(full)).toBe(full)
    const newest = room.send(2, 'one more')
    const more = withFrame(full, room.log.at(-1) as RoomFrame)
    const { messages, hasOlder } = trimmed(more).timeline
    expect([messages.length, messages.at(-1)?.id, hasOlder]).toEqual([500, newest, true])
    const jumped = { ...more, timeline: { ...more.timeline, hasNewer: true } }
    expect(trimmed(jumped)).toBe(jumped)
  })

  it('remembers from the opening how much is unread above what is loaded', () => {
    const room = new ModelRoom(PEOPLE)
    for (let count = 0; count < 10; count++) room.send(2, 'unread')
    const state = withFrame(opened(ME, room.detail(), room.page({ limit: 4 })), room.ready())
    expect(unreadIn(state).count).toBe(10)
    room.send(3, 'one more')
    expect(unreadIn(withFrame(state, room.log.at(-1) as RoomFrame)).count).toBe(11)
  })
})
