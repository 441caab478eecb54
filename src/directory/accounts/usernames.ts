/** Who may have which username: no two that look alike, none of those that are reserved, and a freed one only later. */
import { LIMITS, type UserId } from '../../protocol'

const DAY = 24 * 60 * 60 * 1_000

/** What a username looks like, as digests: the directory keeps no name of somebody who is gone. Null when it is reserved. */
export async function skeletonHashes(username: string): Promise<string[] | null> {
  const { isReserved, skeletonsOf: looksOf } = await import('./lookalikes')
  const looks = looksOf(username)
  return isReserved(looks) ? null : Promise.all(looks.map(digest))
}

/** Whether a full name, or one that looks like it, speaks for everybody, for the service or for nobody. */
export async function isReservedName(fullName: string): Promise<boolean> {
  const { isReserved, skeletonsOf: looksOf } = await import('./lookalikes')
  return isReserved(looksOf(fullName))
}

async function digest(look: string): Promise<string> {
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(look))
  return btoa(String.fromCharCode(...new Uint8Array(hash))).replace(/=+$/, '')
}

/** The condition that nobody but `user` has, or had until lately, a name with one of `looks`. All are SQL expressions. */
export const isUnclaimed = (looks: string, user: string, now: string) => `NOT EXISTS (
  SELECT 1 FROM username_skeletons WHERE skeleton_hash IN (SELECT value FROM json_each(${looks})) AND user_id <> ${user}
    AND (free_at IS NULL OR free_at > ${now}))`

/** Takes the looks of the name that a person has by now, those that are free, and forgets what rests no longer. */
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

/** Lets the looks of a person's former name rest, all but `kept`, if by now they have another, or were erased at `now`. */
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
