/** `/api/admin`: lists and actions of staff. Their rights are read from the directory for each request. */
import { Hono } from 'hono'
import * as z from 'zod'
import { inTime, roomStub } from '../../actor/rpc/stubs'
import { settings, TIMES } from '../../config'
import { type AuditedEvent, auditTrail, recordStatement } from '../../directory/operation/audit'
import { disable, enable, findAccounts, findStaffAccount, largestAccounts } from '../../directory/operation/staff'
import { countAll, findRoom, largestRooms, listRooms, type StaffRoomRow } from '../../directory/operation/stats'
import type { NearQuota } from '../../directory/operation/storage'
import {
  AdminRoom,
  AdminRoomDetail,
  AdminRoomsQuery,
  AdminStats,
  AdminStorage,
  AdminUser,
  AdminUsersQuery,
  type AuditAction,
  AuditEntry,
  AuditQuery,
  ChatError,
  storageUse,
  WARN_AT,
} from '../../protocol'
import { authenticate, type SignedIn } from '../middleware/authenticate'
import { limitRate } from '../middleware/rate-limit'
import { staffOnly } from '../middleware/staff'
import { idInPath, query } from '../middleware/validate'
import { area, type Operation } from '../openapi/operation'
import { cursorKey, linkNextPart, listPart } from '../presenters/links'
import { toAdminUser } from '../presenters/people'
import { closeEndedSessions } from '../usecases/outbox'

const WEEK = 7 * 24 * 3_600_000
/** The number of accounts and of rooms in the list of the largest. */
const HEAVIEST = 50

export const admin = new Hono<SignedIn>()

admin.use(authenticate, staffOnly)

admin.get('/stats', limitRate('staff'), async (c) => {
  const now = Date.now()
  return c.json(await countAll(c.env.DIRECTORY, now, now - WEEK, nearQuota(c.env)))
})

admin.get('/storage', limitRate('staff'), async (c) => {
  const [people, rooms] = await Promise.all([
    largestAccounts(c.env.DIRECTORY, HEAVIEST),
    largestRooms(c.env.DIRECTORY, HEAVIEST),
  ])
  const { origin } = c.var.caller
  const answer = { people: people.map((row) => toAdminUser(row, origin)), rooms: rooms.map(toAdminRoom) }
  return c.json(answer satisfies AdminStorage)
})

admin.get('/users', limitRate('staff'), query(AdminUsersQuery), async (c) => {
  const asked = c.req.valid('query')
  const [name] = cursorKey(asked, 'string') ?? []
  const rows = await findAccounts(c.env.DIRECTORY, { ...asked, limit: asked.limit + 1, after: name })
  const accounts = listPart(c, asked, rows, ({ username_key }) => [username_key])
  return c.json(accounts.map((row) => toAdminUser(row, c.var.caller.origin)))
})

admin.get('/users/:id', limitRate('staff'), async (c) => {
  const account = await findStaffAccount(c.env.DIRECTORY, idInPath(c, 'id'))
  if (!account) throw new ChatError('not_found')
  return c.json(toAdminUser(account, c.var.caller.origin))
})

admin.post('/users/:id/disable', limitRate('staff'), async (c) => {
  const id = idInPath(c, 'id')
  const { caller } = c.var
  if (id === caller.id) throw new ChatError('yourself')
  const now = Date.now()
  const done = await disable(c.env.DIRECTORY, id, { actor: caller.id, now }, now - TIMES.accessToken)
  if (!done) throw new ChatError('not_found')
  if (done.account.disabled_at === null) throw new ChatError('last_staff')
  await closeEndedSessions(c, id, done.sessions)
  return c.json(toAdminUser(done.account, caller.origin))
})

admin.post('/users/:id/enable', limitRate('staff'), async (c) => {
  const { caller } = c.var
  const account = await enable(c.env.DIRECTORY, idInPath(c, 'id'), { actor: caller.id, now: Date.now() })
  if (!account) throw new ChatError('not_found')
  return c.json(toAdminUser(account, caller.origin))
})

admin.get('/rooms', limitRate('staff'), query(AdminRoomsQuery), async (c) => {
  const asked = c.req.valid('query')
  const { rooms, next } = await listRooms(c.env.DIRECTORY, { ...asked, after: cursorKey(asked, 'number', 'number') })
  if (next) linkNextPart(c, asked, next)
  return c.json(rooms.map(toAdminRoom))
})

