/** Bots and their tokens. A token stands for a session without end. */
import type { SessionId, UserId } from '../../protocol'
import { beginStatement, type NewSession } from './sessions'
import { ACCOUNT, type Account } from './users'

/** Makes the account of `session` a bot, begins the session and stores the token in place of the one before. */
export async function storeBotToken(db: D1Database, session: NewSession, hash: string): Promise<void> {
  await db.batch([
    db.prepare('UPDATE users SET is_bot = 1 WHERE id = ?').bind(session.userId),
    beginStatement(db, session, 'u.is_bot = 1'),
    db
      .prepare('INSERT OR REPLACE INTO bot_tokens (hash, user_id, session_id, created_at) VALUES (?, ?, ?, ?)')
      .bind(hash, session.userId, session.id, session.now),
  ])
}

export async function deleteBotToken(db: D1Database, id: UserId): Promise<void> {
  await db.prepare('DELETE FROM bot_tokens WHERE user_id = ?').bind(id).run()
}

/** A bot with the session of its token. */
export interface BotRow {
  id: UserId
  username: string
  first_name: string
  last_name: string
  picture: string | null
  version: number
  session: SessionId
  expires_at: number
}

/** The bot with this token; null for a token that is unknown, revoked or of a closed account. */
export const botOfToken = (db: D1Database, hash: string): Promise<BotRow | null> =>
  db
    .prepare(
      `SELECT u.id, u.username, u.first_name, u.last_name, u.picture, u.version, s.id AS session, s.expires_at
       FROM bot_tokens t JOIN sessions s ON s.id = t.session_id AND s.ended_at IS NULL JOIN users u ON u.id = t.user_id
       WHERE t.hash = ? AND u.erased_at IS NULL AND u.disabled_at IS NULL`,
    )
    .bind(hash)
    .first<BotRow>()

/** Oldest first. */
export async function listBots(db: D1Database): Promise<Account[]> {
  const { results } = await db
    .prepare(`${ACCOUNT} WHERE u.is_bot = 1 AND u.erased_at IS NULL ORDER BY u.created_at, u.id`)
    .all<Account>()
  return results
}
