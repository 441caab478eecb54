/** Friendships and the requests that lead to them. Each change is one transaction, so no two of them can half meet. */
import { type RefusalCode, type Refused, type RoomId, refuse, type UserId } from '../protocol'
import { isBlocked, pairOf } from './between'
import { NAMES, type PersonNames, SPOKEN_TO } from './people'
import type { FriendRequestRow } from './schema'

/** Two people have become friends: the request that was accepted, who had asked, and the direct room of the two. */
export interface Befriended {
  request: FriendRequestRow
  asker: PersonNames
  room: RoomId
}

/** Who is asked, and what already stands between the two. */
interface Other extends PersonNames {
  is_spoken_to: number
  is_blocked: number
  is_friend: number
  room: RoomId
}

/** Which requests, and which part of them. */
export interface RequestsQuery {
  status?: FriendRequestRow['status'] | undefined
  direction?: 'incoming' | 'outgoing' | undefined
  limit: number
  offset: number
}

const SIDE = { incoming: 'to_user = ?1', outgoing: 'from_user = ?1' } as const

/** The requests that a person sent or got, newest first. */
export async function requestsOf(
  db: D1Database,
  user: UserId,
  { status, direction, limit, offset }: RequestsQuery,
): Promise<FriendRequestRow[]> {
  const side = direction ? SIDE[direction] : `(${SIDE.incoming} OR ${SIDE.outgoing})`
  const { results } = await db
    .prepare(
      `SELECT * FROM friend_requests WHERE ${side} AND (?2 IS NULL OR status = ?2)
       ORDER BY created_at DESC, id DESC LIMIT ?3 OFFSET ?4`,
    )
    .bind(user, status ?? null, limit, offset)
    .all<FriendRequestRow>()
  return results
}

/** One of a person's requests; null for a request between others. */
export function findRequest(db: D1Database, id: number, user: UserId): Promise<FriendRequestRow | null> {
  return finding(db, id, user).first<FriendRequestRow>()
}

/**
 * Asks somebody to be friends. If they have asked already, this accepts: of two crossed requests, whichever comes
 * second makes the friendship. `id` and `room` are new ids, for the request and for the direct room if there is none.
 */
export async function requestFriendship(
  db: D1Database,
  { id, from, to, room, now }: { id: number; from: UserId; to: UserId; room: RoomId; now: number },
): Promise<{ request: FriendRequestRow; befriended: Befriended | null } | Refused> {
  const [low, high] = pairOf(from, to)
  const [, , accepted, made, between] = await db.batch([
    ...accepting(db, 'from_user = ?1 AND to_user = ?2', [to, from], room, now),
    db
      .prepare(
        `INSERT INTO friend_requests (id, from_user, to_user, status, created_at, updated_at)
         SELECT ?1, ?2, u.id, 'pending', ?4, ?4 FROM users u
         WHERE u.id = ?3 AND ${SPOKEN_TO} AND NOT ${isBlocked('?2', '?3')}
           AND NOT EXISTS (SELECT 1 FROM friendships WHERE low = ?5 AND high = ?6)
         ON CONFLICT DO NOTHING RETURNING *`,
      )
      .bind(id, from, to, now, low, high),
    db
      .prepare(
        `SELECT ${NAMES}, ${SPOKEN_TO} AS is_spoken_to, ${isBlocked('?1', '?2')} AS is_blocked,
           (SELECT room_id FROM direct_rooms WHERE low = ?3 AND high = ?4) AS room,
           EXISTS (SELECT 1 FROM friendships WHERE low = ?3 AND high = ?4) AS is_friend
         FROM users u WHERE u.id = ?2`,
      )
      .bind(from, to, low, high),
  ])
  const [crossed] = rows<FriendRequestRow>(accepted)
  const [request] = rows<FriendRequestRow>(made)
  const [other] = rows<Other>(between)
  if (request) return { request, befriended: null }
  if (crossed && other) return { request: crossed, befriended: { request: crossed, asker: other, room: other.room } }
  if (!other?.is_spoken_to) return refuse('not_found')
  if (other.is_blocked) return refuse('blocked')
  return refuse(other.is_friend ? 'already_friends' : 'already_requested')
}

