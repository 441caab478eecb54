/** People as others see them: listed, searched, looked up. E-mail addresses are never included. */
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

/** Whether a person is online (0 or 1), and when they last were. */
export interface Presence {
  online: number
  last_seen: number
}

/** The names and picture of a person. */
export type PersonNames = Pick<
  UserRow,
  'id' | 'username' | 'first_name' | 'last_name' | 'bio' | 'picture' | 'version' | 'is_bot' | 'external_id' | 'data'
>

/** Everything that any signed-in person may see of another. */
export type PersonRow = PersonNames & Presence

/** A person as a viewer sees them: with their relationship, and without presence behind a block. */
export type SeenPerson = PersonRow & Relationship & Pick<UserRow, 'username_key'>

/** A filter, an order and a part of the list of people. */
export interface PeopleQuery {
  /** Everybody, the people connected to the viewer, their friends, or the people whom they have blocked. */
  among?: keyof typeof FILTERS
  search?: string | undefined
  ordering: Ordering
  limit: number
  /** The `sortKeyOf` of the last person of the previous part. */
  after?: string | number | undefined
  offset?: number
}

/** Users with their presence, as `u` and `p`. */
export const WITH_PRESENCE = 'users u LEFT JOIN presence p ON p.user_id = u.id'
/** A person without any socket was last seen at registration, so `last_seen` is always a time. */
export const PRESENCE = 'coalesce(p.online, 0) AS online, coalesce(p.last_seen, u.created_at) AS last_seen'

/** The same as anybody may see it, including staff. A person who restricts it appears as never online. */
export const PUBLIC_PRESENCE = `iif(u.who_sees_me_online = 'everyone', coalesce(p.online, 0), 0) AS online,
  iif(u.who_sees_me_online = 'everyone', coalesce(p.last_seen, u.created_at), u.created_at) AS last_seen`

/** The columns of `PersonNames`, for users as `u`. */
export const NAME_COLUMNS =
  'u.id, u.username, u.first_name, u.last_name, u.bio, u.picture, u.version, u.is_bot, u.external_id, u.data'

const SEEN = `SELECT ${SEEN_NAME_COLUMNS}, u.username_key, ${RELATIONSHIP_COLUMNS}, ${visiblePresence()} FROM ${WITH_PRESENCE} ${RELATIONSHIP_JOINS}`

/** SQL: the account of `u` is neither disabled nor erased. */
export const IS_ACTIVE = 'u.erased_at IS NULL AND u.disabled_at IS NULL'

const FILTERS = {
  everybody: IS_ACTIVE,
  connected: `u.id IN (${connectedTo('?1', { former: false })}) AND ${IS_ACTIVE}`,
  friends: `u.id IN (${friendsOf('?1')}) AND ${IS_ACTIVE}`,
  // Disabled accounts stay in the list of blocked people.
  blocked: 'u.id IN (SELECT blocked FROM blocks WHERE blocker = ?1) AND u.erased_at IS NULL',
} as const

const ORDERINGS = {
  username: ['username_key', '>', ''],
  '-username': ['username_key', '<', 'DESC'],
  id: ['id', '>', ''],
  '-id': ['id', '<', 'DESC'],
} as const
export type Ordering = keyof typeof ORDERINGS

/** The value of a person by which an ordering sorts. */
export const sortKeyOf = (ordering: Ordering, { id, username_key }: Pick<SeenPerson, 'id' | 'username_key'>) =>
  ORDERINGS[ordering][0] === 'id' ? id : username_key

/**
 * People whose username or name contains `search`, ignoring case and accents, as `viewer` sees them. A search among
 * everybody reads at most `LIMITS.peopleSought`. An index skips unlisted people, so only the rows of this part and
 * their relationships are read. `instr` instead of LIKE, because the platform refuses LIKE patterns above 50 bytes and
 * search texts have no wildcards.
 */
export async function findPeople(
  db: D1Database,
  viewer: UserId,
  { among = 'everybody', search, ordering, limit, after, offset = 0 }: PeopleQuery,
): Promise<SeenPerson[]> {
  const folded = search ? fold(search) : null
  // The search text has no visible characters.
  if (folded === '') return []
  const [column, beyond, direction] = ORDERINGS[ordering]
  const beyondCursor = (name: string) => ` AND ${name} ${beyond} ?${folded === null ? 4 : 6}`
  const found = among === 'everybody' ? `u.id IN (${idsNamedLike('?4', LIMITS.peopleSought)}) AND ` : ''
  const sought = folded === null ? '' : ` AND ${found}${nameMatches('?4', '?5')}`
  const from = after === undefined ? '' : beyondCursor(`u.${column}`)
  // People who have blocked the viewer are sorted and found by their names at the time of the block.
  const soughtBefore = folded === null ? '' : ` AND instr(other.profile_snapshot ->> 'key', ?4)`
  const columnBefore = column === 'id' ? 'u.id' : "other.profile_snapshot ->> 'username_key'"
  const fromBefore = after === undefined ? '' : beyondCursor(columnBefore)
  // Without the hint the planner scans the table past unlisted people.
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

/** One person as `viewer` sees them. Disabled accounts are included, because they are still members of old rooms. */
export function findPerson(db: D1Database, viewer: UserId, id: UserId): Promise<SeenPerson | null> {
  return db.prepare(`${SEEN} WHERE u.id = ?2 AND u.erased_at IS NULL`).bind(viewer, id).first<SeenPerson>()
}

/** The people among `ids` who are connected to `viewer`, including former members of the viewer's rooms. */
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

/** The names of these people as `viewer` sees them. Erased ones are missing. */
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
 * A person whom a request names. `is_closed` is 1 when one of the two has blocked the other, or the person does not
 * allow the caller to add them to groups.
 */
export type NamedPerson = PersonRow & { is_closed: number; is_blocked: number }

/** The active accounts among `ids`. */
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

export type AccountMatch = Pick<
  UserRow,
  'id' | 'username' | 'first_name' | 'last_name' | 'picture' | 'version' | 'erased_at'
>

/** Ids in one statement. */
const AT_ONCE = 500

/** The accounts with these ids, including erased ones, by id. */
export async function accountsByIds(db: D1Database, ids: readonly UserId[]): Promise<Map<UserId, AccountMatch>> {
  const found = new Map<UserId, AccountMatch>()
  for (let from = 0; from < ids.length; from += AT_ONCE) {
    const { results } = await db
      .prepare(
        `SELECT id, username, first_name, last_name, picture, version, erased_at FROM users
         WHERE id IN (SELECT value FROM json_each(?1))`,
      )
      .bind(JSON.stringify(ids.slice(from, from + AT_ONCE)))
      .all<AccountMatch>()
    for (const match of results) found.set(match.id, match)
  }
  return found
}
