/** Friendships, requests and blocks in the directory: the effect of each change, also under concurrency. */
import { env } from 'cloudflare:workers'
import { beforeEach, describe, expect, test } from 'vitest'
import { newSession } from '../../src/auth/session'
import { beginStatement, endSession, socketCallerOf } from '../../src/directory/accounts/sessions'
import { findAccount } from '../../src/directory/accounts/users'
import { pendingEntries, removeEntry } from '../../src/directory/operation/outbox'
import { audienceOf, audiencesIn } from '../../src/directory/people/audience'
import { block, unblock } from '../../src/directory/people/blocks'
import {
  acceptRequest,
  answerRequest,
  endFriendship,
  findRequest,
  requestFriendship,
  requestsOf,
} from '../../src/directory/people/friends'
import { activePeople, findPeople, findPerson } from '../../src/directory/people/people'
import {
  onlineAmong,
  presenceInRoom,
  presenceOf,
  projectPresence,
  viewersAmong,
} from '../../src/directory/people/presence'
import { pairOf } from '../../src/directory/people/relationship'
import { blockOf, blocksAround } from '../../src/directory/rooms/projection'
import { directRoomOf, replaceDirectRoom } from '../../src/directory/rooms/rooms'
import { isRefused, newId, type UserId } from '../../src/protocol'
import { plansOf } from '../support/plans'

const db = env.DIRECTORY
let clock = Date.UTC(2026, 0, 1)

async function person(): Promise<UserId> {
  const id = newId()
  await db
    .prepare('INSERT INTO users (id, username, username_key, created_at) VALUES (?1, ?2, ?2, ?3)')
    .bind(id, `u${id}`, clock)
    .run()
  return id
}

let ada: UserId
let bob: UserId
let cy: UserId
beforeEach(async () => {
  ;[ada, bob, cy] = [await person(), await person(), await person()]
})

const ask = (from: UserId, to: UserId) => requestFriendship(db, { id: newId(), from, to, room: newId(), now: ++clock })
const accept = (user: UserId, id: number) => acceptRequest(db, { id, user, room: newId(), now: ++clock })
const settle = (user: UserId, id: number, as: 'rejected' | 'cancelled') =>
  answerRequest(db, { id, user, as, now: ++clock })

/** Asks, and gives the request made. */
async function asked(from: UserId, to: UserId) {
  const answer = await ask(from, to)
  if (isRefused(answer)) throw new Error(answer.refused)
  return answer.request
}

async function befriend(one: UserId, other: UserId): Promise<void> {
  const answer = await accept(other, (await asked(one, other)).id)
  if (isRefused(answer)) throw new Error(answer.refused)
}

const all = async <T>(sql: string, ...bound: unknown[]) =>
  (
    await db
      .prepare(sql)
      .bind(...bound)
      .all<T>()
  ).results
const friendshipsOf = (user: UserId) => all('SELECT * FROM friendships WHERE low = ?1 OR high = ?1', user)
const statuses = async (user: UserId) => {
  const rows = await requestsOf(db, user, { limit: 100 })
  return rows.map((row) => row.status)
}
const times = <T>(count: number, work: (index: number) => Promise<T>) =>
  Promise.all(Array.from({ length: count }, (_, index) => work(index)))
const outcomes = (answers: object[]) =>
  answers.map((answer) => (isRefused(answer) ? answer.refused : 'done')).sort((a, b) => a.localeCompare(b))

