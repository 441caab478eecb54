/**
 * `/api/chatrooms/{id}/shareable_link`, `/bans`, `/invites` and `/api/chatrooms/join/{code}`: joining rooms, and being
 * kept out.
 */
import { Hono } from 'hono'
import * as z from 'zod'
import { roomStub } from '../../actor/rpc/stubs'
import type { RoomRecord } from '../../actor/rpc/summary'
import { activePeople, namesOf } from '../../directory/people/people'
import { blocksAround } from '../../directory/rooms/projection'
import { roomExists } from '../../directory/rooms/rooms'
import { imageUrl } from '../../media/urls'
import {
  Ban,
  ChatError,
  Invitation,
  JoinPreview,
  LinkBody,
  LinkCode,
  ListQuery,
  MemberBody,
  RoomDetail,
  type RoomId,
  RoomInvite,
  roomIdOfCode,
  unwrap,
} from '../../protocol'
import { authenticate, authenticateInRoom, type SignedIn } from '../middleware/authenticate'
import { limitRate } from '../middleware/rate-limit'
import { body, idInPath, query } from '../middleware/validate'
import { area, type Operation } from '../openapi/operation'
import { cursorKey, listPart } from '../presenters/links'
import { toPerson, toSender } from '../presenters/people'
import { type CallerContext, toRoomDetail } from '../presenters/room-detail'
import { isVisible } from '../usecases/visibility'

export const invitations = new Hono<SignedIn>()

invitations.get('/join/:code', authenticate, limitRate('join'), async (c) => {
  const { room, code } = await roomOfLink(c.env.DIRECTORY, c.req.param('code'))
  const { caller } = c.var
  const preview = unwrap(
    await roomStub(c.env, room).preview(caller, code, await blocksAround(c.env.DIRECTORY, [caller.id], room)),
  )
  return c.json({
    room_id: preview.room,
    chat_name: preview.name,
    description: preview.description,
    group_image: imageUrl(caller.origin, preview.picture),
    member_count: preview.members,
    is_member: preview.is_member,
  } satisfies JoinPreview)
})

invitations.post('/join/:code', authenticate, limitRate('join'), async (c) => {
  const { room, code } = await roomOfLink(c.env.DIRECTORY, c.req.param('code'))
  const blocks = await blocksAround(c.env.DIRECTORY, [c.var.caller.id], room)
  const record: RoomRecord = unwrap(await roomStub(c.env, room).join(c.var.caller, code, blocks))
  return c.json(await toRoomDetail(c, room, record))
})

invitations.get('/:roomId/shareable_link', authenticateInRoom, limitRate('read'), async (c) => {
  const { caller, roomId } = c.var
  return c.json(unwrap(await roomStub(c.env, roomId).link(caller)))
})

invitations.post('/:roomId/shareable_link', authenticateInRoom, limitRate('write'), body(LinkBody), async (c) => {
  const { caller, roomId } = c.var
  const { expires_at = null, expires_in, max_uses = null } = c.req.valid('json')
  const until = expires_in === undefined ? expires_at : Date.now() + expires_in * 1_000
  if (until !== null && until <= Date.now()) {
    throw new ChatError('invalid', { fields: { expires_at: ['This time has passed.'] } })
  }
  return c.json(unwrap(await roomStub(c.env, roomId).openLink(caller, { expires_at: until, max_uses })), 201)
})

invitations.delete('/:roomId/shareable_link', authenticateInRoom, limitRate('write'), async (c) => {
  unwrap(await roomStub(c.env, c.var.roomId).revokeLink(c.var.caller))
  return c.body(null, 204)
})

invitations.get('/:roomId/bans', authenticateInRoom, limitRate('list'), query(ListQuery), async (c) => {
  const { caller, roomId } = c.var
  const asked = c.req.valid('query')
  const key = cursorKey(asked, 'number', 'number')
  const found = unwrap(await roomStub(c.env, roomId).bans(caller, asked.limit + asked.offset + 1, key))
  const part = listPart(c, asked, found.slice(asked.offset), (ban) => [Date.parse(ban.banned_at), ban.user.id])
  return c.json(await withNames(c, part))
})

