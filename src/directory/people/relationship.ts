/** What stands between two people, as pieces of queries; in all of them `?1` is who is looking, unless they say otherwise. */
import type { UserId } from '../../protocol'
import { nameMatches } from './fold'

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

/** The condition that two people are friends. Both are SQL expressions. */
const areFriends = (one: string, other: string) =>
  `EXISTS (SELECT 1 FROM friendships WHERE low = min(${one}, ${other}) AND high = max(${one}, ${other}))`

/** The condition that two people are members of one room. Both are SQL expressions. */
export const shareRoom = (one: string, other: string) =>
  `EXISTS (SELECT 1 FROM memberships a JOIN memberships b ON b.room_id = a.room_id AND b.user_id = ${other} AND b."left" = 0
     WHERE a.user_id = ${one} AND a."left" = 0)`

/**
 * The ids of the people whom `user`, an SQL expression, is connected to: themselves, their friends, members of their rooms,
 * both sides of an open friend request, and people whom they have blocked. `former`: also people who have left rooms that
 * the user is still in, where their messages stand. In two steps, because D1 takes five terms in one compound.
 */
export const connectedTo = (user: string, { former }: { former: boolean }) => `SELECT ${user} UNION
  SELECT * FROM (${friendsOf(user)} UNION
    SELECT b.user_id FROM memberships a CROSS JOIN memberships b ON b.room_id = a.room_id ${former ? '' : 'AND b."left" = 0'}
      WHERE a.user_id = ${user} AND a."left" = 0) UNION
  SELECT * FROM (SELECT to_user FROM friend_requests WHERE from_user = ${user} AND status = 'pending' UNION
    SELECT from_user FROM friend_requests WHERE to_user = ${user} AND status = 'pending' UNION
    SELECT blocked FROM blocks WHERE blocker = ${user})`

/**
 * The condition that `other` is in the circle that the column `setting` of the user `u` names. `together`: the two are
 * known to share a room.
 */
export const isInCircle = (setting: string, other: string, together = false) =>
  `CASE ${setting} WHEN 'everyone' THEN 1 WHEN 'friends' THEN ${areFriends('u.id', other)}
     WHEN 'rooms' THEN ${together ? '1' : shareRoom('u.id', other)} ELSE 0 END`

/**
 * After `blocksWith('u.id', viewer)`: whether `viewer` may not see when the user `u` is online, for a block between the
 * two or because `u` shows it to others only. `together`: see `isInCircle`.
 */
export const isHidden = (viewer = '?1', together = false) =>
  `(mine.blocker IS NOT NULL OR theirs.blocker IS NOT NULL
     OR (u.id <> ${viewer} AND NOT ${isInCircle('u.who_sees_me_online', viewer, together)}))`

/**
 * After `blocksWith`, the presence `p` of the user `u` as `?1` may see it. Hidden, it is that of somebody who never had
 * a socket, so that it tells nothing, today or later.
 */
export const visiblePresence = (together = false) => `
  iif(${isHidden('?1', together)}, 0, coalesce(p.online, 0)) AS online,
  iif(${isHidden('?1', together)}, u.created_at, coalesce(p.last_seen, u.created_at)) AS last_seen`

/** What a blocked person goes on seeing of the blocker: who they were when they blocked. JSON in `blocks.shown`. */
export interface ProfileSnapshot {
  username: string
  first_name: string
  last_name: string
  bio: string
  picture: string | null
  /** The username and all names, folded: for orderings and searches. */
  username_key: string
  key: string
}

/** The `ShownProfile` of a user, as an SQL expression. */
export const profileSnapshot = (user: string) => `(SELECT json_object('username', username, 'first_name', first_name,
  'last_name', last_name, 'bio', bio, 'picture', picture,
  'username_key', username_key, 'key', coalesce(search_key, username_key || ' ' || first_name_key || ' ' || last_name_key))
  FROM users WHERE id = ${user})`

/** After `blocksWith`: a column of the user `u` as the viewer may see it. */
const seenColumn = (column: string) =>
  `iif(theirs.profile_snapshot IS NULL, u.${column}, theirs.profile_snapshot ->> '${column}') AS ${column}`

/** After `blocksWith`: the columns of `PersonNames` as the viewer may see them. A picture that was replaced since is gone. */
export const SEEN_NAME_COLUMNS = `u.id, ${['username', 'first_name', 'last_name', 'bio'].map(seenColumn).join(', ')},
  iif(theirs.profile_snapshot IS NULL OR u.picture IS theirs.profile_snapshot ->> 'picture', u.picture, NULL) AS picture`

/** The condition that `?1` sees a person, an SQL expression, as they are called now, and not as they were when they blocked `?1`. */
export const seesCurrentProfile = (person: string) =>
  `NOT EXISTS (SELECT 1 FROM blocks WHERE blocker = ${person} AND blocked = ?1 AND profile_snapshot IS NOT NULL)`

/** After `blocksWith`: the condition that the user `u` is called like what the viewer searches for; see `isCalled`. */
export const seenNameMatches = (folded: string, former: string) =>
  `iif(theirs.profile_snapshot IS NULL, ${nameMatches(folded, former)}, instr(theirs.profile_snapshot ->> 'key', ${folded}))`

/** Joins all that stands between the user `u` and `?1`: a few lookups by key, and never more than one row of each. */
export const RELATIONSHIP_JOINS = `
  LEFT JOIN friendships friend ON friend.low = min(u.id, ?1) AND friend.high = max(u.id, ?1)
  LEFT JOIN friend_requests asked ON asked.from_user = ?1 AND asked.to_user = u.id AND asked.status = 'pending'
  LEFT JOIN friend_requests asking ON asking.from_user = u.id AND asking.to_user = ?1 AND asking.status = 'pending'
  ${blocksWith('u.id')}`

/** After `BETWEEN`: the columns of `Between`. */
export const RELATIONSHIP_COLUMNS = `friend.low IS NOT NULL AS is_friend, asked.id AS outgoing_request_id,
  asking.id AS incoming_request_id, mine.blocker IS NOT NULL AS is_blocked`

/** What stands between a person and who is looking. Flags are 0 or 1. */
export interface Relationship {
  is_friend: number
  outgoing_request_id: number | null
  incoming_request_id: number | null
  /** Who is looking has blocked them. Whether it is the other way round is told to nobody. */
  is_blocked: number
}
