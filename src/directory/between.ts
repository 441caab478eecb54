/** What stands between two people, as pieces of queries; in all of them `?1` is who is looking, unless they say otherwise. */
import type { UserId } from '../protocol'

/** Two people in the one order in which tables keep a pair: the smaller id first. */
export const pairOf = (one: UserId, other: UserId): [low: UserId, high: UserId] => [
  Math.min(one, other),
  Math.max(one, other),
]

/** The condition that one of two has blocked the other. Both are SQL expressions. */
export const isBlocked = (one: string, other: string) =>
  `EXISTS (SELECT 1 FROM blocks WHERE (blocker = ${one} AND blocked = ${other}) OR (blocker = ${other} AND blocked = ${one}))`

/** The ids of a person's friends. `user` is an SQL expression. */
export const friendsOf = (user: string) =>
  `SELECT high FROM friendships WHERE low = ${user} UNION ALL SELECT low FROM friendships WHERE high = ${user}`

/** Joins the blocks between two people, both SQL expressions: one lookup by key for each direction. */
export const blocksWith = (person: string, viewer = '?1') => `
  LEFT JOIN blocks mine ON mine.blocker = ${viewer} AND mine.blocked = ${person}
  LEFT JOIN blocks theirs ON theirs.blocker = ${person} AND theirs.blocked = ${viewer}`

/** After `blocksWith`: whether the two may know nothing of each other's presence. */
export const IS_HIDDEN = '(mine.blocker IS NOT NULL OR theirs.blocker IS NOT NULL)'

/**
 * After `blocksWith`, the presence `p` of the user `u` as `?1` may see it. Hidden, it is that of somebody who never had
 * a socket, so that it tells nothing, today or later.
 */
export const SHOWN_PRESENCE = `
  iif(${IS_HIDDEN}, 0, coalesce(p.online, 0)) AS online,
  iif(${IS_HIDDEN}, u.created_at, coalesce(p.last_seen, u.created_at)) AS last_seen`

/** Joins all that stands between the user `u` and `?1`: a few lookups by key, and never more than one row of each. */
export const BETWEEN = `
  LEFT JOIN friendships friend ON friend.low = min(u.id, ?1) AND friend.high = max(u.id, ?1)
  LEFT JOIN friend_requests asked ON asked.from_user = ?1 AND asked.to_user = u.id AND asked.status = 'pending'
  LEFT JOIN friend_requests asking ON asking.from_user = u.id AND asking.to_user = ?1 AND asking.status = 'pending'
  ${blocksWith('u.id')}`

/** After `BETWEEN`: the columns of `Between`. */
export const RELATION = `friend.low IS NOT NULL AS is_friend, asked.id AS outgoing_request_id,
  asking.id AS incoming_request_id, mine.blocker IS NOT NULL AS is_blocked`

/** What stands between a person and who is looking. Flags are 0 or 1. */
export interface Between {
  is_friend: number
  outgoing_request_id: number | null
  incoming_request_id: number | null
  /** Who is looking has blocked them. Whether it is the other way round is told to nobody. */
  is_blocked: number
}
