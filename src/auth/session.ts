/** Sessions as tokens: how one begins, how long it lasts, and the pair of tokens that stands for it. */
import { BOUNDS, TIMES } from '../config'
import { newId, type SessionId, type UserId } from '../protocol'
import { refreshHash, signAccess, signRefresh } from './tokens'

/** Characters kept of the user agent: enough to tell one's devices apart. */
const DEVICE_LENGTH = 120

/** A session about to begin. Times are milliseconds. */
export interface NewSession {
  id: SessionId
  userId: UserId
  refreshHash: string
  device: string
  /** A keyed digest of the device that signs in; empty for none that is to be remembered. */
  deviceId: string
  /** How many devices are remembered of one account, and since when they must have been seen. */
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

/** When a session that is used now ends by itself: unused for too long, or simply too old. */
export const sessionEnd = (createdAt: number, now: number): number =>
  Math.min(now + TIMES.refreshToken, createdAt + TIMES.sessionMost)

/** A session for a person on the device that calls itself `userAgent`, and that is remembered as `deviceId`. */
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
 * The tokens of a session whose living generation began at `since`: a new access token, and that generation's refresh
 * token. That is signed with `refreshSecret` where it was given out before the secret was rotated.
 */
export async function issueTokens(
  secret: string,
  session: { id: SessionId; userId: UserId; username: string; generation: number; since: number; expiresAt: number },
  refreshSecret = secret,
): Promise<TokenPair> {
  const { id: sessionId, userId, username, generation, since, expiresAt } = session
  return {
    access: await signAccess(secret, { userId, username, sessionId, sessionEnds: expiresAt, generation }, Date.now()),
    refresh: await signRefresh(refreshSecret, { userId, sessionId, generation, issuedAt: since, expiresAt }),
  }
}
