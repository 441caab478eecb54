/**
 * [R74] What a block keeps from the blocked person, frame by frame and list by list: each row first shows to somebody
 * else that there is something to be told.
 */
import { runDurableObjectAlarm } from 'cloudflare:test'
import { beforeAll, describe, expect, test } from 'vitest'
import type { FeedDown, RoomDown, SidebarDown } from '../../src/protocol'
import { png } from '../media/fixtures'
import { eventually } from '../support/eventually'
import {
  ask,
  atRest,
  cast,
  direct,
  done,
  enter,
  type Frame,
  get,
  group,
  type Line,
  openFeed,
  openSidebar,
  patch,
  pause,
  post,
  remove,
  type Someone,
  say,
  sidebarActor,
  twice,
} from '../support/world'
import { ROWS } from './rows'

/** What the blocker is called before the block, and afterwards: nothing of the latter reaches the blocked person. */
const BEFORE = { first_name: 'Vera', last_name: 'Before', bio: 'as she was' }
const after = (word: string) => ({ first_name: word, last_name: `${word}sdottir`, bio: `a ${word}’s life` })

interface Scene {
  blocker: Someone
  blocked: Someone
  owner: Someone
  /** Of all three, with some messages from before the block. */
  club: Frame
  /** Of the two. */
  pair: Frame
  /** A message by the blocked person in each, which the blocker read before the block, and one that she did not. */
  read: Frame
  unread: Frame
  inPair: Frame
  /** A word that stands in all that the blocker is called afterwards, and the picture that she shows then. */
  word: string
  picture: string
}

let round = 0

const named = (who: Someone, more: object): Promise<Frame> => done(patch(who, '/api/profile/', more))
const withPicture = (who: Someone): Promise<Frame> => {
  const form = new FormData()
  form.append('profile_pic', new Blob([png()], { type: 'image/png' }), 'me.png')
  return done(ask('PATCH', '/api/profile/', { token: who.access, body: form }))
}
const keyOf = (url: string) => new URL(url).pathname
const block = (who: Someone, whom: Someone) => done(post(who, `/api/users/${whom.id}/block/`))
const markRead = (who: Someone, room: Frame, message: Frame) =>
  done(post(who, `/api/chatrooms/${room.id}/messages/${message.id}/mark_as_read/`))

/** Waits until the rooms have taken over what somebody is called. */
async function renamed(who: Someone, rooms: Frame[]): Promise<void> {
  const { full_name } = await done(get(who, '/api/profile/'))
  for (const room of rooms) {
    await eventually(async () => {
      const { participants } = await done(get(who, `/api/chatrooms/${room.id}/`))
      expect(participants.find(({ id }: Frame) => id === who.id).full_name).toBe(full_name)
    })
  }
}

/** Two people who know each other in a group and in a direct room, one of whom then blocks the other. */
async function scene(): Promise<Scene> {
  round += 1
  const { blocker, blocked, owner } = Object.fromEntries(
    Object.entries(await cast(`blocker${round}`, `blocked${round}`, `owner${round}`)).map(([name, who]) => [
      name.replace(/\d+$/, ''),
      who,
    ]),
  ) as Record<'blocker' | 'blocked' | 'owner', Someone>
  await named(blocker, BEFORE)
  const club = await group(owner, [blocker, blocked], { room_name: 'Club' })
  for (const who of [blocker, blocked]) {
    await done(post(owner, `/api/chatrooms/${club.id}/assign_admin/`, { user_id: who.id }))
  }
  const pair = await direct(blocker, blocked)
  await say(blocker, club, 'by the blocker')
  const read = await say(blocked, club, 'by the blocked')
  const inPair = await say(blocked, pair, 'between us')
  await markRead(blocker, club, read)
  await markRead(blocker, pair, inPair)
  const unread = await say(blocked, club, 'not read before the block')
  await block(blocker, blocked)
  const word = `canary${round}x`
  await named(blocker, after(word))
  const { profile_pic } = await withPicture(blocker)
  await renamed(blocker, [club, pair])
  return { blocker, blocked, owner, club, pair, read, unread, inPair, word, picture: keyOf(profile_pic) }
}

