/** The picture a person shows, as their account of uploads asks for it: the directory decides what is still needed. */
import type { UserId } from '../../protocol'

/** Storage key of a person's picture; null when they have none, or no account. */
export async function pictureOf(db: D1Database, user: UserId): Promise<string | null> {
  const row = await db
    .prepare('SELECT picture FROM users WHERE id = ?1 AND erased_at IS NULL')
    .bind(user)
    .first<{ picture: string | null }>()
  return row?.picture ?? null
}
