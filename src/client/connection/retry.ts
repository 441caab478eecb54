/** Retries with back-off until there is an answer. */
import { whenOnline } from '../environment'
import { closed, toChatError } from '../error'

/** Milliseconds to wait after failures: each wait is twice the one before. */
const MIN_BACKOFF = 1_000
const MAX_BACKOFF = 30_000

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
  for (let wait = MIN_BACKOFF; ; wait = Math.min(wait * 2, MAX_BACKOFF)) {
    await whenOnline()
    if (!isWanted()) throw closed()
    try {
      return await work()
    } catch (thrown) {
      const error = toChatError(thrown)
      if (!error.retryable || !isWanted()) throw error
      // The random factor spreads clients that failed together.
      const ms = error.retryAfter === undefined ? wait * (0.5 + Math.random()) : error.retryAfter * 1_000
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, ms)
        onWait?.(() => {
          clearTimeout(timer)
          resolve()
        })
      })
    }
  }
}