/** What must not be found in anything that the blocked person is told. */
const leaks = ({ word, picture }: Scene, told: unknown) =>
  [word, picture].filter((secret) => JSON.stringify(told).includes(secret))

const frameOf = (type: string, about?: (frame: Frame) => boolean) => (frame: Frame) =>
  frame.type === type && (about?.(frame) ?? true)

/** What somebody is told of the blocker's doing: as everybody is, but with the names of before; or nothing at all. */
type Told = 'as before' | 'nothing' | 'own answers only'

interface Row<Lines> {
  told: Told
  /** Does it, and waits until the third person was told. */
  act(of: Scene, witness: Lines, own: Lines): Promise<Frame>
}

/** Open rooms of one person: the group and the direct room. */
interface Rooms {
  club: Line
  pair: Line | null
}

const ROOM: Record<RoomDown['type'], Row<Rooms>> = {
  presence: {
    told: 'nothing',
    async act({ blocker }, { club: line }) {
      await openSidebar(blocker)
      return line.next('presence', ({ user_id, online }) => user_id === blocker.id && online)
    },
  },
  ready: {
    told: 'as before',
    async act({ owner, blocker, club }) {
      const line = await enter(blocker, club)
      const other = await enter(owner, club)
      const ready = other.frames.find(frameOf('ready')) as Frame
      expect(ready.online).toContain(blocker.id)
      line.close()
      return ready
    },
  },
  'message.ack': {
    told: 'own answers only',
    act: async ({ blocker, club }) => {
      const line = await enter(blocker, club)
      return line.answer({ type: 'send_message', content: 'acknowledged to its sender', client_id: 'a' })
    },
  },
  new_message: {
    told: 'as before',
    async act({ blocker, club, unread }, { club: line }) {
      await say(blocker, club, 'news', { reply_to: unread.id })
      return line.next('new_message', ({ message }) => message.content === 'news')
    },
  },
  message_updated: {
    told: 'as before',
    async act({ blocker, club, owner }, { club: line }) {
      const { id } = await say(blocker, club, 'to be edited')
      await done(patch(blocker, `/api/chatrooms/${club.id}/messages/${id}/`, { content: 'edited' }))
      const emoji = encodeURIComponent('👍')
      await done(ask('PUT', `/api/chatrooms/${club.id}/messages/${id}/reactions/${emoji}/`, { token: owner.access }))
      return line.next('message_updated', ({ message }) => message.content === 'edited')
    },
  },
  message_deleted: {
    told: 'as before',
    async act({ blocker, club }, { club: line }) {
      const { id } = await say(blocker, club, 'to be deleted')
      await done(remove(blocker, `/api/chatrooms/${club.id}/messages/${id}/`))
      return line.next('message_deleted')
    },
  },
  typing: {
    told: 'nothing',
    async act({ blocker, club }, { club: line }) {
      const hers = await enter(blocker, club)
      await hers.answer({ type: 'typing' })
      return line.next('typing')
    },
  },
  stop_typing: {
    told: 'nothing',
    async act({ blocker, club }, { club: line }) {
      const hers = await enter(blocker, club)
      // Passed on once in two seconds.
      await pause(2_000)
      await hers.answer({ type: 'typing' })
      await hers.answer({ type: 'stop_typing' })
      return line.next('stop_typing')
    },
  },
  signal: {
    told: 'nothing',
    async act({ blocker, club }, { club: line }) {
      const hers = await enter(blocker, club)
      await hers.answer({ type: 'signal', name: 'pointer', data: { x: 1 } })
      return line.next('signal')
    },
  },
  'message.read': {
    told: 'nothing',
    async act({ blocker, blocked, club }, { club: line }) {
      await markRead(blocker, club, await say(blocked, club, 'to be read'))
      return line.next('message.read', ({ reader }) => reader.id === blocker.id)
    },
  },
  'message.delivered': {
    told: 'nothing',
    async act({ blocker, blocked, club }, { club: line }) {
      const { id } = await say(blocked, club, 'to be received')
      const hers = await enter(blocker, club)
      await hers.answer({ type: 'delivered', message_id: id })
      return line.next('message.delivered', ({ user_id }) => user_id === blocker.id)
    },
  },
  member_updated: {
    told: 'nothing',
    async act({ blocker, word }, { club: line }) {
      await named(blocker, { first_name: `${word} the second` })
      return line.next('member_updated', ({ user }) => user.full_name.startsWith(`${word} the second`))
    },
  },
  room_updated: {
    told: 'as before',
    async act({ blocker, club }, { club: line }) {
      await done(patch(blocker, `/api/chatrooms/${club.id}/`, { description: 'Described by the blocker' }))
      return line.next('room_updated')
    },
  },
  done: {
    told: 'own answers only',
    act: async ({ blocker, club, unread }) => {
      const line = await enter(blocker, club)
      return line.answer({ type: 'read_message', message_id: unread.id })
    },
  },
  error: {
    told: 'own answers only',
    act: async ({ blocker, pair }) => (await enter(blocker, pair)).answer({ type: 'send_message', content: 'no' }),
  },
  member_added: {
    told: 'as before',
    async act({ blocker, owner, club }, { club: line }) {
      const { code } = await done(post(owner, `/api/chatrooms/${club.id}/shareable_link/`))
      await done(post(blocker, `/api/chatrooms/${club.id}/leave_room/`))
      await done(post(blocker, `/api/chatrooms/join/${code}/`))
      return line.next('member_added', ({ user }) => user.id === blocker.id)
    },
  },
  member_removed: {
    told: 'as before',
    async act({ blocker, club, word }, { club: line }) {
      // Her list knows by then that she is in again, and so takes the new name there.
      await done(get(blocker, '/api/chatrooms/'))
      await named(blocker, { username: word })
      await line.next('member_updated')
      await done(post(blocker, `/api/chatrooms/${club.id}/leave_room/`))
      return line.next('member_removed', ({ user }) => user.id === blocker.id)
    },
  },
}