describe('a request', () => {
  test('is made once, and seen by the two it is between and by nobody else', async () => {
    const request = await asked(ada, bob)
    expect(request).toMatchObject({ from_user: ada, to_user: bob, status: 'pending' })
    expect(await findRequest(db, request.id, ada)).toEqual(request)
    expect(await findRequest(db, request.id, bob)).toEqual(request)
    expect(await findRequest(db, request.id, cy)).toBeNull()
    expect(await ask(ada, bob)).toEqual({ refused: 'already_requested' })
  })

  test('cannot be made of strangers to the directory, nor of the disabled and the erased', async () => {
    expect(await ask(ada, newId())).toEqual({ refused: 'not_found' })
    for (const column of ['disabled_at', 'erased_at']) {
      const gone = await person()
      await db.prepare(`UPDATE users SET ${column} = 1 WHERE id = ?`).bind(gone).run()
      expect(await ask(ada, gone)).toEqual({ refused: 'not_found' })
    }
  })

  test('that crosses another makes the friendship, and there is no second request', async () => {
    const first = await asked(ada, bob)
    const crossing = await ask(bob, ada)
    expect(crossing).toMatchObject({
      request: { id: first.id, from_user: ada, status: 'accepted' },
      befriended: { sender: { id: ada }, room: expect.any(Number) },
    })
    expect(await friendshipsOf(ada)).toHaveLength(1)
    expect(await statuses(bob)).toEqual(['accepted'])
    expect(await ask(ada, bob)).toEqual({ refused: 'already_friends' })
    expect(await ask(bob, ada)).toEqual({ refused: 'already_friends' })
  })

  test.each([
    ['rejected', () => bob],
    ['cancelled', () => ada],
  ] as const)('that was %s may be made again by either of the two', async (as, by) => {
    for (const [from, to] of [
      [ada, bob],
      [bob, ada],
    ] as const) {
      const request = await asked(from, to)
      const settler = from === ada ? by() : by() === bob ? ada : bob
      expect(await settle(settler, request.id, as)).toMatchObject({ status: as })
    }
    expect(await asked(ada, bob)).toMatchObject({ status: 'pending' })
    expect(await statuses(ada)).toEqual(['pending', as, as])
  })

  test('may be made again after the friendship has ended', async () => {
    await befriend(ada, bob)
    expect(await endFriendship(db, bob, ada, ++clock)).toBe(true)
    expect(await endFriendship(db, bob, ada, ++clock)).toBe(false)
    expect(await asked(bob, ada)).toMatchObject({ from_user: bob, status: 'pending' })
  })

  test('is accepted and rejected by its receiver and cancelled by its sender, nobody else', async () => {
    const { id } = await asked(ada, bob)
    expect(await accept(ada, id)).toEqual({ refused: 'forbidden' })
    expect(await settle(ada, id, 'rejected')).toEqual({ refused: 'forbidden' })
    expect(await settle(bob, id, 'cancelled')).toEqual({ refused: 'forbidden' })
    for (const answer of [accept(cy, id), settle(cy, id, 'rejected'), settle(cy, id, 'cancelled')]) {
      expect(await answer).toEqual({ refused: 'not_found' })
    }
    expect(await findRequest(db, id, ada)).toMatchObject({ status: 'pending' })
    expect(await friendshipsOf(ada)).toEqual([])
    expect(await accept(bob, id)).toMatchObject({ request: { status: 'accepted' }, sender: { id: ada } })
  })

  test('is settled once', async () => {
    const ends = [
      (id: number) => accept(bob, id),
      (id: number) => settle(bob, id, 'rejected'),
      (id: number) => settle(ada, id, 'cancelled'),
    ]
    for (const end of ends) {
      const { id } = await asked(ada, bob)
      expect(isRefused(await end(id))).toBe(false)
      for (const again of ends) expect(await again(id)).toEqual({ refused: 'settled' })
      await endFriendship(db, ada, bob, ++clock)
    }
  })

  test('is listed newest first, by direction and by status', async () => {
    const out = await asked(ada, bob)
    const back = await asked(cy, ada)
    await settle(ada, back.id, 'rejected')
    const ids = async (query: object) => (await requestsOf(db, ada, { limit: 100, ...query })).map((row) => row.id)
    expect(await ids({})).toEqual([back.id, out.id])
    expect(await ids({ direction: 'incoming' })).toEqual([back.id])
    expect(await ids({ direction: 'outgoing' })).toEqual([out.id])
    expect(await ids({ status: 'pending' })).toEqual([out.id])
    expect(await ids({ status: 'rejected', direction: 'outgoing' })).toEqual([])
    expect(await ids({ limit: 1, offset: 1 })).toEqual([out.id])
    expect(await requestsOf(db, await person(), { limit: 100 })).toEqual([])
  })
})

