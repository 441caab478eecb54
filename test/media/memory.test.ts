/** A budget of memory, shared by whoever uploads at the same time. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Memory } from '../../src/media/memory'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** Whether a promise is still open after everything that can happen now has happened. */
async function isOpen(promise: Promise<unknown>): Promise<boolean> {
  let open = true
  promise.then(
    () => (open = false),
    () => (open = false),
  )
  await vi.advanceTimersByTimeAsync(0)
  return open
}

test('what fits is given at once, what does not waits until enough is given back', async () => {
  const memory = new Memory(10)
  const giveBack = await memory.reserve(6, 1_000)
  await memory.reserve(4, 1_000)
  const waiting = memory.reserve(5, 1_000)
  expect(await isOpen(waiting)).toBe(true)
  giveBack()
  expect(await isOpen(waiting)).toBe(false)
})

test('who asks for little does not overtake who waits for much', async () => {
  const memory = new Memory(10)
  const giveBack = await memory.reserve(6, 1_000)
  const [much, little] = [memory.reserve(9, 1_000), memory.reserve(1, 1_000)]
  expect([await isOpen(much), await isOpen(little)]).toEqual([true, true])
  giveBack()
  expect([await isOpen(much), await isOpen(little)]).toEqual([false, false])
})

test('waiting ends with a refusal that says when to come back, and others move up', async () => {
  const memory = new Memory(10)
  await memory.reserve(6, 1_000)
  const much = memory.reserve(9, 3_000).catch((error) => error)
  await vi.advanceTimersByTimeAsync(1_000)
  const little = memory.reserve(1, 3_000)
  await vi.advanceTimersByTimeAsync(2_000)
  expect(await much).toMatchObject({ code: 'unavailable', retryAfter: 3 })
  expect(await isOpen(little)).toBe(false)
})