describe('[R74] of every frame of a room', () => {
  let of: Scene
  beforeAll(async () => {
    of = await scene()
  })

  test.each(Object.entries(ROOM))('%s', async (type, { told, act }) => {
    const { blocker, blocked, owner, club, pair } = of
    const theirs: Rooms = { club: await enter(owner, club), pair: null }
    const own: Rooms = { club: await enter(blocked, club), pair: await enter(blocked, pair) }
    const witnessed = await act(of, theirs, own)
    expect(witnessed.type).toBe(type)
    // Shows that the row could have failed: the third person knows the new name, or is told of the doing.
    if (type === 'ready') own.club = await enter(blocked, club)
    await pause(50)
    await Promise.all([own.club.heard(), own.pair?.heard()])
    const heard = [...own.club.frames, ...(own.pair?.frames ?? [])]
    expect(leaks(of, heard)).toEqual([])
    const about = ({ user_id, user, reader, message }: Frame) =>
      [user_id, user?.id, reader?.id, message?.sender.id].includes(blocker.id)
    const frames = heard.filter((frame) => frame.type === type && (type === 'room_updated' || about(frame)))
    if (told === 'as before' && type !== 'ready') expect(frames).not.toEqual([])
    else if (told === 'nothing') expect(frames).toEqual([])
    for (const { message } of frames) {
      if (message) expect(message.sender).toMatchObject({ id: blocker.id, full_name: 'Vera Before', profile_pic: null })
      const readers = message?.read_statuses.map(({ id }: Frame) => id) ?? []
      expect(readers).not.toContain(blocker.id)
    }
    for (const line of [theirs.club, own.club, own.pair]) line?.close()
    // On coming back, nothing is told that was not told live.
    for (const room of [club, pair]) {
      const resumed = await enter(blocked, room, '?after=1')
      expect(leaks(of, resumed.frames)).toEqual([])
      const receipts = resumed.frames.filter(({ type }) =>
        ['message.read', 'message.delivered', 'presence'].includes(type),
      )
      expect(receipts.filter(about)).toEqual([])
      const ready = resumed.frames.find(frameOf('ready')) as Frame
      expect(ready.online).not.toContain(blocker.id)
    }
  })

  twice(
    'ready says how far the other had read when the block came, and no seq of what came after',
    async (interlude) => {
      const of = await scene()
      const { blocker, blocked, owner, club, pair, read, unread, inPair } = of
      const ready = async (who: Someone, room: Frame) => (await enter(who, room)).frames.find(frameOf('ready')) as Frame
      const cursor = async (who: Someone, room: Frame, whose: Someone) =>
        (await ready(who, room)).cursors.find(({ user_id }: Frame) => user_id === whose.id)
      const before = [(await ready(blocked, club)).seq, (await ready(blocked, pair)).seq]
      await interlude()
      await markRead(blocker, club, unread)
      await markRead(blocked, club, unread)
      expect(await cursor(owner, club, blocker)).toMatchObject({ read: unread.id })
      await interlude()
      expect(await cursor(blocked, club, blocker)).toMatchObject({ read: read.id, delivered: read.id })
      expect(await cursor(blocked, pair, blocker)).toMatchObject({ read: inPair.id, delivered: inPair.id })
      // Nor does the blocker learn how far the blocked person reads now.
      const theirs = await cursor(blocker, club, blocked)
      expect(theirs.read).toBeLessThan(unread.id)
      // The blocked person has read something; the blocker's reading moved nothing that they see.
      expect((await ready(blocked, club)).seq - (before[0] ?? 0)).toBeLessThanOrEqual(3)
      expect((await ready(blocked, pair)).seq).toBe(before[1])
    },
  )

  test('status and readers of a message are those of before the block, and afterwards of the others', async () => {
    const of = await scene()
    const { blocker, blocked, owner, club, pair, read, unread, inPair } = of
    const seen = async (who: Someone, room: Frame, message: Frame) => {
      const { body } = await get(who, `/api/chatrooms/${room.id}/messages/${message.id}/`)
      const all = await get(who, `/api/chatrooms/${room.id}/messages/${message.id}/message_read_status/`)
      const ids = (statuses: Frame[]) => statuses.map(({ id }) => id)
      expect(ids(all.body)).toEqual(ids(body.read_statuses))
      return [body.status, ids(body.read_statuses)]
    }
    expect(await seen(blocked, pair, inPair)).toEqual(['read', [blocker.id]])
    expect(await seen(blocked, club, read)).toEqual(['sent', [blocker.id]])
    await markRead(blocker, club, unread)
    expect(await seen(owner, club, unread)).toEqual(['sent', [blocker.id]])
    expect(await seen(blocked, club, unread)).toEqual(['sent', []])
    const later = await say(blocked, club, 'later')
    await markRead(blocker, club, later)
    await markRead(owner, club, later)
    // As if the blocker were not there: nobody is waited for who never seems to read.
    expect(await seen(blocked, club, later)).toEqual(['read', [owner.id]])
    expect(new Set((await seen(owner, club, later))[1])).toEqual(new Set([blocker.id, owner.id]))
  })

  test('what was read meanwhile is told when the block is lifted, with a seq of its own', async () => {
    const { blocker, blocked, club, unread } = await scene()
    const line = await enter(blocker, club)
    await markRead(blocked, club, unread)
    await line.heard()
    const before = line.frames.length
    await done(remove(blocker, `/api/users/${blocked.id}/block/`))
    await line.next('message.read', ({ reader }) => reader.id === blocked.id)
    await line.heard()
    const seqs = line.frames.slice(before).flatMap(({ seq }) => seq ?? [])
    expect(seqs.length).toBeGreaterThan(0)
    for (const seq of seqs) expect(seq).toBeGreaterThan(unread.id)
    expect(seqs).toEqual([...new Set(seqs)].sort((a, b) => a - b))
  })
})

