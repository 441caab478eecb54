/** People as others see them: listed, searched, looked up. Never an e-mail address. */
import { LIMITS, type UserId } from '../../protocol'
import type { UserRow } from '../schema'
import { fold, legacyFold, nameMatches } from './fold'
import { idsNamedLike } from './names'
import {
  blocksWith,
  connectedTo,
  friendsOf,
  isBlocked,
  isInCircle,
  RELATIONSHIP_COLUMNS,
  RELATIONSHIP_JOINS,
  type Relationship,
  SEEN_NAME_COLUMNS,
  seesCurrentProfile,
  visiblePresence,
} from './relationship'

/** Whether a person is there (0 or 1), and when they last were. */
export interface Presence {
  online: number
  last_seen: number
}

/** Who somebody is. */
export type PersonNames = Pick<UserRow, 'id' | 'username' | 'first_name' | 'last_name' | 'bio' | 'picture' | 'version'>

/** What anybody signed in may see of a person. */
export type PersonRow = PersonNames & Presence

/** A person as somebody else sees them: with what stands between the two, and no presence where that is a block. */
export type SeenPerson = PersonRow & Relationship & Pick<UserRow, 'username_key'>

/** Which people, in which order, and which part of them. */
export interface PeopleQuery {
  /** Everybody, the people whom the viewer is connected to, their friends, or the people whom they have blocked. */
  among?: keyof typeof FILTERS
  search?: string | undefined
  ordering: Ordering
  limit: number
  /** Of the last person before this part: what `orderOf` gave. */
  after?: string | number | undefined
  offset?: number
}

/** Users with their presence, as `u` and `p`. */
export const WITH_PRESENCE = 'users u LEFT JOIN presence p ON p.user_id = u.id'
/** Who never had a socket was last seen when they registered, so `last_seen` is always a time. */
export const PRESENCE = 'coalesce(p.online, 0) AS online, coalesce(p.last_seen, u.created_at) AS last_seen'

/** The same as anybody may see it, staff too: of people who show it to some only, that of somebody who never was online. */
export const PUBLIC_PRESENCE = `iif(u.who_sees_me_online = 'everyone', coalesce(p.online, 0), 0) AS online,
  iif(u.who_sees_me_online = 'everyone', coalesce(p.last_seen, u.created_at), u.created_at) AS last_seen`

/** The columns of `PersonNames`, of users as `u`. */
export const NAME_COLUMNS = 'u.id, u.username, u.first_name, u.last_name, u.bio, u.picture, u.version'

const SEEN = `SELECT ${SEEN_NAME_COLUMNS}, u.username_key, ${RELATIONSHIP_COLUMNS}, ${visiblePresence()} FROM ${WITH_PRESENCE} ${RELATIONSHIP_JOINS}`

/** The condition that the account of `u` is neither disabled nor erased. */
export const IS_ACTIVE = 'u.erased_at IS NULL AND u.disabled_at IS NULL'

const FILTERS = {
  everybody: IS_ACTIVE,
  connected: `u.id IN (${connectedTo('?1', { former: false })}) AND ${IS_ACTIVE}`,
  friends: `u.id IN (${friendsOf('?1')}) AND ${IS_ACTIVE}`,
  // A disabled account is not forgiven by being disabled.
  blocked: 'u.id IN (SELECT blocked FROM blocks WHERE blocker = ?1) AND u.erased_at IS NULL',
} as const

const ORDERINGS = {
  username: ['username_key', '>', ''],
  '-username': ['username_key', '<', 'DESC'],
  id: ['id', '>', ''],
  '-id': ['id', '<', 'DESC'],
} as const
export type Ordering = keyof typeof ORDERINGS

/** By what a person stands where they stand in an ordering. */
export const sortKeyOf = (ordering: Ordering, { id, username_key }: Pick<SeenPerson, 'id' | 'username_key'>) =>
  ORDERINGS[ordering][0] === 'id' ? id : username_key

/**
 * People whose username or name contains `search`, whatever its case and accents, as `viewer` sees them. Among everybody, at
 * most `LIMITS.peopleSought` are looked at. Reads no more than its own part of the list, and what stands between each of
 * these and the viewer: whoever is left out before is walked past by an index. `instr` and not LIKE: the platform refuses
 * LIKE patterns above 50 bytes, and nothing in a search text is a wildcard.
 */
