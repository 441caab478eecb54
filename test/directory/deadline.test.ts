/** A directory that stalls counts as down. */
import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { withDeadline } from '../../src/directory/deadline'

/** The real directory, whose answers to `method` come so much later. */
function stalled(milliseconds: number): D1Database {
  const late = async () => {
    await new Promise((resolve) => setTimeout(resolve, milliseconds))
    return { results: [] }
  }
  const statement = { bind: () => statement, first: late, all: late, run: late, raw: late }
  return { prepare: () => statement, batch: late } as unknown as D1Database
}

test('what is answered in time passes through: rows, batches, bound values, errors', async () => {
  const db = withDeadline(env.DIRECTORY, 5_000)
  expect(await db.prepare('SELECT ?1 + ?2 AS sum').bind(2, 3).first('sum')).toBe(5)
  expect((await db.prepare('SELECT 1 AS one').all()).results).toEqual([{ one: 1 }])
  const both = await db.batch([db.prepare('SELECT 1 AS a'), db.prepare('SELECT ?1 AS b').bind('x')])
  expect(both.map((result) => result.results)).toEqual([[{ a: 1 }], [{ b: 'x' }]])
  await expect(db.prepare('SELECT nonsense').first()).rejects.toThrow(/no such column/)
})

test.each(['first', 'all', 'run', 'raw'] as const)('%s fails as unavailable when time is up', async (method) => {
  const db = withDeadline(stalled(1_000), 40)
  const asked = (db.prepare('SELECT 1').bind(1) as unknown as Record<typeof method, () => Promise<unknown>>)[method]()
  await expect(asked).rejects.toMatchObject({ code: 'unavailable', retryAfter: 1 })
})

test('a batch fails as unavailable when time is up', async () => {
  await expect(withDeadline(stalled(1_000), 40).batch([])).rejects.toMatchObject({ code: 'unavailable' })
})

test('time in which the isolate was busy does not count', async () => {
  const busy = (milliseconds: number) => {
    const end = performance.now() + milliseconds
    while (performance.now() < end);
  }
  const asked = withDeadline(env.DIRECTORY, 200).prepare('SELECT 1 AS one').first('one')
  busy(600)
  expect(await asked).toBe(1)
})