describe('of any number who come at once', () => {
  test('fifty equal requests make one', async () => {
    expect(outcomes(await times(50, () => ask(ada, bob)))).toEqual([...Array(49).fill('already_requested'), 'done'])
    expect(await statuses(bob)).toEqual(['pending'])
  })

  test('crossed requests make one friendship, one room and one settled request', async () => {
    for (let round = 0; round < 100; round++) {
      const [one, other] = [await person(), await person()]
      const answers = await Promise.all([ask(one, other), ask(other, one)])
      expect(answers.map((answer) => isRefused(answer))).toEqual([false, false])
      expect(await statuses(one)).toEqual(['accepted'])
      expect(await friendshipsOf(one)).toHaveLength(1)
      expect(await all('SELECT 1 FROM direct_rooms WHERE low = ? AND high = ?', ...pairOf(one, other))).toHaveLength(1)
    }
  })

  test('fifty acceptances make one friendship, and one of them made it', async () => {
    const { id } = await asked(ada, bob)
    expect(outcomes(await times(50, () => accept(bob, id)))).toEqual(['done', ...Array(49).fill('settled')])
    expect(await friendshipsOf(bob)).toHaveLength(1)
  })

  test('acceptance, rejection and cancellation: one wins, and what stands is what it said', async () => {
    const won = new Set<string>()
    for (let round = 0; round < 30; round++) {
      const [one, other] = [await person(), await person()]
      const { id } = await asked(one, other)
      const ends = [() => accept(other, id), () => settle(other, id, 'rejected'), () => settle(one, id, 'cancelled')]
      const first = ends.splice(round % 3, 1)
      const answers = await Promise.all([...first, ...ends].map((end) => end()))
      expect(outcomes(answers)).toEqual(['done', 'settled', 'settled'])
      const request = await findRequest(db, id, one)
      expect(await friendshipsOf(one)).toHaveLength(request?.status === 'accepted' ? 1 : 0)
      won.add(request?.status ?? '')
    }
    expect([...won].sort()).toEqual(['accepted', 'cancelled', 'rejected'])
  })

  test('a request and a block: never a friendship, never an open request, beside a block', async () => {
    for (let round = 0; round < 30; round++) {
      const [one, other] = [await person(), await person()]
      const open = round % 2 === 0 ? await asked(one, other) : null
      const acts: (() => Promise<unknown>)[] = [
        () => block(db, other, one, ++clock),
        () => (open ? accept(other, open.id) : ask(one, other)),
        () => ask(other, one),
      ]
      await Promise.all(
        acts
          .slice(round % 3)
          .concat(acts.slice(0, round % 3))
          .map((act) => act()),
      )
      expect(await friendshipsOf(one)).toEqual([])
      expect(await requestsOf(db, one, { status: 'pending', limit: 10 })).toEqual([])
      expect(await blockOf(db, other, one)).toMatchObject({ blocker: other, blocked: one })
    }
  })

  test('the directory itself holds no second open request of a pair, whoever asked', async () => {
    await asked(ada, bob)
    const insert = db.prepare(
      `INSERT INTO friend_requests (id, from_user, to_user, status, created_at, updated_at) VALUES (?, ?, ?, ?, 0, 0)`,
    )
    await expect(insert.bind(newId(), bob, ada, 'pending').run()).rejects.toThrow(/UNIQUE/)
    await insert.bind(newId(), bob, ada, 'rejected').run()
    await insert.bind(newId(), bob, cy, 'pending').run()
  })
})

