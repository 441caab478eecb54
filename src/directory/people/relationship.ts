/** Relationships between two people, as parts of queries. `?1` is the viewer unless a comment says otherwise. */
import type { UserId } from '../../protocol'
import { nameMatches } from './fold'

/** A pair in the order in which tables store it: the smaller id first. */
export const pairOf = (one: UserId, other: UserId): [low: UserId, high: UserId] => [
  Math.min(one, other),
  Math.max(one, other),
]

/** SQL: one of the two has blocked the other. Parameters are SQL expressions. */
export const isBlocked = (one: string, other: string) =>
  `EXISTS (SELECT 1 FROM blocks WHERE (blocker = ${one} AND blocked = ${other}) OR (blocker = ${other} AND blocked = ${one}))`

/** SQL: the ids of a person's friends. `user` is an SQL expression. */
export const friendsOf = (user: string) =>
  `SELECT high FROM friendships WHERE low = ${user} UNION ALL SELECT low FROM friendships WHERE high = ${user}`

/** SQL: joins the blocks between two people, one lookup by key for each direction. Parameters are SQL expressions. */
export const blocksWith = (person: string, viewer = '?1') => `
  LEFT JOIN blocks mine ON mine.blocker = ${viewer} AND mine.blocked = ${person}
  LEFT JOIN blocks theirs ON theirs.blocker = ${person} AND theirs.blocked = ${viewer}`

/** SQL: two people are friends. Parameters are SQL expressions. */
const areFriends = (one: string, other: string) =>
  `EXISTS (SELECT 1 FROM friendships WHERE low = min(${one}, ${other}) AND high = max(${one}, ${other}))`

/** SQL: two people are members of the same room. Parameters are SQL expressions. */
export const shareRoom = (one: string, other: string) =>
  `EXISTS (SELECT 1 FROM memberships a JOIN memberships b ON b.room_id = a.room_id AND b.user_id = ${other} AND b."left" = 0
     WHERE a.user_id = ${one} AND a."left" = 0)`

/**
 * SQL: the ids of the people connected to `user`: themselves, their friends, members of their rooms, both sides of a
 * pending friend request, and people whom they have blocked. `former` adds former members of the user's rooms, whose
 * messages are still there. Two steps, because D1 allows five terms in one compound.
 */
export const connectedTo = (user: string, { former }: { former: boolean }) => `SELECT ${user} UNION
  SELECT * FROM (${friendsOf(user)} UNION
    SELECT b.user_id FROM memberships a CROSS JOIN memberships b ON b.room_id = a.room_id ${former ? '' : 'AND b."left" = 0'}
      WHERE a.user_id = ${user} AND a."left" = 0) UNION
  SELECT * FROM (SELECT to_user FROM friend_requests WHERE from_user = ${user} AND status = 'pending' UNION
    SELECT from_user FROM friend_requests WHERE to_user = ${user} AND status = 'pending' UNION
    SELECT blocked FROM blocks WHERE blocker = ${user})`

/**
 * SQL: `other` is in the circle that the column `setting` of the user `u` names. `together` means that the two are
 * known to share a room.
 */
export const isInCircle = (setting: string, other: string, together = false) =>
  `CASE ${setting} WHEN 'everyone' THEN 1 WHEN 'friends' THEN ${areFriends('u.id', other)}
     WHEN 'rooms' THEN ${together ? '1' : shareRoom('u.id', other)} ELSE 0 END`

/**
 * SQL, after `blocksWith('u.id', viewer)`: `viewer` may not see when the user `u` is online, because of a block or the
 * user's circle. `together`: see `isInCircle`.
 */
export const isHidden = (viewer = '?1', together = false) =>
  `(mine.blocker IS NOT NULL OR theirs.blocker IS NOT NULL
     OR (u.id <> ${viewer} AND NOT ${isInCircle('u.who_sees_me_online', viewer, together)}))`

