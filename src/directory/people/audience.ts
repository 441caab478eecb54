/** The audience of a person's presence: who may see when they are online. */
import type { Circle, RoomId, UserId } from '../../protocol'

/**
 * The people in a room who may see when a person is online: none of `except`, and only those of `only` unless it is
 * null.
 */
export interface PresenceAudience {
  except: UserId[]
  only: UserId[] | null
}

const EVERYBODY: PresenceAudience = { except: [], only: null }
const NOBODY: PresenceAudience = { except: [], only: [] }

const BLOCKS_OF =
  'SELECT blocked AS id FROM blocks WHERE blocker = ?1 UNION SELECT blocker FROM blocks WHERE blocked = ?1'
const CIRCLE_OF = 'SELECT who_sees_me_online AS circle FROM users WHERE id = ?1'
/** The friends of a person who shows presence to friends only. Empty for anybody else. */
const VIEWERS_OF = `SELECT other.id FROM (SELECT high AS id FROM friendships WHERE low = ?1
    UNION ALL SELECT low FROM friendships WHERE high = ?1) AS other
  WHERE EXISTS (SELECT 1 FROM users WHERE id = ?1 AND who_sees_me_online = 'friends')`

/** For each of `rooms`, the audience of a person's presence. */
export async function audiencesIn(
  db: D1Database,
  user: UserId,
  rooms: RoomId[],
): Promise<(room: RoomId) => PresenceAudience> {
  // Starts from the few blocks and friends, because rooms may have many members.
  const inRooms = (people: string) =>
    db
      .prepare(
        `SELECT m.room_id, m.user_id FROM (${people}) AS other
         CROSS JOIN memberships m ON m.user_id = other.id AND m."left" = 0
         WHERE m.room_id IN (SELECT value FROM json_each(?2))`,
      )
      .bind(user, JSON.stringify(rooms))
  const [setting, blocked, friends] = await db.batch([
    db.prepare(CIRCLE_OF).bind(user),
    inRooms(BLOCKS_OF),
    inRooms(VIEWERS_OF),
  ])
  const byRoom = (found: D1Result | undefined) => {
    const people = new Map<RoomId, UserId[]>()
    for (const { room_id, user_id } of (found?.results ?? []) as { room_id: RoomId; user_id: UserId }[]) {
      people.set(room_id, [...(people.get(room_id) ?? []), user_id])
    }
    return people
  }
  const [{ circle } = { circle: 'nobody' }] = (setting?.results ?? []) as { circle: Circle }[]
  if (circle === 'nobody') return () => NOBODY
  const [except, only] = [byRoom(blocked), byRoom(friends)]
  return (room) => ({
    except: except.get(room) ?? EVERYBODY.except,
    only: circle === 'friends' ? (only.get(room) ?? []) : null,
  })
}

/** The audience of a person's presence outside of rooms. */
export async function audienceOf(db: D1Database, user: UserId): Promise<PresenceAudience> {
  const [setting, blocked, friends] = await db.batch([
    db.prepare(CIRCLE_OF).bind(user),
    db.prepare(BLOCKS_OF).bind(user),
    db.prepare(VIEWERS_OF).bind(user),
  ])
  const ids = (found: D1Result | undefined) => ((found?.results ?? []) as { id: UserId }[]).map(({ id }) => id)
  const [{ circle } = { circle: 'nobody' }] = (setting?.results ?? []) as { circle: Circle }[]
  if (circle === 'nobody') return NOBODY
  return { except: ids(blocked), only: circle === 'friends' ? ids(friends) : null }
}