const SIDEBAR: Record<SidebarDown['type'], { told: Told; act: (of: Scene, witness: Line) => Promise<Frame> }> = {
  presence: {
    told: 'nothing',
    async act({ blocker, owner }, line) {
      await direct(owner, blocker)
      await openSidebar(blocker)
      return line.next('presence', ({ user_id, online }) => user_id === blocker.id && online)
    },
  },
  snapshot: { told: 'as before', act: async (_, line) => line.answer({ type: 'get_snapshot' }) },
  group_created: {
    told: 'as before',
    async act({ owner, blocker, blocked }, line) {
      await group(owner, [blocker, blocked], { room_name: '' })
      return line.next('group_created')
    },
  },
  last_message_updated: {
    told: 'as before',
    async act({ blocker, club }, line) {
      await say(blocker, club, 'newest')
      return line.next('last_message_updated', ({ last_message }) => last_message.text === 'newest')
    },
  },
  unread_updated: {
    told: 'own answers only',
    async act({ owner, club, unread }, line) {
      await markRead(owner, club, unread)
      return line.next('unread_updated')
    },
  },
  room_updated: {
    told: 'nothing',
    async act({ blocker, owner, word }, line) {
      await direct(owner, blocker)
      await named(blocker, { first_name: `${word} the second` })
      return line.next('room_updated', ({ room }) => room.chat_name.startsWith(`${word} the second`))
    },
  },
  typing: {
    told: 'nothing',
    async act({ blocker, club }, line) {
      await (await enter(blocker, club)).answer({ type: 'typing' })
      return line.next('typing')
    },
  },
  error: { told: 'own answers only', act: async (_, line) => line.answer({ type: 'no such frame' }) },
  room_removed: {
    told: 'as before',
    async act({ owner, club }, line) {
      await done(remove(owner, `/api/chatrooms/${club.id}/`))
      return line.next('room_removed')
    },
  },
}