describe('a block', () => {
  test('ends the friendship and refuses a new one both ways, until it is lifted', async () => {
    await befriend(ada, bob)
    expect(await block(db, ada, bob, ++clock)).toBe(true)
    expect(await friendshipsOf(ada)).toEqual([])
    expect(await ask(ada, bob)).toEqual({ refused: 'blocked' })
    expect(await ask(bob, ada)).toEqual({ refused: 'blocked' })
    // Lifting is for the blocker: the other lifts only their own.
    await unblock(db, bob, ada, ++clock)
    expect(await ask(bob, ada)).toEqual({ refused: 'blocked' })
    await unblock(db, ada, bob, ++clock)
    expect(await asked(bob, ada)).toMatchObject({ status: 'pending' })
  })

  test('settles the open request: cancelled by who blocks, rejected by who is asked', async () => {
    const mine = await asked(ada, bob)
    await block(db, ada, bob, ++clock)
    expect(await findRequest(db, mine.id, ada)).toMatchObject({ status: 'cancelled' })
    const theirs = await asked(cy, ada)
    await block(db, ada, cy, ++clock)
    expect(await findRequest(db, theirs.id, ada)).toMatchObject({ status: 'rejected' })
    expect(await accept(ada, theirs.id)).toEqual({ refused: 'settled' })
  })

  test('touches nobody else', async () => {
    await befriend(ada, cy)
    const open = await asked(cy, bob)
    await block(db, ada, bob, ++clock)
    expect(await friendshipsOf(ada)).toHaveLength(1)
    expect(await findRequest(db, open.id, bob)).toMatchObject({ status: 'pending' })
  })

  test('is of people the directory knows', async () => {
    expect(await block(db, ada, newId(), ++clock)).toBe(false)
    expect(await unblock(db, ada, newId(), ++clock)).toBe(false)
  })

  test('of both stands until both are lifted', async () => {
    await block(db, ada, bob, ++clock)
    await block(db, bob, ada, ++clock)
    await unblock(db, ada, bob, ++clock)
    expect(await ask(ada, bob)).toEqual({ refused: 'blocked' })
    await unblock(db, bob, ada, ++clock)
    expect(isRefused(await ask(ada, bob))).toBe(false)
  })

  test('keeps the direct room from being made or found', async () => {
    const room = newId()
    expect(await directRoomOf(db, ada, bob, room)).toBe(room)
    await block(db, bob, ada, ++clock)
    await block(db, bob, cy, ++clock)
    expect(await directRoomOf(db, ada, bob, newId())).toBeNull()
    expect(await directRoomOf(db, cy, bob, newId())).toBeNull()
    await unblock(db, bob, ada, ++clock)
    await unblock(db, bob, cy, ++clock)
    expect(await directRoomOf(db, bob, ada, newId())).toBe(room)
    const late = newId()
    expect(await directRoomOf(db, cy, bob, late)).toBe(late)
  })
})

