/** `/api/chatrooms`: lists, makes and changes rooms. Every decision about a room is made by the room. */
import { type Context, Hono } from 'hono'
import * as z from 'zod'
import { COSTS } from '../../actor/budget/costs'
import { roomStub, sidebarStub } from '../../actor/rpc/stubs'
import type { RoomRecord } from '../../actor/rpc/summary'
import { blocksAround } from '../../directory/rooms/projection'
import { findRooms } from '../../directory/rooms/rooms'
import {
  AddMembersBody,
  ChatError,
  CreateRoomBody,
  DetailOnly,
  DirectRoomBody,
  LIMITS,
  ListQuery,
  MemberBody,
  MembersAdded,
  MyRoomBody,
  newId,
  Participant,
  type Person,
  pageOf,
  RoomDetail,
  RoomInList,
  RoomsQuery,
  StorageUse,
  UpdateRoomBody,
  type UserId,
  unwrap,
} from '../../protocol'
import type { PageEdge } from '../../sidebar/presenters/page'
import { authenticate, authenticateCaller, authenticateInRoom, type SignedIn } from '../middleware/authenticate'
import { form } from '../middleware/form'
import { limitRate } from '../middleware/rate-limit'
import { body, query } from '../middleware/validate'
import { area, type Operation } from '../openapi/operation'
import { cursorKey, listPart } from '../presenters/links'
import { type Cursor, pageLink, readCursor } from '../presenters/pages'
import { participantsWithPresence, toRoomDetail } from '../presenters/room-detail'
import { openDirectRoom } from '../usecases/direct-rooms'
import { namedPeople } from '../usecases/named-people'
import { charge, inBackground, spendWork } from '../usecases/spending'

export const rooms = new Hono<SignedIn>()

rooms.get('/', authenticateCaller, limitRate('list', { search: 'search' }), query(RoomsQuery), async (c) => {
  const { limit, cursor, search } = c.req.valid('query')
  const { id, origin } = c.var.caller
  const sidebar = sidebarStub(c.env, id)
  if (search) {
    // One page is enough: `findRooms` limits the number.
    const { ids, read } = await findRooms(c.env.DIRECTORY, id, search)
    inBackground(c, charge(c.env, id, read * COSTS.rowRead))
    const results = await sidebar.listByIds(origin, ids)
    return c.json({ next: null, previous: null, results })
  }
  // A cursor of two numbers comes from an earlier version, whose pages did not know pinned rooms.
  const from = readCursor(cursor, 2, 3)
  // One more than requested shows whether there are more in this direction.
  const page = await sidebar.list(origin, limit, from && { [from.side]: edgeOf(from) })
  const link = (side: Cursor['side'], edge: PageEdge | null) =>
    pageLink(c.req.url, edge && { side, position: [edge.activity, edge.room, edge.at] })
  return c.json({ next: link('below', page.below), previous: link('above', page.above), results: page.results })
})

rooms.post('/', authenticate, limitRate('room'), form(CreateRoomBody, { group_image: 'image' }), async (c) => {
  const { room_name = '', description = '', participant_ids } = c.req.valid('json')
  const { caller } = c.var
  const others = [...new Set(participant_ids)].filter((id) => id !== caller.id)
  const [only] = others
  if (only !== undefined && others.length === 1 && room_name === '') {
    return directRoom(c, only, 'participant_ids')
  }
  if (others.length === 0 && room_name === '') {
    throw new ChatError('invalid', { fields: { participant_ids: ['Name at least one other person, or the room.'] } })
  }
  if (others.length >= LIMITS.members) throw new ChatError('room_full')
  const people = await namedPeople(c, others, 'participant_ids', 'group')
  await spendWork(c.env, caller.id, COSTS.room + people.length * COSTS.member)
  const { group_image } = await c.var.uploads()
  const id = newId()
  const record = await roomStub(c.env, id).create(
    caller,
    {
      id,
      is_group: true,
      name: room_name,
      description,
      picture: group_image?.key ?? null,
      people: [caller, ...people],
    },
    await blocksAround(c.env.DIRECTORY, [caller.id, ...others], null),
  )
  return c.json(await toRoomDetail(c, id, unwrap(record)), 201)
})

