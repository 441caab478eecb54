/** Frames with foreign ids and the server's own fields change nothing and reveal nothing. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { TIMES } from '../../src/config'
import { FeedUp, RoomUp, SidebarUp } from '../../src/protocol'
import {
  ask,
  done,
  enter,
  type Frame,
  forward,
  get,
  type Line,
  openFeed,
  openSidebar,
  post,
  presentTime,
  say,
} from '../support/world'
import { fileForm, notification } from './objects'
import { assemble, type Company, foreignGroup, SIGNED_IN, theirGroup } from './roles'

type Insider = 'member' | 'admin' | 'owner'
const INSIDERS: Insider[] = ['member', 'admin', 'owner']

let company: Company
/** Theirs, in which the passer-by watches; and the outsider's, in which the outsider does. */
let room: Frame
let foreign: { room: Frame; message: Frame; file: Frame; notification: number }
let witness: Line
let neighbour: Line

beforeAll(async () => {
  company = await assemble()
  const { owner, passer, outsider, member } = company
  room = await theirGroup(company)
  await done(post(owner, `/api/chatrooms/${room.id}/add_members/`, { users: [passer.id] }))
  const other = await foreignGroup(company)
  // Messages are counted per room: this one's id is far beyond any of theirs.
  for (let n = 0; n < 150; n++) await say(outsider, other, `Word ${n}`)
  foreign = {
    room: other,
    message: await say(outsider, other, 'The last word'),
    file: await done(ask('POST', '/api/files/', { token: outsider.access, body: fileForm() })),
    notification: Number((await notification.make(company, 'foreign', member)).params.id),
  }
  witness = await enter(passer, room)
  neighbour = await enter(outsider, other)
})

afterAll(presentTime)

/** A command with everything in it that only the server says, and with the names that every object inherits. */
function burdened(command: Frame): Frame {
  const { outsider, owner } = company
  const claims = {
    ...{ id: 9_999, seq: 9_999, room: foreign.room.id, room_id: foreign.room.id, group_id: foreign.room.id },
    ...{ sender_id: outsider.id, sender: { id: outsider.id }, user_id: outsider.id, you: owner.id, user: owner },
    ...{ reader: { id: outsider.id }, caller: { id: owner.id }, role: 'owner', my_role: 'owner', is_admin: true },
    ...{ is_staff: true, is_read: false, status: 'read', deleted: true, edited_at: '1999-12-31T00:00:00.000Z' },
    ...{ timestamp: '1999-12-31T00:00:00.000Z', read_at: '1999-12-31T00:00:00.000Z', unread_count: 0, polluted: 1 },
  }
  const inherited =
    '"__proto__":{"polluted":1,"role":"owner"},"constructor":{"prototype":{"polluted":1}},"prototype":{"polluted":1}'
  return JSON.parse(`${JSON.stringify({ ...claims, ...command }).slice(0, -1)},${inherited}}`)
}

const expectUnpolluted = () => expect(Object.keys(Object.prototype)).toEqual([])

/** What nobody's frames may change: who is in the rooms and as what, and all that is said in the foreign one. */
async function untouched(): Promise<unknown> {
  const { outsider, owner } = company
  const people = async (who: Frame, id: number) =>
    (await get(who as never, `/api/chatrooms/${id}/participants/`)).body.map(({ id, role }: Frame) => [id, role])
  return [
    await people(owner, room.id),
    await people(outsider, foreign.room.id),
    (await get(outsider, `/api/chatrooms/${foreign.room.id}/messages/`)).body,
    (await get(outsider, `/api/notifications/${foreign.notification}/`)).body,
  ]
}

interface RoomRow {
  /** The command as it is meant, about a message of one's own and one of somebody else's. */
  meant: (mine: Frame, theirs: Frame) => Frame
  /** What the others then hear. */
  heard: string[]
  /** The same with what belongs elsewhere, and how that is refused. */
  foreign: [more: () => Frame, code: string][]
}

const elsewhere = (): Frame => ({ message_id: foreign.message.id })
const noSuchMessage: RoomRow['foreign'] = [[elsewhere, 'not_found']]

const ROOM: Record<RoomUp['type'], RoomRow> = {
  send_message: {
    meant: (_, theirs) => ({ content: 'Said by me', reply_to: theirs.id }),
    heard: ['new_message'],
    foreign: [
      [() => ({ reply_to: foreign.message.id }), 'invalid'],
      [() => ({ file_id: foreign.file.id }), 'unknown_attachment'],
      [() => ({ image_id: foreign.file.id }), 'unknown_attachment'],
    ],
  },
  edit_message: {
    meant: (mine) => ({ message_id: mine.id, content: 'Said better' }),
    heard: ['message_updated'],
    foreign: noSuchMessage,
  },
  delete_message: {
    meant: (mine) => ({ message_id: mine.id }),
    heard: ['message_deleted'],
    foreign: noSuchMessage,
  },
  react: {
    meant: (mine) => ({ message_id: mine.id, emoji: '👍' }),
    heard: ['message_updated'],
    foreign: noSuchMessage,
  },
  unreact: {
    meant: (mine) => ({ message_id: mine.id, emoji: '👍' }),
    heard: ['message_updated'],
    foreign: noSuchMessage,
  },
  typing: { meant: () => ({}), heard: ['typing'], foreign: [] },
  stop_typing: { meant: () => ({}), heard: ['stop_typing'], foreign: [] },
  signal: { meant: () => ({ name: 'pointer', data: { x: 1 } }), heard: ['signal'], foreign: [] },
  read_message: {
    meant: (_, theirs) => ({ message_id: theirs.id }),
    heard: ['message.read'],
    foreign: noSuchMessage,
  },
  delivered: {
    meant: (_, theirs) => ({ message_id: theirs.id }),
    heard: ['message.delivered'],
    foreign: noSuchMessage,
  },
}

