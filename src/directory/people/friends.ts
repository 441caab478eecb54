/** Friendships and friend requests. Each change is one transaction. */
import { LIMITS, type RefusalCode, type Refused, type RoomId, refuse, type UserId } from '../../protocol'
import { enqueueRequestStatement, enqueueStatement } from '../operation/outbox'
import { KEEP_EARLIER_CLAIM } from '../rooms/rooms'
import type { FriendRequestRow } from '../schema'
import { IS_ACTIVE, NAME_COLUMNS, type PersonNames } from './people'
import { friendsOf, isBlocked, pairOf } from './relationship'

/** A new friendship: the accepted request, its sender, and the direct room of the two. */
export interface NewFriendship {
  request: FriendRequestRow
  sender: PersonNames
  room: RoomId
}

/** The receiver of a request, with their relationship to the sender. */
interface RequestedPerson extends PersonNames {
  is_active: number
  is_blocked: number
  is_friend: number
  /** Whether the sender may have one more friend. */
  has_free_slot: number
  room: RoomId
}

/** A filter and a part of the list of requests. */
export interface RequestsQuery {
  status?: FriendRequestRow['status'] | undefined
  direction?: 'incoming' | 'outgoing' | undefined
  limit: number
  /** Creation time and id of the last request of the previous part. */
  after?: [created_at: number, id: number] | undefined
  offset?: number
}

const DIRECTION_COLUMNS = { incoming: 'to_user', outgoing: 'from_user' } as const
const STATUSES = ['pending', 'accepted', 'rejected', 'cancelled'] as const

/**
 * The requests that a person sent or received, newest first. An index limits the reading to the newest of each
 * direction and status.
 */
export async function requestsOf(
  db: D1Database,
  user: UserId,
  { status, direction, limit, after, offset = 0 }: RequestsQuery,
): Promise<FriendRequestRow[]> {
  const sides = direction ? [DIRECTION_COLUMNS[direction]] : Object.values(DIRECTION_COLUMNS)
  const [created_at, id] = after ?? [Number.MAX_SAFE_INTEGER, 0]
  // One statement per direction, because D1 allows five SELECTs in one compound.
  const parts = await db.batch<FriendRequestRow>(
    sides.map((side) => {
      const each = (status ? [status] : STATUSES).map(
        (one) => `SELECT * FROM (SELECT * FROM friend_requests WHERE ${side} = ?1 AND status = '${one}'
          AND (created_at, id) < (?2, ?3) ORDER BY created_at DESC, id DESC LIMIT ?4)`,
      )
      return db
        .prepare(`${each.join(' UNION ALL ')} ORDER BY created_at DESC, id DESC LIMIT ?4`)
        .bind(user, created_at, id, limit + offset)
    }),
  )
  return parts
    .flatMap(({ results }) => results)
    .sort((a, b) => b.created_at - a.created_at || b.id - a.id)
    .slice(offset, offset + limit)
}

/** A request of which the person is sender or receiver, or null. */
export function findRequest(db: D1Database, id: number, user: UserId): Promise<FriendRequestRow | null> {
  return findStatement(db, id, user).first<FriendRequestRow>()
}

/**
 * Sends a friend request. If the receiver has already sent one, this accepts it: of two crossed requests the second
 * makes the friendship. `id` and `room` are new ids, for the request and for the direct room if there is none.
 */
export async function requestFriendship(
  db: D1Database,
  { id, from, to, room, now }: { id: number; from: UserId; to: UserId; room: RoomId; now: number },
): Promise<{ request: FriendRequestRow; befriended: NewFriendship | null } | Refused> {
  const [low, high] = pairOf(from, to)
  const [, , accepted, , made, , between] = await db.batch([
    ...acceptStatements(db, 'from_user = ?1 AND to_user = ?2', [to, from], room, now),
    db
      .prepare(
        `INSERT INTO friend_requests (id, from_user, to_user, status, created_at, updated_at)
         SELECT ?1, ?2, u.id, 'pending', ?4, ?4 FROM users u
         WHERE u.id = ?3 AND ${IS_ACTIVE} AND NOT ${isBlocked('?2', '?3')}
           AND NOT EXISTS (SELECT 1 FROM friendships WHERE low = ?5 AND high = ?6) AND ${hasFreeSlot('?2')}
         ON CONFLICT DO NOTHING RETURNING *`,
      )
      .bind(id, from, to, now, low, high),
    enqueueStatement(db, { user_id: to, kind: 'friend_request', subject: id }, now),
    db
      .prepare(
        `SELECT ${NAME_COLUMNS}, ${IS_ACTIVE} AS is_active, ${isBlocked('?1', '?2')} AS is_blocked,
           (SELECT room_id FROM direct_rooms WHERE low = ?3 AND high = ?4) AS room,
           EXISTS (SELECT 1 FROM friendships WHERE low = ?3 AND high = ?4) AS is_friend, ${hasFreeSlot('?1')} AS has_free_slot
         FROM users u WHERE u.id = ?2`,
      )
      .bind(from, to, low, high),
  ])
  const [crossed] = rows<FriendRequestRow>(accepted)
  const [request] = rows<FriendRequestRow>(made)
  const [other] = rows<RequestedPerson>(between)
  if (request) return { request, befriended: null }
  if (crossed && other) return { request: crossed, befriended: { request: crossed, sender: other, room: other.room } }
  if (!other?.is_active) return refuse('not_found')
  if (other.is_blocked) return refuse('blocked')
  if (other.is_friend) return refuse('already_friends')
  return refuse(other.has_free_slot ? 'already_requested' : 'list_full')
}