describe('presence', () => {
  const SEEN = Date.UTC(2026, 1, 1)
  const room = newId()
  const inRoom = (user: UserId) =>
    db.prepare(`INSERT INTO memberships (room_id, user_id, role) VALUES (?, ?, 'member')`).bind(room, user).run()
  beforeEach(async () => {
    await db.prepare('DELETE FROM memberships WHERE room_id = ?').bind(room).run()
    for (const user of [ada, bob, cy]) {
      await inRoom(user)
      await projectPresence(db, user, true, SEEN)
    }
  })

  test('is hidden both ways by a block of either, everywhere it is read, and shown again when it is lifted', async () => {
    const lists = async (viewer: UserId, other: UserId) => {
      const people = await findPeople(db, viewer, { ordering: 'id', limit: 1_000 })
      return [
        people.find(({ id }) => id === other)?.online,
        (await findPerson(db, viewer, other))?.online,
        Number((await presenceInRoom(db, viewer, room)).get(other)?.online),
        Number((await presenceOf(db, viewer, other))?.online),
        (await onlineAmong(db, viewer, [other])).size,
      ]
    }
    expect(await lists(ada, bob)).toEqual([1, 1, 1, 1, 1])
    await block(db, ada, bob, ++clock)
    expect(await lists(ada, bob)).toEqual([0, 0, 0, 0, 0])
    expect(await lists(bob, ada)).toEqual([0, 0, 0, 0, 0])
    expect(await lists(cy, bob)).toEqual([1, 1, 1, 1, 1])
    expect(await lists(bob, cy)).toEqual([1, 1, 1, 1, 1])
    await unblock(db, ada, bob, ++clock)
    expect(await lists(bob, ada)).toEqual([1, 1, 1, 1, 1])
  })

  test('that is hidden tells no time either: it is that of somebody who never came', async () => {
    const of = async () => {
      const seen = await findPerson(db, bob, ada)
      const there = (await presenceInRoom(db, bob, room)).get(ada)
      return [seen?.last_seen, there?.last_seen, there?.hidden, (await presenceOf(db, bob, ada))?.last_seen]
    }
    expect(await of()).toEqual([SEEN, SEEN, false, SEEN])
    await block(db, ada, bob, ++clock)
    const [hidden] = await all<{ created_at: number }>('SELECT created_at FROM users WHERE id = ?', ada)
    const before = await of()
    expect(before).toEqual([hidden?.created_at, hidden?.created_at, true, hidden?.created_at])
    await projectPresence(db, ada, false, SEEN + 60_000)
    expect(await of()).toEqual(before)
  })

  test('of somebody who never came is known to be hidden, so that the room does not show them either', async () => {
    const dan = await person()
    await inRoom(dan)
    expect((await presenceInRoom(db, ada, room)).has(dan)).toBe(false)
    await block(db, dan, ada, ++clock)
    expect((await presenceInRoom(db, ada, room)).get(dan)).toMatchObject({ hidden: true, online: false })
  })

  test('of those in a room comes with who opens a socket there, as they may see it', async () => {
    const mine = newSession(env.AUTH_SECRET, ada, undefined, Date.now())
    await beginStatement(db, mine, 'TRUE').run()
    const visitor = () => socketCallerOf(db, mine.id, Date.now(), room)
    await db.prepare('INSERT OR IGNORE INTO rooms (id, is_group, created_at) VALUES (?, 1, 0)').bind(room).run()
    const dan = await person()
    await inRoom(dan)
    const before = await visitor()
    expect(before).toMatchObject({ id: ada, session: mine.id, room_exists: 1, hidden: [] })
    expect(before?.online.sort()).toEqual([ada, bob, cy].sort())
    await block(db, dan, ada, ++clock)
    await block(db, ada, bob, ++clock)
    await projectPresence(db, cy, false, SEEN + 1)
    const after = await visitor()
    expect(after?.online).toEqual([ada])
    expect(after?.hidden?.sort()).toEqual([bob, dan].sort())
    await endSession(db, ada, mine.id, Date.now())
    expect(await visitor()).toBeNull()
  })

  test('is hidden in each room from those who are there', async () => {
    const other = newId()
    const hiddenIn = async (who: UserId, where: number) => {
      const { except, only } = (await audiencesIn(db, who, [room, other]))(where)
      expect(only).toBeNull()
      return except.sort()
    }
    expect(await hiddenIn(ada, room)).toEqual([])
    await block(db, ada, bob, ++clock)
    await block(db, cy, ada, ++clock)
    expect([await hiddenIn(ada, room), await hiddenIn(ada, other)]).toEqual([[bob, cy].sort(), []])
    expect(await hiddenIn(bob, room)).toEqual([ada])
    await db.prepare('UPDATE memberships SET "left" = 1 WHERE user_id = ?').bind(ada).run()
    expect(await hiddenIn(bob, room)).toEqual([])
  })
})

test('friends are told by id in the account, without those who cannot be spoken to', async () => {
  await befriend(ada, bob)
  await befriend(cy, ada)
  const friends = async () => JSON.parse((await findAccount(db, ada))?.friends ?? '').sort()
  expect(await friends()).toEqual([bob, cy].sort())
  await db.prepare('UPDATE users SET disabled_at = 1 WHERE id = ?').bind(bob).run()
  expect(await friends()).toEqual([cy])
  const listed = await findPeople(db, ada, { among: 'friends', ordering: 'id', limit: 10 })
  expect(listed.map(({ id }) => id)).toEqual([cy])
})

