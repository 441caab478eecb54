/**
 * `/api/admin/rooms/…/export` and `/import`: backup and restore of a room. They need a staff account and the operator's
 * key, and are recorded first.
 */
import { Hono } from 'hono'
import { inTime, roomStub, uploadsStub } from '../../actor/rpc/stubs'
import { keyFor } from '../../auth/keys'
import { exportRoom } from '../../backup/export'
import { Restore, type RestoreTarget } from '../../backup/restore'
import { secretsOf, settings } from '../../config'
import { recordStatement } from '../../directory/operation/audit'
import { findRoom } from '../../directory/operation/stats'
import { BACKUP_TYPE, ChatError, RestoredRoom, RestoreQuery } from '../../protocol'
import { authenticate, type SignedIn } from '../middleware/authenticate'
import { operatorOnly } from '../middleware/operator'
import { limitRate } from '../middleware/rate-limit'
import { staffOnly } from '../middleware/staff'
import { idInPath, query } from '../middleware/validate'
import { area, type Operation } from '../openapi/operation'

export const backups = new Hono<SignedIn>()

backups.get('/:id/export', authenticate, staffOnly, operatorOnly, limitRate('staff'), async (c) => {
  const { AUTH_SECRET, EXPORT_NOTICE } = settings(c.env)
  const id = idInPath(c, 'id')
  if (!(await findRoom(c.env.DIRECTORY, id))) throw new ChatError('not_found')
  const now = Date.now()
  // Recorded before any message is read. The entry has only the id, because the room's name is private to its members.
  await recordStatement(c.env.DIRECTORY, { actor: c.var.caller.id, action: 'room.exported', room: id, now }).run()
  const first = await inTime(roomStub(c.env, id).archive(null))
  if (!first) throw new ChatError('not_found')
  if (EXPORT_NOTICE === 'on') await inTime(roomStub(c.env, id).announceExport())
  const page = async (from: Parameters<ReturnType<typeof roomStub>['archive']>[0]) =>
    inTime(roomStub(c.env, id).archive(from))
  const body = exportRoom(id, first, { page, media: c.env.MEDIA }, keyFor(AUTH_SECRET, 'backup'), now)
  const headers = {
    'Content-Type': BACKUP_TYPE,
    'Content-Disposition': `attachment; filename="room-${id}.ndjson"`,
    'Cache-Control': 'no-store',
  }
  return new Response(body, { headers })
})

backups.post('/import', authenticate, staffOnly, operatorOnly, limitRate('staff'), query(RestoreQuery), async (c) => {
  const { body } = c.req.raw
  const type = c.req.header('Content-Type')?.split(';')[0]?.trim().toLowerCase()
  if (type !== BACKUP_TYPE) throw new ChatError('unsupported_type', { detail: `Send a backup as ${BACKUP_TYPE}.` })
  if (!body) throw new ChatError('invalid', { detail: 'Send a backup.' })
  const { map } = c.req.valid('query')
  const actor = c.var.caller.id
  const mapped = map.map(([there, here]) => `, ${there} is ${here}`).join('')
  const record = (action: 'room.restoring' | 'room.restored', room: number, detail: string) =>
    recordStatement(c.env.DIRECTORY, { actor, action, room, detail, now: Date.now() }).run()
  const target: RestoreTarget = {
    directory: c.env.DIRECTORY,
    media: c.env.MEDIA,
    room: (id) => roomStub(c.env, id),
    uploads: (owner) => uploadsStub(c.env, owner),
    begun: ({ room, room_in_file, exported_at }) =>
      record('room.restoring', room, `room ${room_in_file} as exported at ${exported_at}${mapped}`),
  }
  const keys = secretsOf(c.env).map((secret) => keyFor(secret, 'backup'))
  const restored = await new Restore(body, keys, map, target, Date.now()).run()
  const { room_id, messages, members, unknown_people } = restored
  await record('room.restored', room_id, `${messages} messages, ${members} members, ${unknown_people} unknown`)
  return c.json(restored satisfies RestoredRoom, 201)
})

const describe = area('Administration')

/** The routes above, as `/api/schema/` describes them. */
export const backupsOperations: Operation[] = [
  describe.get(
    '/api/admin/rooms/{id}/export/',
    'A room as a backup: one JSON object per line, with its images and files',
    { 200: { bytes: BACKUP_TYPE } },
    { access: 'staff', refusals: ['operator_only'] },
  ),
  describe.post(
    '/api/admin/rooms/import/',
    `Restore a room from a backup, sent as ${BACKUP_TYPE}: under its id if that is free, else under a new one`,
    { 201: RestoredRoom },
    {
      access: 'staff',
      query: RestoreQuery,
      refusals: ['operator_only', 'invalid', 'too_large', 'unsupported_type', 'room_exists', 'room_full'],
    },
  ),
]
