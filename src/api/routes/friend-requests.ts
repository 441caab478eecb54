/** `/api/friend-requests`: sends, lists and answers friend requests. */
import { type Context, Hono } from 'hono'
import * as z from 'zod'
import {
  acceptRequest,
  answerRequest,
  findRequest,
  type NewFriendship,
  requestFriendship,
  requestsOf,
} from '../../directory/people/friends'
import type { FriendRequestRow } from '../../directory/schema'
import {
  Accepted,
  ChatError,
  DetailOnly,
  FriendRequest,
  FriendRequestBody,
  FriendRequestsQuery,
  newId,
  type RoomId,
  unwrap,
} from '../../protocol'
import { authenticate, type SignedIn } from '../middleware/authenticate'
import { limitRate } from '../middleware/rate-limit'
import { body, idInPath, query } from '../middleware/validate'
import { area, type Operation } from '../openapi/operation'
import { cursorKey, listPart } from '../presenters/links'
import { toPerson } from '../presenters/people'
import { openFriendsRoom } from '../usecases/direct-rooms'
import { deliverOutbox } from '../usecases/outbox'
import { isVisible } from '../usecases/visibility'

const toRequest = ({ id, from_user, to_user, status, created_at, updated_at }: FriendRequestRow): FriendRequest => ({
  id,
  from_user,
  to_user,
  status,
  created_at: new Date(created_at).toISOString(),
  updated_at: new Date(updated_at).toISOString(),
})

export const friendRequests = new Hono<SignedIn>()

friendRequests.use(authenticate)

friendRequests.get('/', limitRate('list'), query(FriendRequestsQuery), async (c) => {
  const asked = c.req.valid('query')
  const sought = { ...asked, limit: asked.limit + 1, after: cursorKey(asked, 'number', 'number') }
  const rows = await requestsOf(c.env.DIRECTORY, c.var.caller.id, sought)
  return c.json(listPart(c, asked, rows, ({ created_at, id }) => [created_at, id]).map(toRequest))
})

friendRequests.post('/', limitRate('friendRequest'), body(FriendRequestBody), async (c) => {
  const { caller } = c.var
  const { to_user: to } = c.req.valid('json')
  if (to === caller.id) throw new ChatError('yourself', { fields: { to_user: ['You cannot ask yourself.'] } })
  if (!(await isVisible(c, to))) throw new ChatError('not_found')
  const asking = { id: newId(), from: caller.id, to, room: newId(), now: Date.now() }
  const { request, befriended } = unwrap(await requestFriendship(c.env.DIRECTORY, asking))
  // The receiver had already sent a request: this one accepted it, and the answer is theirs.
  if (befriended) await announceFriendship(c, befriended)
  else deliverOutbox(c, to)
  return c.json(toRequest(request), 201)
})

friendRequests.get('/:id', limitRate('read'), async (c) => {
  const found = await findRequest(c.env.DIRECTORY, idInPath(c, 'id'), c.var.caller.id)
  if (!found) throw new ChatError('not_found')
  return c.json(toRequest(found))
})

friendRequests.post('/:id/accept', limitRate('room'), async (c) => {
  const accepting = { id: idInPath(c, 'id'), user: c.var.caller.id, room: newId(), now: Date.now() }
  const befriended = unwrap(await acceptRequest(c.env.DIRECTORY, accepting))
  return c.json({ detail: 'You are friends now.', room: await announceFriendship(c, befriended) } satisfies Accepted)
})

for (const [path, as, detail] of [
  ['/:id/reject', 'rejected', 'Friend request rejected.'],
  ['/:id/cancel', 'cancelled', 'Friend request cancelled.'],
] as const) {
  friendRequests.post(path, limitRate('write'), async (c) => {
    const settling = { id: idInPath(c, 'id'), user: c.var.caller.id, as, now: Date.now() }
    const { to_user } = unwrap(await answerRequest(c.env.DIRECTORY, settling))
    deliverOutbox(c, to_user)
    return c.json({ detail })
  })
}

/** Opens the direct room of two new friends and notifies both. @returns the room */
async function announceFriendship(
  c: Context<SignedIn>,
  { request, sender: device, room }: NewFriendship,
): Promise<RoomId> {
  const opened = await openFriendsRoom(c, room, toPerson(device))
  for (const friend of [request.from_user, request.to_user]) deliverOutbox(c, friend)
  return opened
}

const describe = area('People')
const settling = { refusals: ['forbidden', 'settled'] } satisfies Partial<Operation>

/** The routes above, as `/api/schema/` describes them. */
export const friendRequestsOperations: Operation[] = [
  describe.get(
    '/api/friend-requests/',
    'Those I sent and got, newest first',
    { 200: z.array(FriendRequest) },
    { query: FriendRequestsQuery },
  ),
  describe.post(
    '/api/friend-requests/',
    'Ask somebody to be friends, or accept if they have asked',
    { 201: FriendRequest },
    {
      body: FriendRequestBody,
      refusals: ['yourself', 'not_found', 'blocked', 'already_friends', 'already_requested'],
    },
  ),
  describe.get('/api/friend-requests/{id}/', 'One of mine', { 200: FriendRequest }),
  describe.post('/api/friend-requests/{id}/accept/', 'Accept what I got', { 200: Accepted }, settling),
  describe.post('/api/friend-requests/{id}/reject/', 'Reject what I got', { 200: DetailOnly }, settling),
  describe.post('/api/friend-requests/{id}/cancel/', 'Cancel what I sent', { 200: DetailOnly }, settling),
]
