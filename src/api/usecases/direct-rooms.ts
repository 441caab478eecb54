/** Direct rooms: opened by the first message, and when two people become friends. */
import { COSTS } from '../../actor/budget/costs'
import { inTime, roomStub } from '../../actor/rpc/stubs'
import type { RoomRecord } from '../../actor/rpc/summary'
import { directRoomOf, replaceDirectRoom } from '../../directory/rooms/rooms'
import { isRefused, newId, type Person, type Refused, type RoomId, unreachable, unwrap } from '../../protocol'
import type { ApiContext } from '../context'
import type { CallerContext } from '../presenters/room-detail'
import { retry } from './outbox'
import { charge, inBackground } from './spending'

/**
 * Deleted rooms that are replaced before the request fails: staff would have to delete rooms as fast as this makes
 * them.
 */
const MAX_REPLACEMENTS = 3

/**
 * The direct room of the caller and another person, made if it does not exist. A deleted room is replaced. `field` is
 * the request's field that named the person.
 * @throws {ChatError} `blocked` when one of the two has blocked the other
 */
export async function openDirectRoom(
  c: CallerContext,
  other: Person,
  field: string,
): Promise<{ record: RoomRecord; created: boolean }> {
  const [db, me] = [c.env.DIRECTORY, c.var.caller.id]
  let candidate = newId()
  let id = await directRoomOf(db, me, other.id, candidate)
  for (let gone = 0; ; gone++) {
    if (id === null) return unwrap(unreachable(field, [other]))
    const record = await create(c, id, other)
    if (!isGone(record) || gone === MAX_REPLACEMENTS) {
      const created = id === candidate
      if (created) await charge(c.env, me, COSTS.room)
      return { record: unwrap(record), created }
    }
    candidate = newId()
    id = await replaceDirectRoom(db, me, other.id, { gone: id, candidate })
  }
}

/**
 * Opens the direct room of new friends. If the room does not answer, it is retried after the answer. @returns its id
 */
export async function openFriendsRoom(c: CallerContext & ApiContext, id: RoomId, other: Person): Promise<RoomId> {
  inBackground(c, charge(c.env, c.var.caller.id, COSTS.befriend))
  try {
    return (await inTime(openDirectRoom(c, other, 'to_user'))).record.room
  } catch {
    c.executionCtx.waitUntil(retry({ room: id }, () => openDirectRoom(c, other, 'to_user')))
    return id
  }
}

/** Two members of a direct room cannot leave it, so `not_found` means that it was deleted. */
const isGone = (record: RoomRecord | Refused): boolean => isRefused(record) && record.refused === 'not_found'

/** Runs every time, because the request that claimed the room may have failed before it created the actor. */
async function create(c: CallerContext, id: RoomId, other: Person): Promise<RoomRecord | Refused> {
  const { caller } = c.var
  const people = [caller, other]
  return roomStub(c.env, id).create(caller, { id, is_group: false, name: '', description: '', picture: null, people })
}
