/** Usernames for people who did not choose one. */
import { LIMITS, toUsername } from '../protocol'

/** Names that are tried before the registration fails. */
const TRIES = 6
const DIGITS = 5

/**
 * Names made from an address, best first: the part before the @ (without a + tag) in permitted characters, then the
 * same with random digits. Random digits need no counter that registrations with the same name would queue for.
 */
export function* usernamesFor(email: string): Generator<string> {
  const local = email.slice(0, email.indexOf('@')).split('+')[0] ?? ''
  const name = toUsername(local, LIMITS.usernameLength) || 'user'
  yield name
  yield* usernamesLike(name)
}

/** Names with random digits, for a person whose chosen name is in use. */
export function* usernamesLike(name: string): Generator<string> {
  const short = toUsername(name, LIMITS.usernameLength - DIGITS)
  for (let tries = 1; tries < TRIES; tries++) {
    const digits = String(crypto.getRandomValues(new Uint32Array(1))[0])
      .slice(-DIGITS)
      .padStart(DIGITS, '0')
    yield short + digits
  }
}