describe('[R74] of every frame of a list', () => {
  let of: Scene
  beforeAll(async () => {
    of = await scene()
  })

  test.each(Object.entries(SIDEBAR))('%s', async (type, { told, act }) => {
    const { blocker, blocked, owner } = of
    const [theirs, own] = [await openSidebar(owner), await openSidebar(blocked)]
    expect((await act(of, theirs)).type).toBe(type)
    await pause(50)
    await own.heard()
    expect(leaks(of, own.frames)).toEqual([])
    const frames = own.frames.filter((frame) => frame.type === type && frame.ref === undefined)
    const about = ({ user_id, room }: Frame) => user_id === blocker.id || room?.partner_id === blocker.id
    if (told === 'nothing') expect(frames.filter(about)).toEqual([])
    if (told === 'as before') expect(frames).not.toEqual([])
    for (const line of [theirs, own]) line.close()
  })
})

/** What the blocked person does to reach the blocker's notifications, and what somebody else is told who is in her place. */
const REACHING: Record<string, (by: Someone, to: Someone, of: Scene) => Promise<unknown>> = {
  'a message in a common group': (by, _, { club }) => say(by, club, 'Hear me.'),
  'a mention in somebody else’s group': (by, to, { club }) => say(by, club, `Look, @${to.username}`),
  'an edit of what stands in a notification': async (by, to, { club }) => {
    const { id } = await say(by, club, 'Harmless')
    return done(patch(by, `/api/chatrooms/${club.id}/messages/${id}/`, { content: `Hear me, @${to.username}` }))
  },
  'a reply': async (by, to, { club }) => {
    const { id } = await say(to, club, 'Said by her')
    return say(by, club, 'An answer', { reply_to: id })
  },
  'a role': async (by, to, { club }) => {
    await done(post(by, `/api/chatrooms/${club.id}/revoke_admin/`, { user_id: to.id }))
    return done(post(by, `/api/chatrooms/${club.id}/assign_admin/`, { user_id: to.id }))
  },
}

