/**
 * Claims on usernames: no two accounts have names that look alike, reserved names belong to no account, and a released
 * name is free only after a while.
 */
import { LIMITS, type UserId } from '../../protocol'

const DAY = 24 * 60 * 60 * 1_000

/**
 * The hashes of a username's skeletons, or null when the name is reserved. Hashes, because the directory must not keep
 * names of erased people.
 */
export async function skeletonHashes(username: string): Promise<string[] | null> {
  const { isReserved, skeletonsOf: looksOf } = await import('./lookalikes')
  const looks = looksOf(username)
  return isReserved(looks) ? null : Promise.all(looks.map(digest))
}

/** Whether a full name is reserved or looks like a reserved name. */
export async function isReservedName(fullName: string): Promise<boolean> {
  const { isReserved, skeletonsOf: looksOf } = await import('./lookalikes')
  return isReserved(looksOf(fullName))
}

async function digest(look: string): Promise<string> {
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(look))
  return btoa(String.fromCharCode(...new Uint8Array(hash))).replace(/=+$/, '')
}

/**
 * SQL: no account but `user` has, or recently had, a name with one of the skeletons `looks`. All parameters are SQL
 * expressions.
 */
export const isUnclaimed = (looks: string, user: string, now: string) => `NOT EXISTS (
  SELECT 1 FROM username_skeletons WHERE skeleton_hash IN (SELECT value FROM json_each(${looks})) AND user_id <> ${user}
    AND (free_at IS NULL OR free_at > ${now}))`

/** Claims the free skeletons of the person's present name, and deletes expired rows. */
export const claimStatements = (
  db: D1Database,
  user: UserId,
  username: string,
  looks: string[],
  now: number,
): D1PreparedStatement[] => [
  db.prepare('DELETE FROM username_skeletons WHERE free_at <= ?1').bind(now),
  db
    .prepare(
      `INSERT INTO username_skeletons (skeleton_hash, user_id)
       SELECT value, ?1 FROM json_each(?2) WHERE EXISTS (SELECT 1 FROM users WHERE id = ?1 AND username = ?3)
       ON CONFLICT (skeleton_hash) DO UPDATE SET free_at = NULL WHERE user_id = excluded.user_id`,
    )
    .bind(user, JSON.stringify(looks), username),
]

/**
 * Releases the skeletons of a person's former name except `kept`, if they have another name by now or were erased at
 * `now`. They become free after `usernameRestDays`.
 */
export const releaseStatement = (
  db: D1Database,
  user: UserId,
  now: number,
  { username, kept }: { username: string; kept: string[] },
): D1PreparedStatement =>
  db
    .prepare(
      `UPDATE username_skeletons SET free_at = ?3 WHERE user_id = ?1 AND free_at IS NULL
         AND skeleton_hash NOT IN (SELECT value FROM json_each(?2))
         AND EXISTS (SELECT 1 FROM users WHERE id = ?1 AND (username = ?4 OR erased_at = ?5))`,
    )
    .bind(user, JSON.stringify(kept), now + LIMITS.usernameRestDays * DAY, username, now)
