/** Retries with back-off until there is an answer. */
import { whenOnline } from '../environment'
import { closed, toChatError } from '../error'

/** The longest wait before an attempt, in milliseconds: it doubles with each failure, from the first to the second figure. */
const MIN_BACKOFF = 2_000
const MAX_BACKOFF = 60_000

/**
 * Milliseconds before the next attempt: any time up to the longest wait, or between once and twice the seconds that the
 * server asked for. So thousands of clients that lost the same server come back one by one.
 */
export function backoffAfter(failures: number, seconds = 0): number {
  const least = seconds * 1_000
  return least + Math.random() * (least || Math.min(MAX_BACKOFF, MIN_BACKOFF * 2 ** failures))
}

/**
 * Runs `work` until it succeeds, or fails with an error that is not retryable.
 * @param isWanted false when nobody waits for it any more
 * @param onWait given the function that ends a wait
 * @throws {ChatError}
 */
export async function retry<T>(
  work: () => Promise<T>,
  isWanted: () => boolean,
  onWait?: (wake: () => void) => void,
): Promise<T> {
  for (let failures = 0; ; failures++) {
    await whenOnline()
    if (!isWanted()) throw closed()
    try {
      return await work()
    } catch (thrown) {
      const error = toChatError(thrown)
      if (!error.retryable || !isWanted()) throw error
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, backoffAfter(failures, error.retryAfter))
        onWait?.(() => {
          clearTimeout(timer)
          resolve()
        })
      })
    }
  }
}