/**
 * SQL, after `blocksWith`: the presence `p` of the user `u` as `?1` may see it. A hidden one is that of a person who
 * never had a socket.
 */
export const visiblePresence = (together = false) => `
  iif(${isHidden('?1', together)}, 0, coalesce(p.online, 0)) AS online,
  iif(${isHidden('?1', together)}, u.created_at, coalesce(p.last_seen, u.created_at)) AS last_seen`

/**
 * The blocker's profile at the moment of a block. The blocked person sees it instead of the present one. JSON in
 * `blocks.profile_snapshot`.
 */
export interface ProfileSnapshot {
  username: string
  first_name: string
  last_name: string
  bio: string
  picture: string | null
  /** The folded username and all folded names, for orderings and searches. */
  username_key: string
  key: string
}

/** SQL: the `ProfileSnapshot` of a user. */
export const profileSnapshot = (user: string) => `(SELECT json_object('username', username, 'first_name', first_name,
  'last_name', last_name, 'bio', bio, 'picture', picture,
  'username_key', username_key, 'key', coalesce(search_key, username_key || ' ' || first_name_key || ' ' || last_name_key))
  FROM users WHERE id = ${user})`

/** SQL, after `blocksWith`: a column of the user `u` as the viewer may see it. */
const seenColumn = (column: string) =>
  `iif(theirs.profile_snapshot IS NULL, u.${column}, theirs.profile_snapshot ->> '${column}') AS ${column}`

/**
 * SQL, after `blocksWith`: the columns of `PersonNames` as the viewer may see them. A picture that was replaced since
 * the block is hidden.
 */
export const SEEN_NAME_COLUMNS = `u.id, ${['username', 'first_name', 'last_name', 'bio'].map(seenColumn).join(', ')},
  iif(theirs.profile_snapshot IS NULL OR u.picture IS theirs.profile_snapshot ->> 'picture', u.picture, NULL) AS picture,
  u.is_bot, u.external_id, iif(theirs.profile_snapshot IS NULL, u.data, NULL) AS data`

/** SQL: `?1` sees the present profile of `person`, an SQL expression, and no snapshot. */
export const seesCurrentProfile = (person: string) =>
  `NOT EXISTS (SELECT 1 FROM blocks WHERE blocker = ${person} AND blocked = ?1 AND profile_snapshot IS NOT NULL)`

/**
 * SQL, after `blocksWith`: the name that the viewer sees of the user `u` contains the search text. See `nameMatches`.
 */
export const seenNameMatches = (folded: string, former: string) =>
  `iif(theirs.profile_snapshot IS NULL, ${nameMatches(folded, former)}, instr(theirs.profile_snapshot ->> 'key', ${folded}))`

/** SQL: joins everything between the user `u` and `?1`: a few lookups by key, each with at most one row. */
export const RELATIONSHIP_JOINS = `
  LEFT JOIN friendships friend ON friend.low = min(u.id, ?1) AND friend.high = max(u.id, ?1)
  LEFT JOIN friend_requests asked ON asked.from_user = ?1 AND asked.to_user = u.id AND asked.status = 'pending'
  LEFT JOIN friend_requests asking ON asking.from_user = u.id AND asking.to_user = ?1 AND asking.status = 'pending'
  ${blocksWith('u.id')}`

/** SQL, after `RELATIONSHIP_JOINS`: the columns of `Relationship`. */
export const RELATIONSHIP_COLUMNS = `friend.low IS NOT NULL AS is_friend, asked.id AS outgoing_request_id,
  asking.id AS incoming_request_id, mine.blocker IS NOT NULL AS is_blocked`

/** The relationship of a viewer to a person. Flags are 0 or 1. */
export interface Relationship {
  is_friend: number
  outgoing_request_id: number | null
  incoming_request_id: number | null
  /** The viewer has blocked the person. The other direction is never disclosed. */
  is_blocked: number
}
