/** Facts about an account that actors ask for: whether it is erased, since when it exists, and its picture. */
import type { UserId } from '../../protocol'

/** Whether an account is erased. */
export async function isErased(db: D1Database, user: UserId): Promise<boolean> {
  const row = await db.prepare('SELECT 1 FROM users WHERE id = ? AND erased_at IS NOT NULL').bind(user).first()
  return row !== null
}

/** When a person registered (ms since 1970). Viewers who may not see the person's presence see this as `last_seen`. */
export async function registeredAt(db: D1Database, user: UserId): Promise<number> {
  const time = await db.prepare('SELECT created_at FROM users WHERE id = ?').bind(user).first<number>('created_at')
  return time ?? 0
}

/** Storage key of a person's picture. Null without a picture or an account. */
export async function pictureOf(db: D1Database, user: UserId): Promise<string | null> {
  const row = await db
    .prepare('SELECT picture FROM users WHERE id = ?1 AND erased_at IS NULL')
    .bind(user)
    .first<{ picture: string | null }>()
  return row?.picture ?? null
}
