/** `/api/admin/rooms/…/export` and `/import`: a room out to a file, and back. For staff; recorded. */
import { Hono } from 'hono'
import { inTime, roomStub, uploadsStub } from '../actor/stubs'
import { backupOf } from '../backup/export'
import { Restore, type RestoreTarget } from '../backup/restore'
import { recording } from '../directory/audit'
import { findRoom } from '../directory/stats'
import { BACKUP_TYPE, ChatError, type RestoredRoom } from '../protocol'
import { authenticate, type SignedIn } from './authenticate'
import { staffOnly } from './staff'
import { idInPath } from './validate'

export const backups = new Hono<SignedIn>()

backups.get('/:id/export', authenticate, staffOnly, async (c) => {
  const id = idInPath(c, 'id')
  const room = await findRoom(c.env.DIRECTORY, id)
  const first = room && (await inTime(roomStub(c.env, id).archive(null)))
  if (!first) throw new ChatError('not_found')
  const now = Date.now()
  // Before a byte leaves: what people wrote is read here.
  await recording(c.env.DIRECTORY, {
    actor: c.var.caller.id,
    action: 'room.exported',
    room: id,
    detail: room.name,
    now,
  }).run()
  const page = async (from: Parameters<ReturnType<typeof roomStub>['archive']>[0]) =>
    inTime(roomStub(c.env, id).archive(from))
  const body = backupOf(id, first, { page, media: c.env.MEDIA }, now)
  const headers = {
    'Content-Type': BACKUP_TYPE,
    'Content-Disposition': `attachment; filename="room-${id}.ndjson"`,
    'Cache-Control': 'no-store',
  }
  return new Response(body, { headers })
})

backups.post('/import', authenticate, staffOnly, async (c) => {
  const { body } = c.req.raw
  const type = c.req.header('Content-Type')?.split(';')[0]?.trim().toLowerCase()
  if (type !== BACKUP_TYPE) throw new ChatError('unsupported_type', { detail: `Send a backup as ${BACKUP_TYPE}.` })
  if (!body) throw new ChatError('invalid', { detail: 'Send a backup.' })
  const target: RestoreTarget = {
    directory: c.env.DIRECTORY,
    media: c.env.MEDIA,
    room: (id) => roomStub(c.env, id),
    uploads: (owner) => uploadsStub(c.env, owner),
  }
  const { caller } = c.var
  const restored = await new Restore(body, target, caller, Date.now()).run()
  const detail = `${restored.messages} messages`
  const deed = { actor: caller.id, action: 'room.restored', room: restored.room_id, detail, now: Date.now() } as const
  await recording(c.env.DIRECTORY, deed).run()
  return c.json(restored satisfies RestoredRoom, 201)
})