/** The same, where it is refused. */
const REFUSED: Record<string, (by: Someone, to: Someone, of: Scene) => Promise<{ status: number; body: Frame }>> = {
  'a direct message': (by, _, { pair }) => post(by, `/api/chatrooms/${pair.id}/messages/`, { content: 'x' }),
  'a reaction in the direct room': (by, _, { pair, inPair }) =>
    ask('PUT', `/api/chatrooms/${pair.id}/messages/${inPair.id}/reactions/${encodeURIComponent('👍')}/`, {
      token: by.access,
    }),
  'the direct room, opened': (by, to) => post(by, '/api/chatrooms/direct/', { user_id: to.id }),
  'the direct room, created': (by, to) => post(by, '/api/chatrooms/', { participant_ids: [to.id] }),
  'a new group': (by, to) => post(by, '/api/chatrooms/', { room_name: 'Trap', participant_ids: [to.id] }),
  'a place in a group': async (by, to) => {
    const mine = await group(by, [])
    return post(by, `/api/chatrooms/${mine.id}/add_members/`, { users: [to.id] })
  },
  'a friend request': (by, to) => post(by, '/api/friend-requests/', { to_user: to.id }),
}

describe('[R77] in the blocker’s notifications', () => {
  const noticesOf = async (who: Someone): Promise<Frame[]> => (await get(who, '/api/notifications/')).body

  let of: Scene
  beforeAll(async () => {
    of = await scene()
  })

  test.each(Object.entries(REACHING))('nothing is announced by %s', async (_, reach) => {
    const { blocker, blocked, owner, club } = of
    const feed = await openFeed(blocker)
    // Somebody else does the same to the same person: that is announced.
    await reach(owner, blocker, of)
    await eventually(() => expect(feed.frames.filter(frameOf('new_notification'))).not.toEqual([]))
    await done(post(blocker, '/api/notifications/mark_all_read/'))
    await atRest(club)
    await feed.heard()
    const [before, frames] = [JSON.stringify(await noticesOf(blocker)), feed.frames.length]
    await reach(blocked, blocker, of)
    await atRest(club)
    await feed.heard()
    expect(feed.frames.slice(frames).filter(({ ref }) => ref === undefined)).toEqual([])
    expect(JSON.stringify(await noticesOf(blocker))).toBe(before)
    feed.close()
  })

  test.each(Object.entries(REFUSED))('%s is refused in the same words whoever blocked whom', async (what, reach) => {
    const { blocker, blocked } = of
    const [one, other] = [await reach(blocked, blocker, of), await reach(blocker, blocked, of)]
    const plain = ({ status, body }: { status: number; body: Frame }) => [
      status,
      JSON.stringify(body).replaceAll(/\d{9,}/g, 'N'),
    ]
    expect([what, ...plain(one)]).toEqual([what, ...plain(other)])
    expect(one).toMatchObject({ status: 403, body: { code: 'blocked', detail: 'This cannot be delivered.' } })
    const { code: _, ...words } = one.body
    expect(JSON.stringify(words)).not.toMatch(/block/i)
  })

  test('[R79] without the block nothing of that is refused', async () => {
    const { blocker, blocked } = of
    await done(remove(blocker, `/api/users/${blocked.id}/block/`))
    for (const [what, reach] of Object.entries(REFUSED)) {
      expect([what, (await reach(blocked, blocker, of)).status]).toEqual([
        what,
        expect.toSatisfy((status) => status < 300),
      ])
    }
  })

  test('what was announced before says nothing new: an edit of it takes it away', async () => {
    const { blocker, blocked, owner } = Object.fromEntries(
      Object.entries(await cast('vivian', 'nick', 'olga')).map(([name, who]) => [
        { vivian: 'blocker', nick: 'blocked', olga: 'owner' }[name],
        who,
      ]),
    ) as Record<'blocker' | 'blocked' | 'owner', Someone>
    const club = await group(owner, [blocker, blocked])
    const { id } = await say(blocked, club, 'as it was')
    await atRest(club)
    const announced = (await noticesOf(blocker)).find(({ content }) => content === 'as it was')
    expect(announced).toBeDefined()
    await block(blocker, blocked)
    await done(patch(blocked, `/api/chatrooms/${club.id}/messages/${id}/`, { content: 'as he wants it' }))
    await atRest(club)
    expect(JSON.stringify(await noticesOf(blocker))).not.toContain('as he wants it')
  })

  const FEED: Record<FeedDown['type'], 'tells of others' | 'own answers only'> = {
    notification_list: 'tells of others',
    new_notification: 'tells of others',
    notification_updated: 'tells of others',
    notification_removed: 'own answers only',
    mark_read_response: 'own answers only',
    mark_all_read_response: 'own answers only',
    error: 'own answers only',
  }

  test('the blocked person’s notifications call the blocker what she was called', async () => {
    const of = await scene()
    const { blocker, blocked, owner, club } = of
    const feed = await openFeed(blocked)
    const unnamed = await group(owner, [blocker, blocked], { room_name: '' })
    await say(owner, unnamed, 'Hello all')
    await say(blocker, club, 'by the blocker')
    await say(blocker, club, 'again by the blocker')
    await atRest(club, unnamed)
    await feed.heard()
    const told = new Set(feed.frames.map(({ type }) => type))
    for (const [type, what] of Object.entries(FEED)) {
      if (what === 'tells of others') expect([type, told.has(type)]).toEqual([type, true])
    }
    const notices = await noticesOf(blocked)
    expect(notices).toContainEqual(expect.objectContaining({ content: 'again by the blocker', sender: 'Vera Before' }))
    expect(leaks(of, [feed.frames, notices])).toEqual([])
  })
})

