/** The list is live: a snapshot and the frames after it are what a fresh snapshot shows, whatever was done. */
import { beforeAll, beforeEach, expect, test } from 'vitest'
import { SidebarDown } from '../../src/protocol'
import { ListView } from '../support/list-view'
import {
  atRest,
  cast,
  direct,
  done,
  enter,
  type Frame,
  get,
  group,
  type Line,
  openSidebar,
  patch,
  post,
  remove,
  type Someone,
  say,
  signUp,
  twice,
} from '../support/world'

let ada: Someone
let bob: Someone
let cy: Someone
let people = 0
const unique = (name: string) => `${name}${++people}`
beforeAll(async () => {
  ;({ ada, cy } = await cast('ada', 'cy'))
})

/** Two rooms of everybody, with something said and something unread in each. */
let room: Frame
let other: Frame
let said: Frame
beforeEach(async () => {
  bob = await signUp(unique('bob'))
  room = await group(ada, [bob, cy], { room_name: 'Room' })
  other = await group(cy, [ada, bob], { room_name: 'Other' })
  await say(ada, other, 'in the other')
  await say(ada, room, 'earlier')
  said = await say(ada, room, 'said')
})

const path = (message?: Frame) => `/api/chatrooms/${room.id}/${message ? `messages/${message.id}/` : ''}`

/** A list that is open, and a client's copy of it. */
class Watch {
  readonly #who: Someone
  readonly #line: Line
  readonly #view: ListView
  #taken: number

  private constructor(who: Someone, line: Line) {
    this.#who = who
    this.#line = line
    this.#taken = line.frames.findIndex(({ type }) => type === 'snapshot')
    this.#view = new ListView(line.frames[this.#taken++] as Frame)
  }

  static async of(who: Someone): Promise<Watch> {
    return new Watch(who, await openSidebar(who))
  }

  content() {
    return this.#view.content()
  }

