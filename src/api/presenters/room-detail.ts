/** A room in detail, put together for the one who asks. */
import type { Context } from 'hono'
import { DEFAULT_SETTINGS, roomDetail, withPresence } from '../../actor/rpc/list'
import { sidebarStub } from '../../actor/rpc/stubs'
import type { RoomRecord } from '../../actor/rpc/summary'
import { presenceInRoom } from '../../directory/people/presence'
import type { Participant, RoomDetail, RoomId } from '../../protocol'
import type { SignedIn } from '../middleware/authenticate'

/** The context in which a room is answered: who asks, and the way to the actors. */
export type CallerContext = Pick<Context<SignedIn>, 'env' | 'var'>

/** A room as its owner record says, with what the caller made of it and who is online. */
export async function toRoomDetail(c: CallerContext, id: RoomId, record: RoomRecord): Promise<RoomDetail> {
  const { caller } = c.var
  const [view, seen] = await Promise.all([
    sidebarStub(c.env, caller.id).settingsOf(id),
    presenceInRoom(c.env.DIRECTORY, caller.id, id),
  ])
  return roomDetail(record, view ?? DEFAULT_SETTINGS, seen, caller.origin)
}

/** Some of the people in a room, with who of them is online. */
export async function participantsWithPresence(
  c: CallerContext,
  id: RoomId,
  people: Participant[],
): Promise<Participant[]> {
  const ids = people.map((person) => person.id)
  const seen = await presenceInRoom(c.env.DIRECTORY, c.var.caller.id, id, ids)
  return people.map((person) => withPresence(person, seen))
}