/** Accepts a request that `user` got. `room` is a new id, for the direct room if there is none. */
export async function acceptRequest(
  db: D1Database,
  { id, user, room, now }: { id: number; user: UserId; room: RoomId; now: number },
): Promise<Befriended | Refused> {
  const [, , accepted, found, between] = await db.batch([
    ...accepting(db, 'id = ?1 AND to_user = ?2', [id, user], room, now),
    finding(db, id, user),
    db
      .prepare(
        `SELECT ${NAMES}, d.room_id AS room FROM friend_requests r
         JOIN users u ON u.id = r.from_user
         JOIN direct_rooms d ON d.low = min(r.from_user, r.to_user) AND d.high = max(r.from_user, r.to_user)
         WHERE r.id = ?1`,
      )
      .bind(id),
  ])
  const [request] = rows<FriendRequestRow>(accepted)
  const [asker] = rows<PersonNames & { room: RoomId }>(between)
  if (request && asker) return { request, asker, room: asker.room }
  return refuse(whyNot(rows<FriendRequestRow>(found)[0], 'to_user', user))
}

/** The receiver rejects a request, or the sender cancels it. */
export async function settleRequest(
  db: D1Database,
  { id, user, as, now }: { id: number; user: UserId; as: 'rejected' | 'cancelled'; now: number },
): Promise<FriendRequestRow | Refused> {
  const side = as === 'rejected' ? 'to_user' : 'from_user'
  const [settled, found] = await db.batch([
    db
      .prepare(
        `UPDATE friend_requests SET status = ?3, updated_at = ?4
         WHERE id = ?1 AND ${side} = ?2 AND status = 'pending' RETURNING *`,
      )
      .bind(id, user, as, now),
    finding(db, id, user),
  ])
  return rows<FriendRequestRow>(settled)[0] ?? refuse(whyNot(rows<FriendRequestRow>(found)[0], side, user))
}

/** Ends a friendship. @returns whether there was one. */
export async function endFriendship(db: D1Database, one: UserId, other: UserId): Promise<boolean> {
  const { meta } = await db
    .prepare('DELETE FROM friendships WHERE low = ? AND high = ?')
    .bind(...pairOf(one, other))
    .run()
  return meta.changes === 1
}

/**
 * The statements that accept the open request which `condition` names by `?1` and `?2`: friendship and room first, as
 * they are read from the request while it is open; the last answers it. Nobody has blocked anybody while it is open.
 */
function accepting(db: D1Database, condition: string, named: [number, number], room: RoomId, now: number) {
  const open = `${condition} AND status = 'pending'`
  const pair = 'min(from_user, to_user), max(from_user, to_user)'
  return [
    db
      .prepare(
        `INSERT INTO friendships (low, high, since) SELECT ${pair}, ?3 FROM friend_requests WHERE ${open}
         ON CONFLICT DO NOTHING`,
      )
      .bind(...named, now),
    db
      .prepare(
        `INSERT INTO direct_rooms (low, high, room_id) SELECT ${pair}, ?3 FROM friend_requests WHERE ${open}
         ON CONFLICT DO NOTHING`,
      )
      .bind(...named, room),
    db
      .prepare(`UPDATE friend_requests SET status = 'accepted', updated_at = ?3 WHERE ${open} RETURNING *`)
      .bind(...named, now),
  ]
}

const finding = (db: D1Database, id: number, user: UserId) =>
  db.prepare('SELECT * FROM friend_requests WHERE id = ?1 AND (from_user = ?2 OR to_user = ?2)').bind(id, user)

/** Why the person on `side` could not settle a request: not theirs to know, not theirs to settle, or settled. */
function whyNot(row: FriendRequestRow | undefined, side: 'from_user' | 'to_user', user: UserId): RefusalCode {
  if (!row) return 'not_found'
  return row[side] === user ? 'settled' : 'forbidden'
}

const rows = <T>(result: D1Result | undefined) => (result?.results ?? []) as T[]
