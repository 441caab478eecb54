/** What a feed keeps: so many notifications, read ones for so long, and one of each kind that a room announces. */
import { runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { afterEach, describe, expect, test } from 'vitest'
import type { Announcement } from '../../src/actor/rpc/announcement'
import { settings } from '../../src/config'
import type { Feed } from '../../src/feed/feed'
import {
  atRest,
  cast,
  done,
  type Frame,
  feedActor,
  forward,
  get,
  group,
  openFeed,
  patch,
  post,
  presentTime,
  type Someone,
  say,
  signIn,
  signUp,
  twice,
} from '../support/world'

const KEPT = settings(env).NOTIFICATIONS_KEPT
const DAY = 24 * 3_600_000

afterEach(presentTime)

const list = async (who: Someone, query = ''): Promise<Frame[]> => (await get(who, `/api/notifications/${query}`)).body
const unread = async (who: Someone): Promise<Frame[]> => (await get(who, '/api/notifications/unread/')).body

let people = 0
const strangers = (...names: string[]): Promise<Someone[]> => {
  people += 1
  return Promise.all(names.map((name) => signUp(`${name}${people}`)))
}

const note = (message: string): Announcement => ({
  type: 'system',
  subject: null,
  sender: null,
  sender_id: null,
  message,
  content: null,
  chat_name: null,
  room_id: null,
  message_id: null,
})

/** Announces so many things to somebody, one a millisecond. @returns their ids */
const announced = (who: Someone, count: number): Promise<number[]> =>
  runInDurableObject(feedActor(who), (feed: Feed) => {
    const ids: number[] = []
    for (let n = 0; n < count; n++) {
      forward(1)
      ids.push(feed.announce(note(`${n}`))?.id ?? 0)
    }
    return ids
  })

const idsOf = (who: Someone): Promise<number[]> =>
  runInDurableObject(feedActor(who), (feed: Feed) => feed.list(KEPT * 2, 0).map(({ id }) => id))

/** The three ways in which it is said how many are unread agree with what is listed. */
async function expectCounts(who: Someone): Promise<void> {
  const feed = await openFeed(who)
  const all = await runInDurableObject(feedActor(who), (actor: Feed) => actor.list(KEPT * 2, 0))
  const open = all.filter(({ is_read }) => !is_read)
  expect(feed.frames[0]).toMatchObject({ unread_count: open.length, notifications: all.slice(0, 20) })
  expect(await runInDurableObject(feedActor(who), (actor: Feed) => actor.unread(KEPT * 2, 0))).toEqual(open)
  feed.close()
}

describe('[R88] a feed', () => {
  twice('keeps its number: what was read goes before what was not, and the oldest first', async (interlude) => {
    const [ada] = (await strangers('ada')) as [Someone]
    const ids = await announced(ada, KEPT)
    await runInDurableObject(feedActor(ada), (feed: Feed) => {
      for (const id of ids.slice(100, 103)) feed.setRead(id, true)
    })
    await interlude()
    const feed = await openFeed(ada)
    expect(feed.frames[0]?.unread_count).toBe(KEPT - 3)
    const [next] = await announced(ada, 1)
    // The oldest that was read, although a hundred older ones were not.
    expect(await feed.next('notification_removed')).toMatchObject({ notification_id: ids[100], unread_count: KEPT - 2 })
    await interlude()
    const more = await announced(ada, 4)
    const gone = [101, 102, 0, 1].map((place) => ids[place])
    const removed = (await feed.heard()).filter(({ type }) => type === 'notification_removed')
    expect(removed.map(({ notification_id }) => notification_id)).toEqual(gone)
    // Of unread ones that go too it is said: nothing is counted that no list shows.
    expect(removed.map(({ unread_count }) => unread_count)).toEqual([KEPT - 1, KEPT, KEPT, KEPT])
    const left = [...ids.filter((id) => id !== ids[100] && !gone.includes(id)), next, ...more]
    expect(await idsOf(ada)).toEqual(left.toReversed())
    await expectCounts(ada)
  })

  twice('keeps what was read for its days, and what was not for as long as there is room', async (interlude) => {
    const [bob] = (await strangers('bob')) as [Someone]
    const [read, other, open] = await announced(bob, 3)
    await runInDurableObject(feedActor(bob), (feed: Feed) => {
      for (const id of [read, other]) feed.setRead(id as number, true)
    })
    await interlude()
    forward(settings(env).NOTIFICATION_DAYS * DAY - 60_000)
    const [late] = await announced(bob, 1)
    expect(await idsOf(bob)).toEqual([late, open, other, read])
    await interlude()
    forward(120_000)
    // The session of ninety days ago is over.
    const back = await signIn(bob)
    const feed = await openFeed(back)
    const [later] = await announced(bob, 1)
    expect((await feed.next('notification_removed')).unread_count).toBe(3)
    expect(await idsOf(bob)).toEqual([later, late, open])
    await expectCounts(back)
  })

  twice('that let an unread room go announces it again, whole, with its next message', async (interlude) => {
    const [carol, dan] = (await strangers('carol', 'dan')) as [Someone, Someone]
    const room = await group(carol, [dan], { room_name: 'Quiet' })
    await say(carol, room, 'one')
    await say(carol, room, 'two')
    await atRest(room)
    expect(await unread(dan)).toMatchObject([{ count: 2, content: 'two' }, { notification_type: 'room_invite' }])
    await announced(dan, KEPT)
    await interlude()
    const kinds = await runInDurableObject(feedActor(dan), (feed: Feed) =>
      feed.list(KEPT * 2, 0).map(({ notification_type }) => notification_type),
    )
    expect(new Set(kinds)).toEqual(new Set(['system']))
    await expectCounts(dan)
    await say(carol, room, 'three')
    await atRest(room)
    expect((await unread(dan))[0]).toMatchObject({ notification_type: 'new_message', count: 3, content: 'three' })
    await expectCounts(dan)
  })

  test('that grew before there was a limit shrinks over its next announcements', async () => {
    const [erin] = (await strangers('erin')) as [Someone]
    await runInDurableObject(feedActor(erin), (_, { storage }) => {
      for (let n = 0; n < KEPT + 500; n++) {
        storage.sql.exec(
          `INSERT INTO notifications (type, message, as_of, counts_after, count, at, is_read) VALUES ('system', 'x', 0, 0, 1, ?, 0)`,
          n,
        )
      }
    })
    await announced(erin, 3)
    expect(await idsOf(erin)).toHaveLength(KEPT)
    await expectCounts(erin)
  })
})

describe('[R89] what a room announces besides messages', () => {
  const assign = (by: Someone, room: Frame, who: Someone, path: string) =>
    done(post(by, `/api/chatrooms/${room.id}/${path}/`, { user_id: who.id }))

  twice('is one notification of each kind, as it is now', async (interlude) => {
    const [ada, bob] = (await strangers('ada', 'bob')) as [Someone, Someone]
    const room = await group(ada, [bob], { room_name: 'Flip' })
    const feed = await openFeed(bob)
    for (let n = 0; n < 3; n++) {
      await assign(ada, room, bob, 'assign_admin')
      await interlude()
      await assign(ada, room, bob, 'revoke_admin')
    }
    await atRest(room)
    const told = (await unread(bob)).filter(({ notification_type }) => notification_type === 'role_changed')
    expect(told).toMatchObject([{ message: 'You are now a member of Flip', count: expect.any(Number) }])
    expect(told[0]?.count).toBeGreaterThan(1)
    const heard = (await feed.heard()).filter(({ notification }) => notification?.notification_type === 'role_changed')
    expect(heard.map(({ type }) => type)).toEqual([
      'new_notification',
      ...heard.slice(1).map(() => 'notification_updated'),
    ])
    // Read, it makes way for the next.
    await done(post(bob, `/api/notifications/${told[0]?.id}/mark_read/`))
    await assign(ada, room, bob, 'assign_admin')
    await atRest(room)
    const removed = await feed.next('notification_removed')
    expect(removed.notification_id).toBe(told[0]?.id)
    expect(await list(bob)).toMatchObject([
      { notification_type: 'role_changed', message: 'You are now an admin of Flip', count: 1, is_read: false },
      { notification_type: 'room_invite' },
    ])
  })

  twice('is told once, whatever is repeated or comes late', async (interlude) => {
    const [ada] = (await strangers('ada')) as [Someone]
    const news = (version: number): Announcement => ({
      ...note(`state ${version}`),
      type: 'role_changed',
      subject: 'role_changed:7',
      version,
      room_id: 7,
    })
    const feed = await openFeed(ada)
    for (const version of [5, 5, 9, 7, 9, 5]) {
      await feedActor(ada).announce(news(version))
      await interlude()
    }
    expect(await list(ada)).toMatchObject([{ message: 'state 9', count: 2 }])
    expect((await feed.heard()).map(({ type }) => type)).toEqual(['new_notification', 'notification_updated'])
  })

  test.each([
    ['all', ['role_changed', 'mention']],
    ['mentions', ['mention']],
    ['nothing', []],
  ])('is announced where the room is to be heard: notify = %s', async (notify, told) => {
    const [ada, bob] = (await strangers('ada', 'bob')) as [Someone, Someone]
    const room = await group(ada, [bob])
    await atRest(room)
    await done(post(bob, '/api/notifications/mark_all_read/'))
    await done(patch(bob, `/api/chatrooms/${room.id}/me/`, { notify }))
    await assign(ada, room, bob, 'assign_admin')
    await say(ada, room, `Hello @${bob.username}`)
    await atRest(room)
    const kinds = (await unread(bob)).map(({ notification_type }) => notification_type)
    expect(kinds.filter((kind) => kind !== 'new_message').toSorted()).toEqual(told.toSorted())
  })

  test('is announced of a room that one is new in', async () => {
    const { gus, hal } = await cast('gus', 'hal')
    const room = await group(gus, [])
    await done(post(gus, `/api/chatrooms/${room.id}/add_members/`, { users: [hal.id] }))
    await atRest(room)
    expect(await unread(hal)).toMatchObject([{ notification_type: 'room_invite' }])
  })
})
