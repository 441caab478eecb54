/** The one room of a pair: opened by whoever writes first, and when two people become friends. */
import { inTime, roomStub } from '../actor/stubs'
import type { RoomRecord } from '../actor/summary'
import { directRoomOf } from '../directory/rooms'
import { newId, type Person, type Refused, type RoomId, unreachable, unwrap } from '../protocol'
import type { Asked } from './context'
import { insist } from './notices'
import type { Asking } from './room-detail'

/**
 * The direct room of the caller and somebody else, whom `field` of a body named; made if need be.
 * @throws {ChatError} `blocked` when one of the two has blocked the other
 */
export async function openDirectRoom(
  c: Asking,
  other: Person,
  field: string,
): Promise<{ record: RoomRecord; created: boolean }> {
  const candidate = newId()
  const id = await directRoomOf(c.env.DIRECTORY, c.var.caller.id, other.id, candidate)
  if (id === null) return unwrap(unreachable(field, [other]))
  return { record: unwrap(await create(c, id, other)), created: id === candidate }
}

/** Opens the direct room that new friends have got; if the room does not answer now, it is asked again later. */
export async function openRoomOfFriends(c: Asking & Asked, id: RoomId, other: Person): Promise<void> {
  try {
    await inTime(create(c, id, other))
  } catch {
    c.executionCtx.waitUntil(insist({ room: id }, () => create(c, id, other)))
  }
}

/** Asked for every time: whoever claimed the room may not have come to creating it. */
async function create(c: Asking, id: RoomId, other: Person): Promise<RoomRecord | Refused> {
  const { caller } = c.var
  const people = [caller, other]
  return roomStub(c.env, id).create(caller, { id, is_group: false, name: '', description: '', picture: null, people })
}