/** Every route that answers with something about others, and how it is asked. Those of staff are for staff. */
const LISTS: Record<string, (of: Scene) => string[]> = {
  'GET /api/users': ({ word, blocker }) => [`?search=${word}`, '?search=vera', `?search=${blocker.username}`],
  'GET /api/users/:id': ({ blocker }) => [`/${blocker.id}`],
  'GET /api/blocks': ({ word }) => ['', `?search=${word}`],
  'GET /api/friends': () => [''],
  'GET /api/friends/list_friends': () => [''],
  'GET /api/friends/:id': ({ blocker }) => [`/${blocker.id}`],
  'GET /api/friend-requests': () => [''],
  'GET /api/friend-requests/:id': () => ['/1'],
  'GET /api/chatrooms': ({ word }) => ['', `?search=${word}`, '?search=vera'],
  'GET /api/chatrooms/:roomId': ({ club, pair }) => [`/${club.id}`, `/${pair.id}`],
  'GET /api/chatrooms/:roomId/participants': ({ club, pair }) => [
    `/${club.id}/participants`,
    `/${pair.id}/participants`,
  ],
  'GET /api/chatrooms/:roomId/messages': ({ club, pair }) => [`/${club.id}/messages`, `/${pair.id}/messages`],
  'GET /api/chatrooms/:roomId/messages/:messageId': ({ club, read }) => [`/${club.id}/messages/${read.id}`],
  'GET /api/chatrooms/:roomId/messages/:messageId/history': ({ club, read }) => [
    `/${club.id}/messages/${read.id}/history`,
  ],
  'GET /api/chatrooms/:roomId/messages/:messageId/message_read_status': ({ club, read }) => [
    `/${club.id}/messages/${read.id}/message_read_status`,
  ],
  'GET /api/chatrooms/:roomId/shareable_link': ({ club }) => [`/${club.id}/shareable_link`],
  'GET /api/chatrooms/:roomId/bans': ({ club }) => [`/${club.id}/bans`],
  'GET /api/chatrooms/:roomId/hooks': ({ club }) => [`/${club.id}/hooks`],
  'GET /api/chatrooms/:roomId/invites': ({ club }) => [`/${club.id}/invites`],
  'GET /api/chatrooms/:roomId/storage': ({ club }) => [`/${club.id}/storage`],
  'GET /api/chatrooms/join/:code': () => [],
  'GET /api/invites': () => [''],
  'GET /api/search': ({ word }) => ['?q=by', `?q=${word}`],
  'GET /api/notifications': () => [''],
  'GET /api/notifications/unread': () => [''],
  'GET /api/notifications/:id': () => ['/1'],
  'GET /api/profile': () => [''],
  'GET /api/sessions': () => [''],
  'GET /api/storage': () => [''],
}