rooms.post('/direct', authenticate, limitRate('room'), body(DirectRoomBody), (c) =>
  directRoom(c, c.req.valid('json').user_id, 'user_id'),
)

rooms.get('/:roomId', authenticateInRoom, limitRate('read'), async (c) => {
  const { caller, roomId } = c.var
  return c.json(await toRoomDetail(c, roomId, unwrap(await roomStub(c.env, roomId).detail(caller))))
})

rooms.on(
  ['PUT', 'PATCH'],
  '/:roomId',
  authenticateInRoom,
  limitRate('members'),
  form(UpdateRoomBody, { group_image: 'image' }),
  async (c) => {
    const { room_name: name, description, group_image } = c.req.valid('json')
    const { caller, roomId } = c.var
    const picture = (await c.var.uploads()).group_image?.key ?? group_image
    const record = await roomStub(c.env, roomId).update(caller, { name, description, picture })
    return c.json(await toRoomDetail(c, roomId, unwrap(record)))
  },
)

rooms.delete('/:roomId', authenticateInRoom, limitRate('members'), async (c) => {
  unwrap(await roomStub(c.env, c.var.roomId).deleteRoom(c.var.caller))
  return c.body(null, 204)
})

rooms.patch('/:roomId/me', authenticateInRoom, limitRate('write'), body(MyRoomBody), async (c) => {
  const { caller, roomId } = c.var
  const room = unwrap(await sidebarStub(c.env, caller.id).updateSettings(roomId, c.req.valid('json'), caller.origin))
  if (!room) throw new ChatError('not_found')
  return c.json(room)
})

rooms.get('/:roomId/participants', authenticateInRoom, limitRate('list'), query(ListQuery), async (c) => {
  const { caller, roomId } = c.var
  const asked = c.req.valid('query')
  const key = cursorKey(asked, 'number', 'number')
  const found = unwrap(await roomStub(c.env, roomId).participants(caller, asked.limit + asked.offset + 1, key))
  const part = listPart(c, asked, found.slice(asked.offset), (person) => [Date.parse(person.joined_at), person.id])
  return c.json(await participantsWithPresence(c, roomId, part))
})

rooms.get('/:roomId/storage', authenticateInRoom, limitRate('read'), async (c) => {
  const { caller, roomId } = c.var
  return c.json(unwrap(await roomStub(c.env, roomId).storageUse(caller)))
})

rooms.post('/:roomId/add_members', authenticateInRoom, limitRate('members'), body(AddMembersBody), async (c) => {
  const { caller, roomId } = c.var
  const ids = [...new Set(c.req.valid('json').users)]
  const people = await namedPeople(c, ids, 'users', 'group')
  await spendWork(c.env, caller.id, people.length * COSTS.member)
  const blocks = await blocksAround(c.env.DIRECTORY, ids, roomId)
  const record: RoomRecord = unwrap(await roomStub(c.env, roomId).addMembers(caller, people, blocks))
  const { invited = [] } = record
  return c.json({ ...(await toRoomDetail(c, roomId, record)), invited } satisfies MembersAdded)
})

rooms.post('/:roomId/remove_member', authenticateInRoom, limitRate('members'), body(MemberBody), async (c) => {
  const { caller, roomId } = c.var
  const record = await roomStub(c.env, roomId).removeMember(caller, c.req.valid('json').user_id)
  return c.json(await toRoomDetail(c, roomId, unwrap(record)))
})

rooms.post('/:roomId/leave_room', authenticateInRoom, limitRate('members'), async (c) => {
  unwrap(await roomStub(c.env, c.var.roomId).leave(c.var.caller))
  return c.json({ detail: 'You have left the room.' })
})

for (const [path, role] of [
  ['/:roomId/assign_admin', 'admin'],
  ['/:roomId/revoke_admin', 'member'],
] as const) {
  rooms.post(path, authenticateInRoom, limitRate('members'), body(MemberBody), async (c) => {
    const { caller, roomId } = c.var
    const record = await roomStub(c.env, roomId).assignRole(caller, c.req.valid('json').user_id, role)
    return c.json(await toRoomDetail(c, roomId, unwrap(record)))
  })
}

