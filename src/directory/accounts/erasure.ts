/** Erasure of an account. Its id remains, so that its messages keep an author. */
import { ERASED_NAME, type SessionId, type UserId } from '../../protocol'
import { addNameStatement, removeNameStatement } from '../people/names'
import type { FriendRequestRow } from '../schema'
import { releaseStatement } from './usernames'

/** The consequences of an erasure for others. */
export interface Erased {
  sessions: SessionId[]
  /** Open requests that the person sent: the notifications of their receivers must go. */
  requests: FriendRequestRow[]
}

/**
 * People whose notifications may name the person outside any room: the other side of each friend request, and those
 * whom the person notified as staff. Must run before `eraseAccount`, which deletes the requests.
 */
export async function notifiedOutsideRooms(db: D1Database, user: UserId): Promise<UserId[]> {
  const { results } = await db
    .prepare(
      `SELECT to_user AS id FROM friend_requests WHERE from_user = ?1
       UNION SELECT from_user FROM friend_requests WHERE to_user = ?1
       UNION SELECT user_id FROM audit WHERE actor_id = ?1 AND action = 'user.notified' AND user_id <> ?1`,
    )
    .bind(user)
    .all<{ id: UserId }>()
  return results.map(({ id }) => id)
}

/**
 * Empties the account's row and deletes everything else that names the person: sessions with their tickets, codes,
 * friendships, requests and blocks in both directions, presence. All is one transaction.
 *
 * The row keeps its id and gets a username that no person can choose. The old username becomes free again after a
 * while.
 * @returns null when nothing was erased: the password has changed, or the account is erased already
 */
export async function eraseAccount(
  db: D1Database,
  account: { id: UserId; passwordHash: string | null; addresses: (string | null)[] },
  now: number,
): Promise<Erased | null> {
  const { id, passwordHash, addresses } = account
  const removing = (from: string, more = '') =>
    db
      .prepare(`DELETE FROM ${from} AND EXISTS (SELECT 1 FROM users WHERE id = ?1 AND erased_at = ?2) ${more}`)
      .bind(id, now)
  const [, emptied, , sessions, requests] = await db.batch([
    removeNameStatement(db, id, ''),
    db
      .prepare(
        `UPDATE users SET username = ?4, username_key = ?4 || ' ' || id, email = NULL, email_verified_at = NULL,
           password_hash = NULL, first_name = '', last_name = '', bio = '', first_name_key = '',
           last_name_key = '', search_key = '', picture = NULL, version = version + 1,
           login_otp = 0, is_staff = 0, external_issuer = NULL, external_id = NULL, is_managed = 0, data = NULL,
           erased_at = ?3
         WHERE id = ?1 AND password_hash IS ?2 AND erased_at IS NULL`,
      )
      .bind(id, passwordHash, now, ERASED_NAME),
    releaseStatement(db, id, now, { username: ERASED_NAME, kept: [] }),
    removing('sessions WHERE user_id = ?1', 'RETURNING id'),
    removing('friend_requests WHERE (from_user = ?1 OR to_user = ?1)', 'RETURNING *'),
    removing('friendships WHERE (low = ?1 OR high = ?1)'),
    removing('blocks WHERE (blocker = ?1 OR blocked = ?1)'),
    removing('presence WHERE user_id = ?1'),
    removing('known_devices WHERE user_id = ?1'),
    removing('bot_tokens WHERE user_id = ?1'),
    removing('recovery_codes WHERE user_id = ?1'),
    db
      .prepare(
        `DELETE FROM mailed_codes WHERE (user_id = ?1 OR address IN (SELECT value FROM json_each(?3))
             OR address IN (SELECT address FROM address_changes WHERE user_id = ?1))
             AND EXISTS (SELECT 1 FROM users WHERE id = ?1 AND erased_at = ?2)`,
      )
      .bind(id, now, JSON.stringify(addresses)),
    removing('address_changes WHERE user_id = ?1'),
    // A stranger may have tried to register with the address.
    db
      .prepare(
        `DELETE FROM registrations WHERE address IN (SELECT value FROM json_each(?3))
           AND EXISTS (SELECT 1 FROM users WHERE id = ?1 AND erased_at = ?2)`,
      )
      .bind(id, now, JSON.stringify(addresses)),
    // Without an erasure this restores the search index of the names.
    addNameStatement(db, id),
  ])
  if (emptied?.meta.changes !== 1) return null
  const asked = ((requests?.results ?? []) as FriendRequestRow[]).filter(
    (request) => request.from_user === id && request.status === 'pending',
  )
  return { sessions: ((sessions?.results ?? []) as { id: SessionId }[]).map((session) => session.id), requests: asked }
}