test('everything is found by keys: no reading goes through a whole table', async () => {
  const { id } = await asked(ada, bob)
  const plans = await plansOf(db, async (watched) => {
    await requestsOf(watched, ada, { limit: 10 })
    await requestsOf(watched, ada, { direction: 'incoming', status: 'pending', limit: 10 })
    await findRequest(watched, id, ada)
    await requestFriendship(watched, { id: newId(), from: bob, to: ada, room: newId(), now: ++clock })
    await acceptRequest(watched, { id, user: bob, room: newId(), now: ++clock })
    await answerRequest(watched, { id, user: bob, as: 'rejected', now: ++clock })
    await endFriendship(watched, ada, bob, ++clock)
    await block(watched, ada, bob, ++clock)
    await unblock(watched, ada, bob, ++clock)
    await directRoomOf(watched, ada, bob, newId())
    await findPerson(watched, ada, bob)
    await findPeople(watched, ada, { among: 'friends', ordering: 'username', limit: 10 })
    await findPeople(watched, ada, { among: 'blocked', ordering: 'username', limit: 10 })
    await findAccount(watched, ada)
    await presenceInRoom(watched, ada, newId())
    await socketCallerOf(watched, newId(), clock, newId())
    await onlineAmong(watched, ada, [bob])
    await presenceOf(watched, ada, bob)
    await audiencesIn(watched, ada, [newId()])
    await audienceOf(watched, ada)
    await viewersAmong(watched, ada, [bob])
    await blockOf(watched, ada, bob)
    await blocksAround(watched, [ada, bob], newId())
    await activePeople(watched, [bob], ada)
  })
  expect(plans.length).toBeGreaterThan(30)
  // What is scanned may only be what the query itself made: a constant row, a JSON array, a handful of ids.
  const scans = plans.filter(({ detail }) =>
    /\bSCAN (?!CONSTANT ROW|json_each|other\b|\(subquery|u\b(?! USING))/.test(detail),
  )
  expect(scans).toEqual([])
})

describe('what actors have to hear', () => {
  const noted = async (user: UserId) =>
    (await pendingEntries(db, user)).map(({ kind, subject }) => `${kind} ${subject}`).sort()

  test('is noted with the change that they have to hear of, and not where nothing changed', async () => {
    const { id } = await asked(ada, bob)
    expect(await noted(bob)).toEqual([`friend_request ${id}`])
    expect(await ask(ada, bob)).toEqual({ refused: 'already_requested' })
    for (const notice of await pendingEntries(db, bob)) await removeEntry(db, notice)
    await accept(bob, id)
    // Friends may see more of each other's presence.
    expect(await noted(ada)).toEqual([`friend_request ${id}`, `presence ${bob}`])
    expect(await noted(bob)).toEqual([`friend_request ${id}`, `presence ${ada}`])
    await block(db, ada, cy, ++clock)
    expect(await noted(ada)).toEqual([`block ${cy}`, `friend_request ${id}`, `presence ${bob}`])
    expect(await noted(cy)).toEqual([`presence ${ada}`])
  })

  test('stays when it was noted again while the notice before was told', async () => {
    const [low, high] = [ada, bob]
    await block(db, low, high, ++clock)
    const [told] = await pendingEntries(db, low)
    await unblock(db, low, high, ++clock)
    if (told) await removeEntry(db, told)
    expect(await noted(low)).toEqual([`block ${high}`])
    const [again] = await pendingEntries(db, low)
    if (again) await removeEntry(db, again)
    expect(await noted(low)).toEqual([])
    // Two had read the second notice; one of them has removed it, and the other has yet to.
    await block(db, low, high, ++clock)
    if (again) await removeEntry(db, again)
    expect(await noted(low)).toEqual([`block ${high}`])
  })
})

describe('the room of a pair', () => {
  const deleted = (room: number) =>
    db.prepare('INSERT INTO rooms (id, is_group, created_at, deleted_at) VALUES (?, 0, 0, 1)').bind(room).run()

  test('that is known to be deleted gives its place to the next, for those who open it and for new friends', async () => {
    const [first, second, third] = [newId(), newId(), newId()]
    expect(await directRoomOf(db, ada, bob, first)).toBe(first)
    expect(await directRoomOf(db, ada, bob, second)).toBe(first)
    await deleted(first)
    expect(await directRoomOf(db, ada, bob, second)).toBe(second)
    await deleted(second)
    const { id } = await asked(ada, bob)
    expect(await acceptRequest(db, { id, user: bob, room: third, now: ++clock })).toMatchObject({ room: third })
  })

  test('that is gone, of which the directory has not heard, is replaced once whoever asks', async () => {
    const gone = newId()
    await directRoomOf(db, ada, bob, gone)
    const replaced = await Promise.all([
      replaceDirectRoom(db, ada, bob, { gone, candidate: newId() }),
      replaceDirectRoom(db, bob, ada, { gone, candidate: newId() }),
    ])
    expect(replaced[0]).toBe(replaced[1])
    expect(replaced[0]).not.toBe(gone)
  })
})
