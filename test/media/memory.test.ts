/** A budget of memory, shared by whoever uploads at the same time. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { MemoryPool } from '../../src/media/memory'

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
  const memory = new MemoryPool(10)
  const giveBack = await memory.reserve(6, 1_000)
  await memory.reserve(4, 1_000)
  const waiting = memory.reserve(5, 1_000)
  expect(await isOpen(waiting)).toBe(true)
  giveBack()
  expect(await isOpen(waiting)).toBe(false)
})

test('who asks for little does not overtake who waits for much', async () => {
  const memory = new MemoryPool(10)
  const giveBack = await memory.reserve(6, 1_000)
  const [much, little] = [memory.reserve(9, 1_000), memory.reserve(1, 1_000)]
  expect([await isOpen(much), await isOpen(little)]).toEqual([true, true])
  giveBack()
  expect([await isOpen(much), await isOpen(little)]).toEqual([false, false])
})

/** An upload of which so many bytes have come, and the reason it was ended with. */
function upload(bytes: number) {
  const state = {
    bytes,
    ended: '',
    received: () => state.bytes,
    end: (reason: Error) => (state.ended = reason.message),
  }
  return state
}

test('while a reservation waits, the slowest holder that would take too long is ended, and only then', async () => {
  const memory = new MemoryPool(100)
  const [quick, slow, slower] = [upload(0), upload(0), upload(0)]
  const holds = [
    await memory.reserve(40, 1_000, quick),
    await memory.reserve(30, 1_000, slow),
    await memory.reserve(30, 1_000, slower),
  ]
  // No reservation waits yet.
  await vi.advanceTimersByTimeAsync(100_000)
  expect([quick.ended, slow.ended, slower.ended]).toEqual(['', '', ''])
  Object.assign(quick, { bytes: 39_000 })
  Object.assign(slow, { bytes: 20 })
  Object.assign(slower, { bytes: 1 })
  const waiting = memory.reserve(10, 1_000)
  await vi.advanceTimersByTimeAsync(499)
  expect(slower.ended).toBe('')
  await vi.advanceTimersByTimeAsync(1)
  expect([quick.ended, slow.ended, slower.ended !== '']).toEqual(['', '', true])
  expect(await isOpen(waiting)).toBe(true)
  holds[2]?.()
  expect(await isOpen(waiting)).toBe(false)
})

test('a holder that has just begun, or is quick enough, is not ended', async () => {
  const memory = new MemoryPool(10)
  const late = upload(0)
  await vi.advanceTimersByTimeAsync(5_000)
  await memory.reserve(10, 1_000, late)
  const waiting = memory.reserve(10, 1_000).catch((error) => error)
  await vi.advanceTimersByTimeAsync(400)
  Object.assign(late, { bytes: 5 })
  await vi.advanceTimersByTimeAsync(600)
  expect(late.ended).toBe('')
  expect(await waiting).toMatchObject({ code: 'unavailable' })
})

test('waiting ends with a refusal that says when to come back, and others move up', async () => {
  const memory = new MemoryPool(10)
  await memory.reserve(6, 1_000)
  const much = memory.reserve(9, 3_000).catch((error) => error)
  await vi.advanceTimersByTimeAsync(1_000)
  const little = memory.reserve(1, 3_000)
  await vi.advanceTimersByTimeAsync(2_000)
  expect(await much).toMatchObject({ code: 'unavailable', retryAfter: 3 })
  expect(await isOpen(little)).toBe(false)
})
