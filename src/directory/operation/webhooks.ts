/** Webhooks as hosts set them up. Their actors read these rows and write only that a receiver is gone. */
import type { RoomId } from '../../protocol'
import type { WebhookRow } from '../schema'

export async function createWebhook(db: D1Database, row: WebhookRow): Promise<void> {
  await db
    .prepare('INSERT INTO webhooks (id, url, events, room_id, origin, salt, created_at) VALUES (?, ?, ?, ?, ?, ?, ?)')
    .bind(row.id, row.url, row.events, row.room_id, row.origin, row.salt, row.created_at)
    .run()
}

export const findWebhook = (db: D1Database, id: number): Promise<WebhookRow | null> =>
  db.prepare('SELECT * FROM webhooks WHERE id = ?').bind(id).first<WebhookRow>()

/** Oldest first. */
export async function listWebhooks(db: D1Database): Promise<WebhookRow[]> {
  const { results } = await db.prepare('SELECT * FROM webhooks ORDER BY created_at, id').all<WebhookRow>()
  return results
}

export type WebhookChanges = Partial<Omit<WebhookRow, 'id' | 'created_at'>>

/** @returns the row after the change, or null when there is none */
export async function changeWebhook(db: D1Database, id: number, changes: WebhookChanges): Promise<WebhookRow | null> {
  const names = Object.keys(changes)
  if (names.length === 0) return findWebhook(db, id)
  return db
    .prepare(`UPDATE webhooks SET ${names.map((name) => `${name} = ?`).join(', ')} WHERE id = ? RETURNING *`)
    .bind(...Object.values(changes), id)
    .first<WebhookRow>()
}

export async function deleteWebhook(db: D1Database, id: number): Promise<boolean> {
  const { meta } = await db.prepare('DELETE FROM webhooks WHERE id = ?').bind(id).run()
  return meta.changes === 1
}

/** Rooms above `after`, for telling each of a new webhook. */
export async function roomsAfter(db: D1Database, after: RoomId, limit: number): Promise<RoomId[]> {
  const { results } = await db
    .prepare('SELECT id FROM rooms WHERE id > ? AND deleted_at IS NULL ORDER BY id LIMIT ?')
    .bind(after, limit)
    .all<{ id: RoomId }>()
  return results.map(({ id }) => id)
}
