/** Trying again until there is an answer. */
import { whenOnline } from './environment'
import { closed, toChatError } from './error'

/** Waits after failed tries, in milliseconds: each twice the one before. */
const FIRST_WAIT = 1_000
const LONGEST_WAIT = 30_000

/** Why to stop, and a way to make the next try at once. */
export interface Wish {
  /** False when nobody waits for it any more. */
  wanted(): boolean
  /** Given the function that ends a wait. */
  waiting?(wake: () => void): void
}

/**
 * Does `work` until it succeeds, or fails in a way that trying again does not mend.
 * @throws {ChatError}
 */
export async function insist<T>(work: () => Promise<T>, { wanted, waiting }: Wish): Promise<T> {
  for (let wait = FIRST_WAIT; ; wait = Math.min(wait * 2, LONGEST_WAIT)) {
    await whenOnline()
    if (!wanted()) throw closed()
    try {
      return await work()
    } catch (thrown) {
      const error = toChatError(thrown)
      if (!error.retryable) throw error
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