  /**
   * Does something, and compares what the list then shows with what a list opened afterwards shows, and with what REST
   * answers.
   * @returns the types of the frames that told it.
   */
  async sees(action: () => Promise<unknown>, interlude = async () => {}): Promise<string[]> {
    const before = this.#view.content()
    const made = (await action()) as Frame | undefined
    await interlude()
    await atRest(room, other, ...(made?.participants ? [made] : []))
    await this.#line.heard()
    const told = this.#line.frames.slice(this.#taken).filter(({ ref }) => ref === undefined)
    this.#taken = this.#line.frames.length
    for (const frame of told) {
      expect(SidebarDown.parse(frame)).toEqual(frame)
      this.#view.take(frame)
    }
    const fresh = await openSidebar(this.#who)
    const { rooms, unread_total } = fresh.frames.find(({ type }) => type === 'snapshot') as Frame
    fresh.close()
    expect(this.#view.content()).toEqual({ rooms, unread_total })
    expect((await get(this.#who, '/api/chatrooms/')).body.results).toEqual(rooms)
    const loud = rooms.filter(({ muted }: Frame) => !muted)
    expect(unread_total).toBe(loud.reduce((sum: number, each: Frame) => sum + each.unread_count, 0))
    // It could have failed: there was something to tell.
    expect(this.#view.content()).not.toEqual(before)
    return told.map(({ type }) => type).filter((type) => type !== 'presence')
  }
}

type Step = [what: string, action: () => Promise<unknown>, ...told: string[]]

const added = ['group_created', 'unread_updated']

async function watchAll(steps: Step[], interlude: () => Promise<void>): Promise<void> {
  const list = await Watch.of(bob)
  for (const [what, action, ...told] of steps) expect(await list.sees(action, interlude), what).toEqual(told)
}

twice('[R61] messages', (interlude) =>
  watchAll(
    [
      ['a message of another', () => say(ada, room, 'new'), 'last_message_updated'],
      ['reading on another device', () => post(bob, `${path(said)}mark_as_read/`), 'unread_updated'],
      ['a message of my own', () => say(bob, room, 'mine'), 'last_message_updated'],
      ['one in another room', async () => (said = await say(ada, room, 'newest')), 'last_message_updated'],
      ['the newest edited', () => patch(ada, path(said), { content: 'edited' }), 'last_message_updated'],
      ['the newest deleted', () => remove(ada, path(said)), 'last_message_updated'],
    ],
    interlude,
  ),
)

twice('[R61] what a room is called, by all and by me', (interlude) =>
  watchAll(
    [
      ['a new name', () => patch(ada, path(), { room_name: 'Renamed' }), 'room_updated'],
      ['a new description', () => patch(ada, path(), { description: 'About' }), 'room_updated'],
      ['muting', () => patch(bob, `${path()}me/`, { muted: true }), 'room_updated'],
      ['pinning', () => patch(bob, `${path()}me/`, { pinned: true }), 'room_updated'],
      ['a nickname', () => patch(bob, `${path()}me/`, { nickname: 'Den' }), 'room_updated'],
    ],
    interlude,
  ),
)

twice('[R61] [R68] coming and going', (interlude) =>
  watchAll(
    [
      ['being removed', () => post(ada, `${path()}remove_member/`, { user_id: bob.id }), 'room_removed'],
      ['coming back', () => post(ada, `${path()}add_members/`, { users: [bob.id] }), ...added],
      ['leaving', () => post(bob, `${path()}leave_room/`), 'room_removed'],
      ['a new group', () => group(ada, [bob], { room_name: 'New' }), ...added],
      ['a direct room', async () => direct(await signUp(unique('dee')), bob), ...added],
      ['a room deleted', () => remove(cy, `/api/chatrooms/${other.id}/`), 'room_removed'],
    ],
    interlude,
  ),
)

twice('[R61] [R53] the last message of a room taken back', async (interlude) => {
  room = await group(ada, [bob])
  said = await say(ada, room, 'the only one')
  const list = await Watch.of(bob)
  expect(await list.sees(() => remove(ada, path(said)), interlude)).toEqual(['last_message_updated'])
})

twice('[R61] what is muted does not count, and counts again when it no longer is', async (interlude) => {
  const watch = await Watch.of(bob)
  const mine = (changes: object) => done(patch(bob, `/api/chatrooms/${room.id}/me/`, changes))
  const total = () => watch.content().unread_total
  await watch.sees(() => say(ada, room, 'counted'), interlude)
  const before = total()
  expect(before).toBeGreaterThan(0)
  expect(await watch.sees(() => mine({ muted: true }), interlude)).toEqual(['room_updated'])
  expect(total()).toBeLessThan(before)
  const muted = total()
  await watch.sees(() => say(ada, room, 'not counted'), interlude)
  expect(total()).toBe(muted)
  await watch.sees(() => mine({ notify: 'nothing' }), interlude)
  expect(total()).toBe(muted)
  await watch.sees(() => mine({ muted: false }), interlude)
  expect(total()).toBe(before + 1)
})

twice('[R61] somebody being renamed', async (interlude) => {
  const eve = await signUp(unique('eve'))
  room = await group(eve, [bob], { room_name: '' })
  await say(eve, room, 'by eve')
  const inside = await enter(eve, room)
  const list = await Watch.of(bob)
  const types = await list.sees(async () => {
    await done(patch(eve, '/api/profile/', { first_name: 'Eva', last_name: unique('Neu') }))
    await inside.next('member_updated')
  }, interlude)
  // A group without a name is called after its people; and the newest message is by somebody of another name.
  expect(types).toEqual(['room_updated', 'last_message_updated'])
})

twice('[R61] much at once, in every room', async (interlude) => {
  const list = await Watch.of(bob)
  const types = await list.sees(
    () =>
      Promise.all([
        say(ada, room, 'one'),
        say(cy, other, 'two'),
        patch(ada, path(said), { content: 'edited' }),
        say(ada, room, 'three'),
        patch(bob, `${path()}me/`, { pinned: true }),
        patch(ada, path(), { room_name: 'Renamed' }),
        post(bob, `${path(said)}mark_as_read/`),
        remove(ada, path(said)),
        say(bob, other, 'four'),
      ]),
    interlude,
  )
  expect(types.length).toBeGreaterThan(2)
})

test('[R61] a room beyond the first page comes up whole', async () => {
  const fay = await signUp(unique('fay'))
  const rooms: Frame[] = []
  for (let n = 0; n < 37; n++) rooms.push(await group(fay, [ada], { room_name: `Room ${n}` }))
  const line = await openSidebar(fay)
  const snapshot = line.frames.find(({ type }) => type === 'snapshot') as Frame
  expect(snapshot.rooms).toHaveLength(35)
  const oldest = rooms[0] as Frame
  expect(snapshot.rooms.map(({ id }: Frame) => id)).not.toContain(oldest.id)
  const view = new ListView(snapshot)
  const { id } = await say(ada, oldest, 'long silent')
  await atRest(oldest)
  await line.heard()
  for (const frame of line.frames.slice(line.frames.indexOf(snapshot) + 1)) view.take(frame)
  const fresh = (await openSidebar(fay)).frames.find(({ type }) => type === 'snapshot') as Frame
  expect(fresh.rooms[0].id).toBe(oldest.id)
  expect(view.content().rooms.slice(0, 35)).toEqual(fresh.rooms)
  expect(view.content().unread_total).toBe(fresh.unread_total)
  // And down again, or away: the one below comes up.
  for (const action of [
    () => remove(ada, `/api/chatrooms/${oldest.id}/messages/${id}/`),
    () => remove(fay, `/api/chatrooms/${rooms[20]?.id}/`),
    () => remove(fay, `/api/chatrooms/${rooms[36]?.id}/`),
  ]) {
    const told = line.frames.length
    await action()
    await atRest(oldest, rooms[20] as Frame, rooms[36] as Frame)
    await line.heard()
    for (const frame of line.frames.slice(told)) if (frame.ref === undefined) view.take(frame)
    const now = (await openSidebar(fay)).frames.find(({ type }) => type === 'snapshot') as Frame
    expect(view.content().rooms.slice(0, 35)).toEqual(now.rooms)
  }
})

test('[R61] [R62] what is pinned is on the first page and comes to it, and what makes way for it goes', async () => {
  const fay = await signUp(unique('fay'))
  const rooms: Frame[] = []
  for (let n = 0; n < 38; n++) rooms.push(await group(fay, [ada], { room_name: `Room ${n}` }))
  const pin = (room: Frame | undefined, pinned: boolean) =>
    done(patch(fay, `/api/chatrooms/${room?.id}/me/`, { pinned }))
  await pin(rooms[0], true)
  const line = await openSidebar(fay)
  const snapshot = line.frames.find(({ type }) => type === 'snapshot') as Frame
  const ids = (list: Frame) => list.rooms.map(({ id }: Frame) => id)
  const newest = (count: number) =>
    rooms
      .toReversed()
      .slice(0, count)
      .map(({ id }) => id)
  expect(ids(snapshot)).toEqual([...newest(34), rooms[0]?.id])
  const view = new ListView(snapshot)
  for (const action of [
    () => pin(rooms[1], true),
    () => pin(rooms[0], false),
    () => pin(rooms[30], true),
    () => remove(fay, `/api/chatrooms/${rooms[1]?.id}/`),
    () => pin(rooms[30], false),
    () => say(ada, rooms[2] as Frame, 'up'),
  ]) {
    const told = line.frames.length
    await action()
    await atRest(rooms[1] as Frame, rooms[2] as Frame)
    await line.heard()
    for (const frame of line.frames.slice(told)) if (frame.ref === undefined) view.take(frame)
    const fresh = (await openSidebar(fay)).frames.find(({ type }) => type === 'snapshot') as Frame
    // All that the first page shows is there, as it shows it; what has left it may still be known.
    const known = new Map(view.content().rooms.map((room) => [room.id, room]))
    expect(fresh.rooms.map(({ id }: Frame) => known.get(id))).toEqual(fresh.rooms)
    expect((await get(fay, '/api/chatrooms/')).body.results).toEqual(fresh.rooms)
  }
})

twice('[R60] what changed while no list was open is told before the snapshot', async (interlude) => {
  const fay = await signUp(unique('fay'))
  const old = await group(ada, [fay], { room_name: 'Old' })
  const quiet = await group(ada, [fay], { room_name: 'Quiet' })
  const first = await openSidebar(fay)
  first.close()
  await first.closed()
  await interlude()
  const fresh = await group(ada, [fay], { room_name: 'Fresh' })
  await say(ada, old, 'news')
  await interlude()
  const line = await openSidebar(fay)
  const until = line.frames.findIndex(({ type }) => type === 'snapshot')
  const before = line.frames.slice(0, until).filter(({ type }) => type !== 'presence')
  expect(before.map(({ type, room_id, group }) => [type, room_id ?? group.id])).toEqual([
    ['group_created', fresh.id],
    ['last_message_updated', old.id],
  ])
  const rooms = line.frames[until]?.rooms.map(({ id }: Frame) => id)
  expect(rooms).toEqual([old.id, fresh.id, quiet.id])
  // A second device is not told what the first one shows already.
  const second = await openSidebar(fay)
  expect(second.frames[0]?.type).toBe('snapshot')
})

test('[R63] each device shows the same', async () => {
  const [one, two] = [await openSidebar(bob), await openSidebar(bob, '?batch=1')]
  await one.heard()
  await two.heard()
  await say(ada, room, 'for both')
  await atRest(room)
  await post(bob, `${path(said)}mark_as_read/`)
  await atRest(room)
  expect(await one.heard()).toEqual(await two.heard())
})

test('[R68] nothing of a room reaches the list of somebody who is not in it', async () => {
  const outsider = await signUp(unique('out'))
  const line = await openSidebar(outsider)
  const inside = await openSidebar(bob)
  await say(ada, room, 'canary')
  await atRest(room)
  await post(ada, `${path()}remove_member/`, { user_id: bob.id })
  await say(ada, room, 'second canary')
  await atRest(room)
  await inside.heard()
  expect(JSON.stringify(inside.frames)).toContain('canary')
  expect(JSON.stringify(inside.frames)).not.toContain('second canary')
  await line.heard()
  expect(line.frames.filter(({ type }) => type !== 'snapshot')).toEqual([])
})