export async function findPeople(
  db: D1Database,
  viewer: UserId,
  { among = 'everybody', search, ordering, limit, after, offset = 0 }: PeopleQuery,
): Promise<SeenPerson[]> {
  const folded = search ? fold(search) : null
  // Nothing of what was asked for can be seen.
  if (folded === '') return []
  const [column, beyond, direction] = ORDERINGS[ordering]
  const place = (name: string) => ` AND ${name} ${beyond} ?${folded === null ? 4 : 6}`
  const found = among === 'everybody' ? `u.id IN (${idsNamedLike('?4', LIMITS.peopleSought)}) AND ` : ''
  const sought = folded === null ? '' : ` AND ${found}${nameMatches('?4', '?5')}`
  const from = after === undefined ? '' : place(`u.${column}`)
  // Those who have blocked the viewer stand where they stood then, and are found by what they were called.
  const soughtBefore = folded === null ? '' : ` AND instr(other.profile_snapshot ->> 'key', ?4)`
  const columnBefore = column === 'id' ? 'u.id' : "other.profile_snapshot ->> 'username_key'"
  const fromBefore = after === undefined ? '' : place(columnBefore)
  // The planner would walk the table itself, past all who are not listed.
  const by = column === 'id' && among === 'everybody' && !search ? 'INDEXED BY users_listed_by_id' : ''
  const { results } = await db
    .prepare(
      `SELECT ${SEEN_NAME_COLUMNS}, other.username_key, ${RELATIONSHIP_COLUMNS}, ${visiblePresence()} FROM (
         SELECT * FROM (
           SELECT u.id, u.username_key FROM users u ${by} WHERE ${FILTERS[among]}${sought}${from} AND ${seesCurrentProfile('u.id')}
           ORDER BY u.${column} ${direction} LIMIT ?2 + ?3)
         UNION ALL
         SELECT u.id, other.profile_snapshot ->> 'username_key' FROM blocks other CROSS JOIN users u ON u.id = other.blocker
           WHERE other.blocked = ?1 AND other.profile_snapshot IS NOT NULL AND ${FILTERS[among]}${soughtBefore}${fromBefore}
         ORDER BY ${column} ${direction} LIMIT ?2 OFFSET ?3
       ) other CROSS JOIN users u ON u.id = other.id LEFT JOIN presence p ON p.user_id = u.id ${RELATIONSHIP_JOINS}
       ORDER BY other.${column} ${direction}`,
    )
    .bind(
      viewer,
      limit,
      offset,
      ...(search ? [folded, legacyFold(search)] : []),
      ...(after === undefined ? [] : [after]),
    )
    .all<SeenPerson>()
  return results
}

/** One person as `viewer` sees them, also one whose account is disabled: they still stand in old rooms. */
export function findPerson(db: D1Database, viewer: UserId, id: UserId): Promise<SeenPerson | null> {
  return db.prepare(`${SEEN} WHERE u.id = ?2 AND u.erased_at IS NULL`).bind(viewer, id).first<SeenPerson>()
}

/** Those of `ids` whom `viewer` is connected to, former members of the viewer's rooms included. */
export async function connectedAmong(db: D1Database, viewer: UserId, ids: readonly UserId[]): Promise<Set<UserId>> {
  const { results } = await db
    .prepare(
      `SELECT value AS id FROM json_each(?2)
       WHERE value IN (${connectedTo('?1', { former: true })})`,
    )
    .bind(viewer, JSON.stringify(ids))
    .all<{ id: UserId }>()
  return new Set(results.map(({ id }) => id))
}

/** Who these people are, as `viewer` sees them; erased ones are missing. */
export async function namesOf(
  db: D1Database,
  viewer: UserId,
  ids: readonly UserId[],
): Promise<Map<UserId, PersonNames>> {
  const { results } = await db
    .prepare(
      `SELECT ${SEEN_NAME_COLUMNS} FROM users u ${blocksWith('u.id')}
       WHERE u.id IN (SELECT value FROM json_each(?2)) AND u.erased_at IS NULL`,
    )
    .bind(viewer, JSON.stringify(ids))
    .all<PersonNames>()
  return new Map(results.map((person) => [person.id, person]))
}

/**
 * A person named by a request. `is_closed` is 1 when one of the two has blocked the other, or the person does not let who
 * asks put them into groups.
 */
export type NamedPerson = PersonRow & { is_closed: number; is_blocked: number }

/** Those of `ids` who can be spoken to: accounts that are neither disabled nor erased. */
export async function activePeople(
  db: D1Database,
  ids: readonly UserId[],
  caller: UserId | null = null,
): Promise<NamedPerson[]> {
  const { results } = await db
    .prepare(
      `SELECT ${NAME_COLUMNS}, ${PRESENCE},
         ${isBlocked('u.id', '?2')} AS is_blocked,
         ${isBlocked('u.id', '?2')} OR NOT ${isInCircle('u.who_may_add_me', '?2')} AS is_closed
       FROM ${WITH_PRESENCE} WHERE u.id IN (SELECT value FROM json_each(?1)) AND ${IS_ACTIVE}`,
    )
    .bind(JSON.stringify(ids), caller)
    .all<NamedPerson>()
  return results
}
