/** `/api/admin`: what staff see and do. Their rights are read from the directory at each request. */
import { Hono } from 'hono'
import { inTime, roomStub } from '../../actor/rpc/stubs'
import { settings, TIMES } from '../../config'
import { type AuditedDeed, auditTrail, recording } from '../../directory/operation/audit'
import { disable, enable, findAccounts, findStaffed, heaviestAccounts } from '../../directory/operation/staff'
import { countAll, findAllRooms, findRoom, heaviestRooms, type StaffedRoom } from '../../directory/operation/stats'
import type { NearQuota } from '../../directory/operation/storage'
import {
  type AdminRoom,
  type AdminRoomDetail,
  AdminRoomsQuery,
  type AdminStorage,
  AdminUsersQuery,
  type AuditAction,
  type AuditEntry,
  AuditQuery,
  ChatError,
  storageUse,
  WARN_AT,
} from '../../protocol'
import { authenticate, type SignedIn } from '../middleware/authenticate'
import { rated } from '../middleware/rate-limit'
import { staffOnly } from '../middleware/staff'
import { idInPath, query } from '../middleware/validate'
import { after, goesOn, shown } from '../presenters/links'
import { toAdminUser } from '../presenters/people'
import { tellSessionsEnded } from '../usecases/notices'

const WEEK = 7 * 24 * 3_600_000
/** How many of those who have stored most are shown. */
const HEAVIEST = 50

/** `/api/admin`. */
export const admin = new Hono<SignedIn>()

admin.use(authenticate, staffOnly)

admin.get('/stats', rated('staff'), async (c) => {
  const now = Date.now()
  return c.json(await countAll(c.env.DIRECTORY, now, now - WEEK, nearQuota(c.env)))
})

admin.get('/storage', rated('staff'), async (c) => {
  const [people, rooms] = await Promise.all([
    heaviestAccounts(c.env.DIRECTORY, HEAVIEST),
    heaviestRooms(c.env.DIRECTORY, HEAVIEST),
  ])
  const { origin } = c.var.caller
  const answer = { people: people.map((row) => toAdminUser(row, origin)), rooms: rooms.map(toAdminRoom) }
  return c.json(answer satisfies AdminStorage)
})

admin.get('/users', rated('staff'), query(AdminUsersQuery), async (c) => {
  const asked = c.req.valid('query')
  const [name] = after(asked, 'string') ?? []
  const rows = await findAccounts(c.env.DIRECTORY, { ...asked, limit: asked.limit + 1, after: name })
  const accounts = shown(c, asked, rows, ({ username_key }) => [username_key])
  return c.json(accounts.map((row) => toAdminUser(row, c.var.caller.origin)))
})

admin.get('/users/:id', rated('staff'), async (c) => {
  const account = await findStaffed(c.env.DIRECTORY, idInPath(c, 'id'))
  if (!account) throw new ChatError('not_found')
  return c.json(toAdminUser(account, c.var.caller.origin))
})

admin.post('/users/:id/disable', rated('staff'), async (c) => {
  const id = idInPath(c, 'id')
  const { caller } = c.var
  if (id === caller.id) throw new ChatError('yourself')
  const now = Date.now()
  const done = await disable(c.env.DIRECTORY, id, { actor: caller.id, now }, now - TIMES.accessToken)
  if (!done) throw new ChatError('not_found')
  if (done.account.disabled_at === null) throw new ChatError('last_staff')
  tellSessionsEnded(c, id, done.sessions)
  return c.json(toAdminUser(done.account, caller.origin))
})

admin.post('/users/:id/enable', rated('staff'), async (c) => {
  const { caller } = c.var
  const account = await enable(c.env.DIRECTORY, idInPath(c, 'id'), { actor: caller.id, now: Date.now() })
  if (!account) throw new ChatError('not_found')
  return c.json(toAdminUser(account, caller.origin))
})

admin.get('/rooms', rated('staff'), query(AdminRoomsQuery), async (c) => {
  const asked = c.req.valid('query')
  const { rooms, next } = await findAllRooms(c.env.DIRECTORY, { ...asked, after: after(asked, 'number', 'number') })
  if (next) goesOn(c, asked, next)
  return c.json(rooms.map(toAdminRoom))
})

admin.get('/rooms/:id', rated('staff'), async (c) => {
  const room = await findRoom(c.env.DIRECTORY, idInPath(c, 'id'))
  const figures = room && (await inTime(roomStub(c.env, room.id).figures()))
  if (!figures) throw new ChatError('not_found')
  const { last_activity, stored_bytes } = figures
  const storage = storageUse(stored_bytes, settings(c.env).STORAGE_PER_ROOM)
  const detail = { ...toAdminRoom({ ...room, stored_bytes }), last_activity: iso(last_activity), storage }
  return c.json(detail satisfies AdminRoomDetail)
})

admin.delete('/rooms/:id', rated('staff'), async (c) => {
  const id = idInPath(c, 'id')
  const room = await findRoom(c.env.DIRECTORY, id)
  if (!room) throw new ChatError('not_found')
  // The room owns itself, so this cannot be one transaction. Recorded first: better a deed too many than one unknown.
  const deed = { actor: c.var.caller.id, action: 'room.deleted', room: id, now: Date.now() } as const
  await recording(c.env.DIRECTORY, deed).run()
  await roomStub(c.env, id).removeByStaff()
  return c.body(null, 204)
})

admin.get('/audit', rated('staff'), query(AuditQuery), async (c) => {
  const asked = c.req.valid('query')
  const [before] = after(asked, 'number') ?? []
  const rows = await auditTrail(c.env.DIRECTORY, { ...asked, limit: asked.limit + 1, before })
  return c.json(shown(c, asked, rows, ({ id }) => [id]).map(toEntry))
})

const iso = (time: number) => new Date(time).toISOString()

/** From how many bytes on staff are shown that a quota is nearly used up. */
function nearQuota(env: Env): NearQuota {
  const { STORAGE_PER_PERSON, STORAGE_PER_ROOM } = settings(env)
  const near = (quota: number | null) => (quota === null ? null : quota * WARN_AT)
  return { user: near(STORAGE_PER_PERSON), room: near(STORAGE_PER_ROOM) }
}

const toAdminRoom = ({ id, name, is_group, member_count, created_at, stored_bytes }: StaffedRoom): AdminRoom => ({
  id,
  room_name: name,
  is_group: is_group === 1,
  member_count,
  created_at: iso(created_at),
  stored_bytes,
})

const toEntry = (row: AuditedDeed): AuditEntry => ({
  id: row.id,
  timestamp: iso(row.at),
  action: row.action as AuditAction,
  actor: row.actor_id === null ? null : { id: row.actor_id, username: row.actor_name ?? '' },
  user: row.user_id === null ? null : { id: row.user_id, username: row.user_name ?? '' },
  room_id: row.room_id,
  detail: row.detail,
})
