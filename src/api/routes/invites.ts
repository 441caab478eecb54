/** `/api/invites`: invitations to return to a room. */
import { Hono } from 'hono'
import { feedStub, roomStub, sidebarStub } from '../../actor/rpc/stubs'
import type { RoomRecord } from '../../actor/rpc/summary'
import { blocksAround } from '../../directory/rooms/projection'
import { unwrap } from '../../protocol'
import { authenticate, authenticateInRoom, type SignedIn } from '../middleware/authenticate'
import { limitRate } from '../middleware/rate-limit'
import { toRoomDetail } from '../presenters/room-detail'

export const invites = new Hono<SignedIn>()

invites.get('/', authenticate, limitRate('list'), async (c) => {
  const { id } = c.var.caller
  await sidebarStub(c.env, id).refreshStale()
  return c.json(await feedStub(c.env, id).openInvites())
})

invites.post('/:roomId/accept', authenticateInRoom, limitRate('join'), async (c) => {
  const { caller, roomId } = c.var
  const blocks = await blocksAround(c.env.DIRECTORY, [caller.id], roomId)
  const record: RoomRecord = unwrap(await roomStub(c.env, roomId).acceptInvite(caller, blocks))
  return c.json(await toRoomDetail(c, roomId, record))
})

invites.post('/:roomId/decline', authenticateInRoom, limitRate('write'), async (c) => {
  unwrap(await roomStub(c.env, c.var.roomId).declineInvite(c.var.caller))
  return c.body(null, 204)
})
