/** Trying again until there is an answer. */
import { whenOnline } from './environment'
import { closed, toChatError } from './error'

/** Waits after failed tries, in milliseconds: each twice the one before. */
const FIRST_WAIT = 1_000
const LONGEST_WAIT = 30_000

/**
 * Does `work` until it succeeds, or fails in a way that trying again does not mend.
 * @param wanted false when nobody waits for it any more
 * @param waiting given the function that ends a wait
 * @throws {ChatError}
 */
export async function insist<T>(
  work: () => Promise<T>,
  wanted: () => boolean,
  waiting?: (wake: () => void) => void,
): Promise<T> {
  for (let wait = FIRST_WAIT; ; wait = Math.min(wait * 2, LONGEST_WAIT)) {
    await whenOnline()
    if (!wanted()) throw closed()
    try {
      return await work()
    } catch (thrown) {
      const error = toChatError(thrown)
      if (!error.retryable || !wanted()) throw error
      // Some clients wait longer than others.
      const ms = error.retryAfter === undefined ? wait * (0.5 + Math.random()) : error.retryAfter * 1_000
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, ms)
        waiting?.(() => {
          clearTimeout(timer)
          resolve()
        })
      })
    }
  }
}