invitations.post('/:roomId/bans', authenticateInRoom, limitRate('members'), body(MemberBody), async (c) => {
  const { caller, roomId } = c.var
  const { user_id } = c.req.valid('json')
  const [person] = await activePeople(c.env.DIRECTORY, [user_id])
  if (!person || !(await isVisible(c, user_id)))
    throw new ChatError('unknown_users', { fields: { user_id: ['There is no such person.'] } })
  return c.json(await withNames(c, unwrap(await roomStub(c.env, roomId).ban(caller, toPerson(person)))), 201)
})

invitations.delete('/:roomId/bans/:userId', authenticateInRoom, limitRate('members'), async (c) => {
  const { caller, roomId } = c.var
  unwrap(await roomStub(c.env, roomId).unban(caller, idInPath(c, 'userId')))
  return c.body(null, 204)
})

invitations.get('/:roomId/invites', authenticateInRoom, limitRate('list'), async (c) => {
  return c.json(await withNames(c, unwrap(await roomStub(c.env, c.var.roomId).listInvites(c.var.caller))))
})

invitations.delete('/:roomId/invites/:userId', authenticateInRoom, limitRate('members'), async (c) => {
  const { caller, roomId } = c.var
  unwrap(await roomStub(c.env, roomId).withdrawInvite(caller, idInPath(c, 'userId')))
  return c.body(null, 204)
})

/** Adds names to bans and invitations: rooms store only the ids of these people. */
async function withNames<Entry extends Ban | RoomInvite>(c: CallerContext, entries: Entry[]): Promise<Entry[]> {
  const people = await namesOf(
    c.env.DIRECTORY,
    c.var.caller.id,
    entries.map(({ user }) => user.id),
  )
  return entries.map((entry) => ({
    ...entry,
    user: toSender(entry.user.id, people.get(entry.user.id), c.var.caller.origin),
  }))
}

/** The room of a link's code, if the directory has it. @throws {ChatError} `not_found` */
async function roomOfLink(db: D1Database, text: string): Promise<{ room: RoomId; code: string }> {
  const code = LinkCode.safeParse(text.toLowerCase()).data
  const room = code === undefined ? null : roomIdOfCode(code)
  // Before the room is named, because naming an actor creates it.
  if (code === undefined || room === null || !(await roomExists(db, room))) throw new ChatError('not_found')
  return { room, code }
}

const describe = area('Rooms')
const adminsOnly = ['admins_only', 'direct_room'] satisfies Operation['refusals']

/** The routes above, as `/api/schema/` describes them. */
export const invitationsOperations: Operation[] = [
  describe.get(
    '/api/chatrooms/join/{code}/',
    'What a link leads to',
    { 200: JoinPreview },
    {
      refusals: ['banned', 'link_expired'],
    },
  ),
  describe.post(
    '/api/chatrooms/join/{code}/',
    'Come in by a link',
    { 200: RoomDetail },
    {
      refusals: ['banned', 'link_expired', 'room_full'],
    },
  ),
  describe.get(
    '/api/chatrooms/{roomId}/shareable_link/',
    'The open link',
    { 200: Invitation },
    {
      refusals: ['direct_room', 'link_expired'],
    },
  ),
  describe.post(
    '/api/chatrooms/{roomId}/shareable_link/',
    'Open a new link with limits',
    { 201: Invitation },
    {
      body: LinkBody,
      refusals: adminsOnly,
    },
  ),
  describe.delete(
    '/api/chatrooms/{roomId}/shareable_link/',
    'Revoke the link',
    { 204: null },
    { refusals: adminsOnly },
  ),
  describe.get(
    '/api/chatrooms/{roomId}/invites/',
    'Who left and was asked to come back',
    { 200: z.array(RoomInvite) },
    { refusals: adminsOnly },
  ),
  describe.delete(
    '/api/chatrooms/{roomId}/invites/{userId}/',
    'Take an invitation back',
    { 204: null },
    { refusals: adminsOnly },
  ),
  describe.get(
    '/api/chatrooms/{roomId}/bans/',
    'Who is kept out',
    { 200: z.array(Ban) },
    { query: ListQuery, refusals: adminsOnly },
  ),
  describe.post(
    '/api/chatrooms/{roomId}/bans/',
    'Keep somebody out',
    { 201: z.array(Ban) },
    {
      body: MemberBody,
      refusals: [...adminsOnly, 'unknown_users', 'yourself', 'forbidden'],
    },
  ),
  describe.delete('/api/chatrooms/{roomId}/bans/{userId}/', 'Lift a ban', { 204: null }, { refusals: adminsOnly }),
]
