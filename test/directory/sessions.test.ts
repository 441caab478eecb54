/** Sessions in the directory. */
import { env } from 'cloudflare:workers'
import { beforeEach, expect, test } from 'vitest'
import { newSession } from '../../src/auth/session'
import { TIMES } from '../../src/config'
import { register } from '../../src/directory/accounts/new-accounts'
import { callerOf, endSession, rotate, sessionsOf, startSession } from '../../src/directory/accounts/sessions'
import { changeAccount } from '../../src/directory/accounts/users'
import { newId } from '../../src/protocol'

const db = env.DIRECTORY
const NOW = Date.now()
const session = (userId: number) => newSession(env.AUTH_SECRET, userId, 'a browser', NOW)

let ada: number
beforeEach(async () => {
  ada = newId()
  const account = {
    id: ada,
    email: `${ada}@x.test`,
    passwordHash: 'old hash',
    firstName: 'Ada',
    lastName: '',
    picture: null,
    now: NOW,
  }
  await register(db, account, [`ada${ada}`], null)
})

test('a session begins only while the password that was checked is still the password', async () => {
  const before = session(ada)
  expect(await startSession(db, before, 'old hash', 0)).toBe(true)
  const mine = session(ada)
  await startSession(db, mine, 'old hash', 0)
  const password = { newHash: 'new hash', keepSession: mine.id, now: NOW }
  const proof = { passwordHash: 'old hash', sessionId: mine.id }
  expect(await changeAccount(db, ada, {}, proof, password)).toEqual([before.id])
  expect(await startSession(db, session(ada), 'old hash', 0)).toBe(false)
  expect(await startSession(db, session(ada), 'new hash', 0)).toBe(true)
})

test('a password that was changed meanwhile changes nothing and ends nothing', async () => {
  const mine = session(ada)
  await startSession(db, mine, 'old hash', 0)
  const password = { newHash: 'new hash', keepSession: mine.id, now: NOW }
  const proof = { passwordHash: 'older hash', sessionId: mine.id }
  expect(await changeAccount(db, ada, { bio: 'changed' }, proof, password)).toBeNull()
  expect((await sessionsOf(db, ada, NOW)).map((row) => row.id)).toEqual([mine.id])
})

test.each(['disabled_at', 'erased_at'])('no session begins, and none counts, once %s is set', async (column) => {
  const mine = session(ada)
  await startSession(db, mine, 'old hash', 0)
  expect(await callerOf(db, mine.id, NOW)).toMatchObject({ id: ada, session: mine.id })
  await db.prepare(`UPDATE users SET ${column} = ? WHERE id = ?`).bind(NOW, ada).run()
  expect(await callerOf(db, mine.id, NOW)).toBeNull()
  expect(await startSession(db, session(ada), 'old hash', 0)).toBe(false)
})

test('whether a room exists is answered with who is asking', async () => {
  const mine = session(ada)
  await startSession(db, mine, 'old hash', 0)
  const [there, deleted] = [newId(), newId()]
  const insert = db.prepare('INSERT INTO rooms (id, is_group, created_at, deleted_at) VALUES (?, 1, 0, ?)')
  await db.batch([insert.bind(there, null), insert.bind(deleted, NOW)])
  expect(await callerOf(db, mine.id, NOW, there)).toMatchObject({ room_exists: 1 })
  expect(await callerOf(db, mine.id, NOW, deleted)).toMatchObject({ room_exists: 0 })
  expect(await callerOf(db, mine.id, NOW, newId())).toMatchObject({ room_exists: 0 })
  expect(await callerOf(db, mine.id, NOW)).toMatchObject({ room_exists: 0 })
})

test('a generation is spent once, and not after the session has ended', async () => {
  const mine = session(ada)
  await startSession(db, mine, 'old hash', 0)
  const next = { refreshHash: 'next', deviceId: '', now: NOW, expiresAt: NOW + 1_000 }
  expect(await rotate(db, { id: mine.id, generation: 0 }, next)).toBe(true)
  expect(await rotate(db, { id: mine.id, generation: 0 }, next)).toBe(false)
  expect(await endSession(db, ada, mine.id, NOW)).toBe(true)
  expect(await rotate(db, { id: mine.id, generation: 1 }, next)).toBe(false)
  expect(await endSession(db, ada, mine.id, NOW)).toBe(false)
})

test('nobody ends the session of another', async () => {
  const mine = session(ada)
  await startSession(db, mine, 'old hash', 0)
  expect(await endSession(db, newId(), mine.id, NOW)).toBe(false)
  expect(await callerOf(db, mine.id, NOW)).not.toBeNull()
})

test('sessions that are long over are forgotten at the next sign-in, recent ones are not', async () => {
  const [live, recent, old, expired] = [session(ada), session(ada), session(ada), session(ada)]
  for (const one of [live, recent, old, expired]) await startSession(db, one, 'old hash', 0)
  const set = db.prepare('UPDATE sessions SET ended_at = ?2, expires_at = coalesce(?3, expires_at) WHERE id = ?1')
  await db.batch([
    set.bind(recent.id, NOW - 1_000, null),
    set.bind(old.id, NOW - TIMES.sessionKept - 1_000, null),
    set.bind(expired.id, null, NOW - TIMES.sessionKept - 1_000),
  ])
  const next = session(ada)
  await startSession(db, next, 'old hash', NOW - TIMES.sessionKept)
  const kept = await db.prepare('SELECT id FROM sessions WHERE user_id = ?').bind(ada).all<{ id: number }>()
  expect(kept.results.map((row) => row.id).sort()).toEqual([live.id, recent.id, next.id].sort())
})

test('the question of every request is answered by keys alone', async () => {
  const { results } = await db
    .prepare(
      `EXPLAIN QUERY PLAN SELECT u.id, EXISTS (SELECT 1 FROM rooms WHERE id = 3 AND deleted_at IS NULL)
       FROM sessions s JOIN users u ON u.id = s.user_id WHERE s.id = 1 AND s.ended_at IS NULL`,
    )
    .all<{ detail: string }>()
  for (const { detail } of results) expect(detail).not.toMatch(/\bSCAN (?!CONSTANT)/)
})
