/** The account of uploads: whatever nothing shows is removed, and nothing that is shown. */
import { evictAllDurableObjects, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { afterEach, expect, test } from 'vitest'
import { TIMES } from '../../src/config'
import { newKey } from '../../src/media/urls'
import { LIMITS } from '../../src/protocol'
import { forward, type Interlude, presentTime, signUp } from '../support/world'

const account = (owner: number) => env.UPLOADS.getByName(String(owner))
const exists = async (key: string) => (await env.MEDIA.head(key)) !== null

let people = 0
const somebody = () => 2 ** 51 + ++people

/** Announces and stores something of theirs. */
async function uploaded(owner: number): Promise<string> {
  const key = newKey(owner)
  expect(await account(owner).expect(key)).toBeNull()
  await env.MEDIA.put(key, 'bytes')
  return key
}

const hold = (owner: number, key: string, holder: string, held = true) =>
  account(owner).applyReferences([{ key, holder, isActive: held }])

/** One behaviour, told twice: in one life of the account, and in a new one at each step. */
function twice(name: string, scenario: (owner: number, interlude: Interlude) => Promise<void>): void {
  const told = (interlude: Interlude) => async () => {
    await scenario(somebody(), interlude)
  }
  test(
    name,
    told(async () => {}),
  )
  test(`${name} (evicted between the steps)`, told(evictAllDurableObjects))
}

afterEach(() => {
  presentTime()
})

twice('what is on nothing stays for a day, and is removed after that', async (owner, interlude) => {
  const key = await uploaded(owner)
  await interlude()
  forward(TIMES.uploadKept - 1_000)
  await runDurableObjectAlarm(account(owner))
  expect(await exists(key)).toBe(true)
  await interlude()
  forward(2_000)
  expect(await runDurableObjectAlarm(account(owner))).toBe(true)
  expect(await exists(key)).toBe(false)
})

twice('what a message shows stays, however long', async (owner, interlude) => {
  const key = await uploaded(owner)
  await hold(owner, key, 'room 1 message 2')
  await interlude()
  forward(400 * 24 * 3_600_000)
  await runDurableObjectAlarm(account(owner))
  expect(await exists(key)).toBe(true)
})

twice('what a message showed is removed when it shows it no more', async (owner, interlude) => {
  const [key, other] = [await uploaded(owner), await uploaded(owner)]
  await hold(owner, key, 'room 1 message 2')
  await hold(owner, other, 'room 1 message 3')
  await interlude()
  await hold(owner, key, 'room 1 message 2', false)
  await interlude()
  await runDurableObjectAlarm(account(owner))
  expect([await exists(key), await exists(other)]).toEqual([false, true])
})

twice('what two messages show stays until the second is gone', async (owner, interlude) => {
  const key = await uploaded(owner)
  await hold(owner, key, 'room 1 message 2')
  await hold(owner, key, 'room 8 message 5')
  await hold(owner, key, 'room 1 message 2', false)
  await interlude()
  await runDurableObjectAlarm(account(owner))
  expect(await exists(key)).toBe(true)
  await hold(owner, key, 'room 8 message 5', false)
  await interlude()
  await runDurableObjectAlarm(account(owner))
  expect(await exists(key)).toBe(false)
})

twice('told twice, late or in the wrong order, the end is the same', async (owner, interlude) => {
  const key = await uploaded(owner)
  await hold(owner, key, 'room 1 message 2', false)
  await interlude()
  await hold(owner, key, 'room 1 message 2')
  await hold(owner, key, 'room 1 message 2', false)
  await runDurableObjectAlarm(account(owner))
  expect(await exists(key)).toBe(false)
  // The object is gone: a message that says so late cannot bring it back, and is remembered nowhere.
  await hold(owner, key, 'room 1 message 2')
  await interlude()
  const rows = await runInDurableObject(account(owner), (_, { storage }) => [
    ...storage.sql.exec('SELECT key FROM object_references UNION ALL SELECT key FROM removals'),
  ])
  expect(rows).toEqual([])
})

twice('what came to nothing is removed at once, unless something shows it', async (owner, interlude) => {
  const [key, shown] = [await uploaded(owner), await uploaded(owner)]
  await hold(owner, shown, 'room 1 message 2')
  await interlude()
  await account(owner).discard([key, shown])
  await interlude()
  await runDurableObjectAlarm(account(owner))
  expect([await exists(key), await exists(shown)]).toEqual([false, true])
})

twice('while R2 fails nothing is forgotten, and it goes when R2 is back', async (owner, interlude) => {
  const key = await uploaded(owner)
  const failing = { delete: () => Promise.reject(new Error('internal error (10001)')) }
  await runInDurableObject(account(owner), (actor) => {
    Object.assign(actor, { env: { ...env, MEDIA: failing } })
  })
  await account(owner).discard([key])
  await runDurableObjectAlarm(account(owner))
  expect(await exists(key)).toBe(true)
  await runInDurableObject(account(owner), (actor) => {
    Object.assign(actor, { env })
  })
  await interlude()
  forward(TIMES.outboxMost)
  expect(await runDurableObjectAlarm(account(owner))).toBe(true)
  expect(await exists(key)).toBe(false)
})

test('the picture that the directory names is kept, though nobody told of it', async () => {
  const { id } = await signUp('picture')
  const [first, second] = [await uploaded(id), await uploaded(id)]
  const name = (key: string | null) =>
    env.DIRECTORY.prepare('UPDATE users SET picture = ?1 WHERE id = ?2').bind(key, id).run()
  const states = async () => [await exists(first), await exists(second)]

  await name(first)
  await account(id).pictureChanged()
  await runDurableObjectAlarm(account(id))
  expect(await states()).toEqual([true, true])

  await name(second)
  forward(TIMES.uploadKept + 1_000)
  await runDurableObjectAlarm(account(id))
  expect(await states()).toEqual([false, true])

  await name(null)
  await account(id).pictureChanged()
  await runDurableObjectAlarm(account(id))
  expect(await states()).toEqual([false, false])
})

test('while the directory does not answer nothing is removed', async () => {
  const { id } = await signUp('patient')
  const key = await uploaded(id)
  await env.DIRECTORY.prepare('UPDATE users SET picture = ?1 WHERE id = ?2').bind(key, id).run()
  const down = {
    prepare: () => ({ bind: () => ({ first: () => Promise.reject(new Error('Network connection lost')) }) }),
  }
  await runInDurableObject(account(id), (actor) => {
    Object.assign(actor, { env: { ...env, DIRECTORY: down } })
  })
  forward(TIMES.uploadKept + 1_000)
  await runDurableObjectAlarm(account(id))
  expect(await exists(key)).toBe(true)
  await runInDurableObject(account(id), (actor) => {
    Object.assign(actor, { env })
  })
  forward(TIMES.outboxMost)
  await runDurableObjectAlarm(account(id))
  expect(await exists(key)).toBe(true)
})

test('uploads that are on nothing are counted, and one more than allowed must wait for one to go', async () => {
  const owner = somebody()
  const keys: string[] = []
  for (let count = 0; count < LIMITS.uploadsWaiting; count++) keys.push(await uploaded(owner))
  const refused = await account(owner).expect(newKey(owner))
  expect(refused).toMatchObject({ refused: 'rate_limited' })
  expect(refused?.retryAfter).toBeGreaterThan(TIMES.upload / 1_000)
  await hold(owner, keys[0] as string, 'room 1 message 2')
  expect(await account(owner).expect(newKey(owner))).toBeNull()
})