admin.get('/rooms/:id', limitRate('staff'), async (c) => {
  const room = await findRoom(c.env.DIRECTORY, idInPath(c, 'id'))
  const figures = room && (await inTime(roomStub(c.env, room.id).figures()))
  if (!figures) throw new ChatError('not_found')
  const { last_activity, stored_bytes } = figures
  const storage = storageUse(stored_bytes, settings(c.env).STORAGE_PER_ROOM)
  const detail = { ...toAdminRoom({ ...room, stored_bytes }), last_activity: iso(last_activity), storage }
  return c.json(detail satisfies AdminRoomDetail)
})

admin.delete('/rooms/:id', limitRate('staff'), async (c) => {
  const id = idInPath(c, 'id')
  const room = await findRoom(c.env.DIRECTORY, id)
  if (!room) throw new ChatError('not_found')
  // The room is an actor, so this cannot be one transaction. The entry comes first: a superfluous entry is better than
  // a missing one.
  const deed = { actor: c.var.caller.id, action: 'room.deleted', room: id, now: Date.now() } as const
  await recordStatement(c.env.DIRECTORY, deed).run()
  await roomStub(c.env, id).removeByStaff()
  return c.body(null, 204)
})

admin.get('/audit', limitRate('staff'), query(AuditQuery), async (c) => {
  const asked = c.req.valid('query')
  const [before] = cursorKey(asked, 'number') ?? []
  const rows = await auditTrail(c.env.DIRECTORY, { ...asked, limit: asked.limit + 1, before })
  return c.json(listPart(c, asked, rows, ({ id }) => [id]).map(toEntry))
})

const iso = (time: number) => new Date(time).toISOString()

/** The bytes from which staff see a quota as nearly full. */
function nearQuota(env: Env): NearQuota {
  const { STORAGE_PER_PERSON, STORAGE_PER_ROOM } = settings(env)
  const near = (quota: number | null) => (quota === null ? null : quota * WARN_AT)
  return { user: near(STORAGE_PER_PERSON), room: near(STORAGE_PER_ROOM) }
}

const toAdminRoom = ({ id, name, is_group, member_count, created_at, stored_bytes }: StaffRoomRow): AdminRoom => ({
  id,
  room_name: name,
  is_group: is_group === 1,
  member_count,
  created_at: iso(created_at),
  stored_bytes,
})

const toEntry = (row: AuditedEvent): AuditEntry => ({
  id: row.id,
  timestamp: iso(row.at),
  action: row.action as AuditAction,
  actor: row.actor_id === null ? null : { id: row.actor_id, username: row.actor_name ?? '' },
  user: row.user_id === null ? null : { id: row.user_id, username: row.user_name ?? '' },
  room_id: row.room_id,
  detail: row.detail,
})

const describe = area('Administration')

/** The routes above, as `/api/schema/` describes them. */
export const adminOperations: Operation[] = [
  describe.get('/api/admin/stats/', 'Figures of the whole deployment', { 200: AdminStats }, { access: 'staff' }),
  describe.get('/api/admin/storage/', 'Who has stored most', { 200: AdminStorage }, { access: 'staff' }),
  describe.get(
    '/api/admin/users/',
    'Accounts',
    { 200: z.array(AdminUser) },
    { access: 'staff', query: AdminUsersQuery },
  ),
  describe.get('/api/admin/users/{id}/', 'One account', { 200: AdminUser }, { access: 'staff' }),
  describe.post(
    '/api/admin/users/{id}/disable/',
    'Disable an account: its sessions end and its sockets close',
    { 200: AdminUser },
    { access: 'staff', refusals: ['yourself', 'last_staff'] },
  ),
  describe.post(
    '/api/admin/users/{id}/enable/',
    'Let an account sign in again',
    { 200: AdminUser },
    { access: 'staff' },
  ),
  describe.get('/api/admin/rooms/', 'Rooms', { 200: z.array(AdminRoom) }, { access: 'staff', query: AdminRoomsQuery }),
  describe.get('/api/admin/rooms/{id}/', 'One room, asked itself', { 200: AdminRoomDetail }, { access: 'staff' }),
  describe.delete('/api/admin/rooms/{id}/', 'Delete a room for everybody', { 204: null }, { access: 'staff' }),
  describe.get(
    '/api/admin/audit/',
    'Who did what, newest first',
    { 200: z.array(AuditEntry) },
    { access: 'staff', query: AuditQuery },
  ),
]
