/** `/api/invites`: invitations to return to a room. */
import { Hono } from 'hono'
import * as z from 'zod'
import { feedStub, roomStub, sidebarStub } from '../../actor/rpc/stubs'
import type { RoomRecord } from '../../actor/rpc/summary'
import { blocksAround } from '../../directory/rooms/projection'
import { Notification, RoomDetail, unwrap } from '../../protocol'
import { authenticate, authenticateInRoom, type SignedIn } from '../middleware/authenticate'
import { limitRate } from '../middleware/rate-limit'
import { area, type Operation } from '../openapi/operation'
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

const describe = area('Rooms')

/** The routes above, as `/api/schema/` describes them. */
export const invitesOperations: Operation[] = [
  describe.get('/api/invites/', 'Invitations that wait for my answer', { 200: z.array(Notification) }),
  describe.post(
    '/api/invites/{roomId}/accept/',
    'Come back to a room',
    { 200: RoomDetail },
    { refusals: ['room_full'] },
  ),
  describe.post('/api/invites/{roomId}/decline/', 'Stay out, and not be asked again for a month', { 204: null }),
]
