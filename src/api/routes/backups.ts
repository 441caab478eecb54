/**
 * `/api/admin/rooms/…/export` and `/import`: backup and restore of a room. They need a staff account and the operator's
 * key, and are recorded first.
 */
import { type Context, Hono } from 'hono'
import type * as z from 'zod'
import { inTime, roomStub, uploadsStub } from '../../actor/rpc/stubs'
import { keyFor } from '../../auth/keys'
import { continuationOf, pointOf } from '../../backup/continuation'
import { type ExportOrder, exportRoom } from '../../backup/export'
import { Restore, type RestoreTarget } from '../../backup/restore'
import { BackupTransfer } from '../../backup/transfer'
import { BOUNDS, secretsOf, settings } from '../../config'
import { recordStatement } from '../../directory/operation/audit'
import { findRoom } from '../../directory/operation/stats'
import { log } from '../../log/log'
import {
  BACKUP_TYPE,
  type BackupContinues,
  ChatError,
  ExportQuery,
  RestoredRoom,
  RestoreParts,
  RestoreQuery,
  type RoomId,
  TransferName,
} from '../../protocol'
import type { ArchivePage } from '../../room/usecases/archive'
import { authenticate, type SignedIn } from '../middleware/authenticate'
import { operatorOnly } from '../middleware/operator'
import { limitRate } from '../middleware/rate-limit'
import { staffOnly } from '../middleware/staff'
import { idInPath, query } from '../middleware/validate'
import { area, type Operation } from '../openapi/operation'

export const backups = new Hono<SignedIn>()

backups.get('/:id/export', authenticate, staffOnly, operatorOnly, limitRate('staff'), query(ExportQuery), async (c) => {
  const { AUTH_SECRET } = settings(c.env)
  const { parts, from } = c.req.valid('query')
  const id = idInPath(c, 'id')
  if (!(await findRoom(c.env.DIRECTORY, id))) throw new ChatError('not_found')
  const now = Date.now()
  const key = keyFor(AUTH_SECRET, 'backup')
  const begin = from === undefined ? await beginExport(c, id, now) : pointOf(from, id, key, now)
  const page = async (point: Parameters<ReturnType<typeof roomStub>['archive']>[0]) =>
    inTime(roomStub(c.env, id).archive(point))
  const order: ExportOrder = {
    room: id,
    begin,
    partBytes: parts === undefined && from === undefined ? undefined : BOUNDS.backupTransfer,
    continues: (point) =>
      JSON.stringify({ type: 'continues', from: continuationOf(point, key) } satisfies z.infer<typeof BackupContinues>),
  }
  const body = exportRoom(order, { page, media: c.env.MEDIA }, key, now)
  const headers = {
    'Content-Type': BACKUP_TYPE,
    'Content-Disposition': `attachment; filename="room-${id}.ndjson"`,
    'Cache-Control': 'no-store',
  }
  return new Response(body, { headers })
})

/** Records an export and announces it, before any message is read. @returns the first page of the room */
async function beginExport(c: Pick<Context<SignedIn>, 'env' | 'var'>, room: RoomId, now: number): Promise<ArchivePage> {
  // The entry has only the id, because the room's name is private to its members.
  await recordStatement(c.env.DIRECTORY, { actor: c.var.caller.id, action: 'room.exported', room, now }).run()
  const first = await inTime(roomStub(c.env, room).archive(null))
  if (!first) throw new ChatError('not_found')
  if (settings(c.env).EXPORT_NOTICE === 'on') await inTime(roomStub(c.env, room).announceExport())
  return first
}

backups.put('/import/:transfer/:part', authenticate, staffOnly, operatorOnly, limitRate('staff'), async (c) => {
  const transfer = new BackupTransfer(c.env.MEDIA, transferIn(c))
  const part = c.req.param('part')
  if (!/^\d{1,5}$/.test(part)) throw new ChatError('not_found')
  if (Number(part) === 0) await transfer.sweep(Date.now())
  await transfer.put(Number(part), c.req.raw.body, Number(c.req.header('Content-Length')))
  return c.body(null, 204)
})

backups.get('/import/:transfer', authenticate, staffOnly, operatorOnly, limitRate('staff'), async (c) => {
  const parts = await new BackupTransfer(c.env.MEDIA, transferIn(c)).parts()
  return c.json(parts satisfies z.infer<typeof RestoreParts>)
})

const transferIn = (c: Context): string => {
  const name = TransferName.safeParse(c.req.param('transfer'))
  if (!name.success) throw new ChatError('not_found')
  return name.data
}

backups.post('/import', authenticate, staffOnly, operatorOnly, limitRate('staff'), query(RestoreQuery), async (c) => {
  const { map, transfer: name } = c.req.valid('query')
  const transfer = name === undefined ? null : new BackupTransfer(c.env.MEDIA, name)
  const type = c.req.header('Content-Type')?.split(';')[0]?.trim().toLowerCase()
  if (!transfer && type !== BACKUP_TYPE) {
    throw new ChatError('unsupported_type', { detail: `Send a backup as ${BACKUP_TYPE}.` })
  }
  const body = transfer ? await transfer.read() : c.req.raw.body
  if (!body) throw new ChatError('invalid', { detail: 'Send a backup.' })
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
  // Parts that stay are removed by the next transfer.
  await transfer?.remove().catch((error) => log('warn', 'restore.parts_left', { error }))
  return c.json(restored satisfies RestoredRoom, 201)
})

const describe = area('Administration')

/** The routes above, as `/api/schema/` describes them. */
export const backupsOperations: Operation[] = [
  describe.get(
    '/api/admin/rooms/{id}/export/',
    'A room as a backup: one JSON object per line, with its images and files',
    { 200: { bytes: BACKUP_TYPE } },
    { access: 'staff', query: ExportQuery, refusals: ['operator_only', 'invalid'] },
  ),
  describe.put(
    '/api/admin/rooms/import/{transfer}/{part}/',
    'Send one part of a backup, of at most 40 MiB, numbered from 0; a part that is sent again replaces it',
    { 204: null },
    { access: 'staff', refusals: ['operator_only', 'invalid', 'too_large'] },
  ),
  describe.get(
    '/api/admin/rooms/import/{transfer}/',
    'The parts of a backup that have arrived',
    { 200: RestoreParts },
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