describe('[R74] of every list', () => {
  let of: Scene
  beforeAll(async () => {
    of = await scene()
    const { blocker, blocked, owner, club } = of
    await openSidebar(blocker)
    while (!(await done(get(owner, `/api/users/${blocker.id}/`))).online_status) await pause(20)
    await say(blocker, club, 'by the blocker, now')
    await done(post(owner, `/api/chatrooms/${club.id}/bans/`, { user_id: (await cast('banished')).banished.id }))
    await done(post(blocked, '/api/notifications/', { message: 'To do.' }))
    await atRest(club)
  })

  test('the table has every route that shows something to people who are no staff', () => {
    const shown = [...new Set(ROWS.map(({ route }) => route))].filter((route) =>
      /^GET \/api\/(?!admin|schema|limits|server)/.test(route),
    )
    expect(Object.keys(LISTS).sort()).toEqual(shown.sort())
  })

  test.each(Object.entries(LISTS))('%s', async (route, paths) => {
    const base = route.slice('GET '.length).split('/:')[0] as string
    for (const path of paths(of)) {
      const { body } = await get(of.blocked, `${base.replace('/join', '')}${path}`)
      expect([path, leaks(of, body)]).toEqual([path, []])
      const people = [body].flat().flatMap((each: Frame) => [each, ...(each?.participants ?? [])])
      for (const { id, online_status } of people.filter((each: Frame) => each?.id === of.blocker.id && !each.user)) {
        expect([path, id, online_status]).toEqual([path, id, false])
      }
    }
  })

  test('she is found by what she was called, not by what she is called, and others find her', async () => {
    const found = async (who: Someone, words: string) => [
      (await done(get(who, `/api/users/?search=${words}&limit=5`))).map(({ full_name }: Frame) => full_name),
      (await done(get(who, `/api/chatrooms/?search=${words}`))).results.length > 0,
    ]
    const sister = `${of.word}sdottir`
    expect(await found(of.blocked, sister)).toEqual([[], false])
    expect(await found(of.blocked, 'vera')).toEqual([['Vera Before'], true])
    expect(await found(of.owner, sister)).toEqual([[`${of.word} ${sister}`], true])
    // The blocker herself knows what the other is called now.
    await named(of.blocked, { first_name: 'Nick' })
    expect((await done(get(of.blocker, '/api/blocks/')))[0].full_name).toBe('Nick')
  })

  test('the face of a group without a name does not name her to the blocked person outside', async () => {
    const { outsider, third } = await cast('outsider', 'third')
    const unnamed = await group(of.owner, [of.blocker, third], { room_name: '' })
    const { code } = await done(post(of.owner, `/api/chatrooms/${unnamed.id}/shareable_link/`))
    expect((await done(get(outsider, `/api/chatrooms/join/${code}/`))).chat_name).toContain(of.word)
    expect(leaks(of, await done(get(of.blocked, `/api/chatrooms/join/${code}/`)))).toEqual([])
    await runDurableObjectAlarm(sidebarActor(of.blocked))
    // Nor when they come in: nothing of hers is told before the room knows of the block.
    const [list, lists] = [await openSidebar(of.blocked), await openSidebar(of.owner)]
    const joined = await done(post(of.blocked, `/api/chatrooms/join/${code}/`))
    await lists.heard()
    await list.heard()
    expect(leaks(of, [joined, list.frames])).toEqual([])
  })
})