const SIDEBAR: Record<SidebarUp['type'], true> = { get_snapshot: true }
const FEED: Record<FeedUp['action'], true> = { mark_read: true, mark_all_read: true, get_unread: true }

test('every frame that a client may send has a row', () => {
  const types = (union: typeof RoomUp | typeof SidebarUp) => union.options.map(({ shape }) => shape.type.value).sort()
  expect(Object.keys(ROOM).sort()).toEqual(types(RoomUp))
  expect(Object.keys(SIDEBAR).sort()).toEqual(types(SidebarUp))
  expect(Object.keys(FEED).sort()).toEqual(FeedUp.options.map(({ shape }) => shape.action.value).sort())
})

/** The person to whom an event is put down. */
const author = ({ message, reader, user_id }: Frame): number => message?.sender.id ?? reader?.id ?? user_id

const commands = Object.entries(ROOM) as [RoomUp['type'], RoomRow][]

test.each(commands.flatMap(([type, row]) => INSIDERS.map((role) => [type, role, row] as const)))(
  '%s by the %s is theirs, in their room, whatever it claims',
  async (type, role, { meant, heard, foreign: others }) => {
    const me = company[role]
    const mine = await say(me, room, 'Mine')
    const theirs = await say(company.passer, room, 'Theirs')
    const line = await enter(me, room)
    if (type === 'unreact') await line.answer({ type: 'react', message_id: mine.id, emoji: '👍' })
    // Typing is passed on once in two seconds per person, whatever came before; reactions are less often held back.
    forward(2 * TIMES.typing)
    if (type === 'stop_typing') await line.answer({ type: 'typing' })
    await Promise.all([witness.heard(), neighbour.heard()])
    const before = await untouched()

    const command = { type, ...meant(mine, theirs) }
    for (const [more, code] of others) {
      expect(await line.answer(burdened({ ...command, ...more() }))).toMatchObject({ type: 'error', code })
    }
    expect(await witness.heard()).toEqual([])

    // The very same with what is theirs has its effect, and no other.
    expect((await line.answer(burdened(command))).type).not.toBe('error')
    const events = await witness.heard()
    expect(events.map((event) => event.type).sort()).toEqual([...heard].sort())
    for (const event of events) {
      expect(author(event)).toBe(me.id)
      expect(event.message?.room ?? room.id).toBe(room.id)
      expect(JSON.stringify(event)).not.toMatch(/1999-12-31|\b9999\b|polluted/)
    }
    expect(await neighbour.heard()).toEqual([])
    expect(await untouched()).toEqual(before)
    expectUnpolluted()
    line.close()
  },
)

test.each(INSIDERS)(
  "no frame of the %s changes what somebody else has said, but an admin's may delete it",
  async (role) => {
    const theirs = await say(company.passer, room, 'Theirs')
    const line = await enter(company[role], room)
    const edit = burdened({ type: 'edit_message', message_id: theirs.id, content: 'Never said' })
    expect(await line.answer(edit)).toMatchObject({ type: 'error', code: 'not_your_message' })
    const removal = await line.answer(burdened({ type: 'delete_message', message_id: theirs.id }))
    expect(removal.type).toBe(role === 'member' ? 'error' : 'done')
    const { body } = await get(company.passer, `/api/chatrooms/${room.id}/messages/${theirs.id}/`)
    expect([body.content, body.deleted]).toEqual(role === 'member' ? ['Theirs', false] : [null, true])
    line.close()
  },
)

test.each(SIGNED_IN)("the %s's sidebar shows their own list, whoever's they ask for", async (role) => {
  const line = await openSidebar(company[role as Insider])
  const plain = await line.answer({ type: 'get_snapshot' })
  const { ref, ...asked } = await line.answer(burdened({ type: 'get_snapshot' }))
  expect(asked).toEqual({ type: 'snapshot', rooms: plain.rooms, unread_total: plain.unread_total })
  expect(plain.rooms.some(({ id }: Frame) => id === room.id)).toBe(INSIDERS.includes(role as Insider))
  expect(JSON.stringify(line.frames)).not.toContain(String(foreign.room.id))
  expectUnpolluted()
  line.close()
})

test.each(SIGNED_IN)("the %s's feed marks and shows their own notifications, whosever they name", async (role) => {
  const me = company[role as Insider]
  const before = await untouched()
  const mine = await done(post(me, '/api/notifications/', { message: 'Mine' }))
  const line = await openFeed(me)
  const isRead = async () => (await get(me, `/api/notifications/${mine.id}/`)).body.is_read

  const named = { action: 'mark_read', notification_id: foreign.notification }
  expect((await line.answer(burdened(named))).success).toBe(false)
  const unread = await line.answer(burdened({ action: 'get_unread' }))
  expect(unread.notifications.map(({ id }: Frame) => id)).toContain(mine.id)
  expect(await isRead()).toBe(false)
  expect((await line.answer(burdened({ action: 'mark_read', notification_id: mine.id }))).success).toBe(true)
  expect(await isRead()).toBe(true)
  await done(post(me, '/api/notifications/', { message: 'Mine as well' }))
  expect((await line.answer(burdened({ action: 'mark_all_read' }))).count).toBeGreaterThan(0)

  expect(await untouched()).toEqual(before)
  const [, , , theirs] = before as Frame[]
  expect(theirs?.is_read).toBe(false)
  expect(JSON.stringify(line.frames)).not.toContain(String(foreign.room.id))
  expectUnpolluted()
  line.close()
})