/** Accepts a request that `user` received. `room` is a new id for the direct room if there is none. */
export async function acceptRequest(
  db: D1Database,
  { id, user, room, now }: { id: number; user: UserId; room: RoomId; now: number },
): Promise<NewFriendship | Refused> {
  const [, , accepted, , found, between] = await db.batch([
    ...acceptStatements(db, 'id = ?1 AND to_user = ?2', [id, user], room, now),
    findStatement(db, id, user),
    db
      .prepare(
        `SELECT ${NAME_COLUMNS}, d.room_id AS room FROM friend_requests r
         JOIN users u ON u.id = r.from_user
         JOIN direct_rooms d ON d.low = min(r.from_user, r.to_user) AND d.high = max(r.from_user, r.to_user)
         WHERE r.id = ?1`,
      )
      .bind(id),
  ])
  const [request] = rows<FriendRequestRow>(accepted)
  const [asker] = rows<PersonNames & { room: RoomId }>(between)
  if (request && asker) return { request, sender: asker, room: asker.room }
  return refuse(refusalFor(rows<FriendRequestRow>(found)[0], 'to_user', user))
}

/** The receiver rejects a request, or the sender cancels it. */
export async function answerRequest(
  db: D1Database,
  { id, user, as, now }: { id: number; user: UserId; as: 'rejected' | 'cancelled'; now: number },
): Promise<FriendRequestRow | Refused> {
  const side = as === 'rejected' ? 'to_user' : 'from_user'
  const [settled, , found] = await db.batch([
    db
      .prepare(
        `UPDATE friend_requests SET status = ?3, updated_at = ?4
         WHERE id = ?1 AND ${side} = ?2 AND status = 'pending' RETURNING *`,
      )
      .bind(id, user, as, now),
    enqueueRequestStatement(db, `id = ?1 AND ${side} = ?2`, [id, user], now),
    findStatement(db, id, user),
  ])
  return rows<FriendRequestRow>(settled)[0] ?? refuse(refusalFor(rows<FriendRequestRow>(found)[0], side, user))
}

/** Ends a friendship and updates presence for both. @returns whether there was one */
export async function endFriendship(db: D1Database, one: UserId, other: UserId, now: number): Promise<boolean> {
  const [ended] = await db.batch([
    db.prepare('DELETE FROM friendships WHERE low = ? AND high = ?').bind(...pairOf(one, other)),
    enqueueStatement(db, { user_id: one, kind: 'presence', subject: other }, now),
    enqueueStatement(db, { user_id: other, kind: 'presence', subject: one }, now),
  ])
  return ended?.meta.changes === 1
}

/**
 * The statements that accept the pending request which `condition` names by `?1` and `?2`. Friendship and room are read
 * from the request while it is pending, and the last statement accepts it. A pending request implies that there is no
 * block.
 */
function acceptStatements(db: D1Database, condition: string, named: [number, number], room: RoomId, now: number) {
  const open = `${condition} AND status = 'pending'`
  const pair = 'min(from_user, to_user), max(from_user, to_user)'
  // Two people with a pending request are no friends, unless the first of these statements has made them so.
  const made = `(${pair}) IN (SELECT low, high FROM friendships)`
  return [
    db
      .prepare(
        `INSERT INTO friendships (low, high, since) SELECT ${pair}, ?3 FROM friend_requests WHERE ${open} AND ${hasFreeSlot('?2')}
         ON CONFLICT DO NOTHING`,
      )
      .bind(...named, now),
    db
      .prepare(
        `INSERT INTO direct_rooms (low, high, room_id)
         SELECT ${pair}, ?3 FROM friend_requests WHERE ${open} AND ${made} ${KEEP_EARLIER_CLAIM}`,
      )
      .bind(...named, room),
    db
      .prepare(`UPDATE friend_requests SET status = 'accepted', updated_at = ?3 WHERE ${open} AND ${made} RETURNING *`)
      .bind(...named, now),
    enqueueRequestStatement(db, `${condition} AND updated_at = ?3`, named, now),
  ]
}

const findStatement = (db: D1Database, id: number, user: UserId) =>
  db.prepare('SELECT * FROM friend_requests WHERE id = ?1 AND (from_user = ?2 OR to_user = ?2)').bind(id, user)

/**
 * Why the person on `side` could not answer a request: it is between others, for the other side to answer, or answered
 * already.
 */
function refusalFor(row: FriendRequestRow | undefined, side: 'from_user' | 'to_user', user: UserId): RefusalCode {
  if (!row) return 'not_found'
  if (row[side] !== user) return 'forbidden'
  return row.status === 'pending' ? 'list_full' : 'settled'
}

/** SQL: a person may have one more friend. `user` is an SQL expression. */
function hasFreeSlot(user: string): string {
  return `(SELECT count(*) FROM (${friendsOf(user)})) < ${LIMITS.friends}`
}

const rows = <T>(result: D1Result | undefined) => (result?.results ?? []) as T[]
