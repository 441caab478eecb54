/** A room in detail, put together for the one who asks. */
import type { Context } from 'hono'
import { roomDetail, UNTOUCHED } from '../actor/list'
import { sidebarStub } from '../actor/stubs'
import type { RoomRecord } from '../actor/summary'
import { presenceInRoom } from '../directory/projection'
import type { RoomDetail, RoomId } from '../protocol'
import type { SignedIn } from './authenticate'

/** The context in which a room is answered: who asks, and the way to the actors. */
export type Asking = Pick<Context<SignedIn>, 'env' | 'var'>

/** A room as its owner record says, with what the caller made of it and who is online. */
export async function detailed(c: Asking, id: RoomId, record: RoomRecord): Promise<RoomDetail> {
  const { caller } = c.var
  const [view, seen] = await Promise.all([
    sidebarStub(c.env, caller.id).viewOf(id),
    presenceInRoom(c.env.DIRECTORY, caller.id, id),
  ])
  return roomDetail(record, view ?? UNTOUCHED, seen, caller.origin)
}
