/** A room in detail, for one caller. */
import type { Context } from 'hono'
import { DEFAULT_SETTINGS, roomDetail, withPresence } from '../../actor/rpc/list'
import { sidebarStub } from '../../actor/rpc/stubs'
import type { RoomRecord } from '../../actor/rpc/summary'
import { presenceInRoom } from '../../directory/people/presence'
import type { Participant, RoomDetail, RoomId } from '../../protocol'
import type { SignedIn } from '../middleware/authenticate'

/** The context of an answer about a room: the caller, and the bindings of the actors. */
export type CallerContext = Pick<Context<SignedIn>, 'env' | 'var'>

/** A room from its actor's record, with the caller's own settings and the presence that they may see. */
export async function toRoomDetail(c: CallerContext, id: RoomId, record: RoomRecord): Promise<RoomDetail> {
  const { caller } = c.var
  const [view, seen] = await Promise.all([
    sidebarStub(c.env, caller.id).settingsOf(id),
    presenceInRoom(c.env.DIRECTORY, caller.id, id),
  ])
  return roomDetail(record, view ?? DEFAULT_SETTINGS, seen, caller.origin)
}

/** Members of a room, with the presence that the caller may see. */
export async function participantsWithPresence(
  c: CallerContext,
  id: RoomId,
  people: Participant[],
): Promise<Participant[]> {
  const ids = people.map((person) => person.id)
  const seen = await presenceInRoom(c.env.DIRECTORY, c.var.caller.id, id, ids)
  return people.map((person) => withPresence(person, seen))
}
