/**
 * `/api/chatrooms/{id}/shareable_link`, `/bans`, `/invites` and `/api/chatrooms/join/{code}`: joining rooms, and being
 * kept out.
 */
import { Hono } from 'hono'
import { roomStub } from '../../actor/rpc/stubs'
import type { RoomRecord } from '../../actor/rpc/summary'
import { activePeople, namesOf } from '../../directory/people/people'
import { blocksAround } from '../../directory/rooms/projection'
import { roomExists } from '../../directory/rooms/rooms'
import { imageUrl } from '../../media/urls'
import {
  type Ban,
  ChatError,
  type JoinPreview,
  LinkBody,
  LinkCode,
  ListQuery,
  MemberBody,
  type RoomId,
  type RoomInvite,
  roomIdOfCode,
  unwrap,
} from '../../protocol'
import { authenticate, authenticateInRoom, type SignedIn } from '../middleware/authenticate'
import { limitRate } from '../middleware/rate-limit'
import { body, idInPath, query } from '../middleware/validate'
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