const edgeOf = ({ position: [activity = 0, room = 0, at = 0] }: Cursor): PageEdge => ({ activity, room, at })

/** Answers with the direct room of the caller and another person. `field` is the request's field that named them. */
async function directRoom(
  c: Pick<Context<SignedIn>, 'env' | 'var' | 'json'>,
  other: UserId,
  field: string,
): Promise<Response> {
  if (other === c.var.caller.id) {
    throw new ChatError('yourself', { fields: { [field]: ['You cannot write to yourself.'] } })
  }
  const [person] = await namedPeople(c, [other], field, 'direct')
  const { record, created } = await openDirectRoom(c, person as Person, field)
  return c.json(await toRoomDetail(c, record.room, record), created ? 201 : 200)
}

const describe = area('Rooms')
const adminsOnly = ['admins_only', 'direct_room'] satisfies Operation['refusals']
const update = { body: UpdateRoomBody, files: ['group_image'], refusals: adminsOnly } satisfies Partial<Operation>
const roles = { body: MemberBody, refusals: [...adminsOnly, 'forbidden'] } satisfies Partial<Operation>

/** The routes above, as `/api/schema/` describes them. */
export const roomsOperations: Operation[] = [
  describe.get(
    '/api/chatrooms/',
    'My rooms, newest activity first',
    { 200: pageOf(RoomInList) },
    { query: RoomsQuery },
  ),
  describe.post(
    '/api/chatrooms/',
    'Make a group, or find the direct room',
    { 200: RoomDetail, 201: RoomDetail },
    {
      body: CreateRoomBody,
      files: ['group_image'],
      refusals: ['unknown_users', 'yourself', 'blocked', 'room_full'],
    },
  ),
  describe.post(
    '/api/chatrooms/direct/',
    'The room with one person',
    { 200: RoomDetail, 201: RoomDetail },
    {
      body: DirectRoomBody,
      refusals: ['unknown_users', 'yourself', 'blocked'],
    },
  ),
  describe.get('/api/chatrooms/{roomId}/', 'A room in detail', { 200: RoomDetail }),
  describe.put('/api/chatrooms/{roomId}/', 'Rename, describe, picture', { 200: RoomDetail }, update),
  describe.patch('/api/chatrooms/{roomId}/', 'Rename, describe, picture', { 200: RoomDetail }, update),
  describe.delete(
    '/api/chatrooms/{roomId}/',
    'Delete the room for everybody',
    { 204: null },
    { refusals: ['owner_only'] },
  ),
  describe.patch(
    '/api/chatrooms/{roomId}/me/',
    'Mute, pin, nickname: my own view',
    { 200: RoomInList },
    { body: MyRoomBody, refusals: ['too_many_pinned'] },
  ),
  describe.get(
    '/api/chatrooms/{roomId}/participants/',
    'Who is in it',
    { 200: z.array(Participant) },
    { query: ListQuery },
  ),
  describe.get('/api/chatrooms/{roomId}/storage/', 'How much of its quota the room has used', { 200: StorageUse }),
  describe.post(
    '/api/chatrooms/{roomId}/add_members/',
    'Add people; those who left the room are asked',
    { 200: MembersAdded },
    {
      body: AddMembersBody,
      refusals: [...adminsOnly, 'unknown_users', 'blocked', 'banned', 'room_full'],
    },
  ),
  describe.post(
    '/api/chatrooms/{roomId}/remove_member/',
    'Remove somebody',
    { 200: RoomDetail },
    {
      body: MemberBody,
      refusals: [...adminsOnly, 'yourself', 'forbidden'],
    },
  ),
  describe.post('/api/chatrooms/{roomId}/assign_admin/', 'Make somebody an admin', { 200: RoomDetail }, roles),
  describe.post('/api/chatrooms/{roomId}/revoke_admin/', 'Make an admin a member', { 200: RoomDetail }, roles),
  describe.post('/api/chatrooms/{roomId}/leave_room/', 'Leave', { 200: DetailOnly }, { refusals: ['direct_room'] }),
]
