/** Usernames for people who did not choose one. */
import { LIMITS, toUsername } from '../protocol'

/** Names tried before it is called bad luck. */
const TRIES = 6
const DIGITS = 5

/**
 * Names made from an address, best first: the part before the @ (and before a + tag) in permitted characters, then the
 * same with random digits. They are drawn, not counted, so that many people with one name do not queue for the next.
 */
export function* usernamesFor(email: string): Generator<string> {
  const local = email.slice(0, email.indexOf('@')).split('+')[0] ?? ''
  const name = toUsername(local, LIMITS.usernameLength) || 'user'
  yield name
  yield* usernamesLike(name)
}

/** A name with random digits, for somebody whose own is taken. */
export function* usernamesLike(name: string): Generator<string> {
  const short = toUsername(name, LIMITS.usernameLength - DIGITS)
  for (let tries = 1; tries < TRIES; tries++) {
    const digits = String(crypto.getRandomValues(new Uint32Array(1))[0])
      .slice(-DIGITS)
      .padStart(DIGITS, '0')
    yield short + digits
  }
}
