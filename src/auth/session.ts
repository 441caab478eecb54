/** Sessions as tokens: their start, their lifetime, and the pair of tokens of each. */
import { BOUNDS, TIMES } from '../config'
import { newId, type Person, type SessionId, type UserId } from '../protocol'
import { refreshHash, signAccess, signRefresh } from './tokens'

/** Characters of the user agent that are kept: enough to distinguish one's devices. */
const DEVICE_LENGTH = 120

/** A session about to begin. Times are in milliseconds. */
export interface NewSession {
  id: SessionId
  userId: UserId
  refreshHash: string
  device: string
  /** A keyed digest of the device that signs in. Empty when the device must not be remembered. */
  deviceId: string
  /** The most devices that an account remembers, and the time since when they must have been used. */
  devicesMost: number
  devicesSince: number
  now: number
  expiresAt: number
}

/** The two tokens of a session. */
export interface TokenPair {
  access: string
  refresh: string
}

/** When a session that is used now expires: after a time without use, and at the latest at its maximum age. */
export const sessionEnd = (createdAt: number, now: number): number =>
  Math.min(now + TIMES.refreshToken, createdAt + TIMES.sessionMost)

/** A new session for a person. `userAgent` names the device for people, `deviceId` identifies it. */
export function newSession(
  secret: string,
  userId: UserId,
  userAgent: string | undefined,
  now: number,
  deviceId = '',
): NewSession {
  const id = newId()
  return {
    id,
    userId,
    refreshHash: refreshHash(secret, id, 0),
    device: (userAgent ?? '').slice(0, DEVICE_LENGTH) || 'Unknown device',
    deviceId,
    devicesMost: BOUNDS.knownDevices,
    devicesSince: now - TIMES.deviceKnown,
    now,
    expiresAt: sessionEnd(now, now),
  }
}

/**
 * The tokens of a person's session whose current generation began at `since`: a new access token, and the refresh token of that
 * generation. The refresh token is signed with `refreshSecret`, if it was issued before the last rotation of the
 * secret.
 */
export async function issueTokens(
  secret: string,
  person: Person,
  session: { id: SessionId; generation: number; since: number; expiresAt: number },
  refreshSecret = secret,
): Promise<TokenPair> {
  const { id: sessionId, generation, since, expiresAt } = session
  return {
    access: await signAccess(secret, { person, sessionId, sessionEnds: expiresAt, generation }, Date.now()),
    refresh: await signRefresh(refreshSecret, { userId: person.id, sessionId, generation, issuedAt: since, expiresAt }),
  }
}
