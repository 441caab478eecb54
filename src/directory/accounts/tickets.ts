/** Socket tickets: each opens one socket within a minute. */
import type { SessionId } from '../../protocol'

/** Stores a ticket. Expired ones are deleted on the way, so the table holds at most a minute's tickets. */
export async function issueTicket(
  db: D1Database,
  ticket: { hash: string; sessionId: SessionId; expiresAt: number },
  now: number,
): Promise<void> {
  await db.batch([
    db
      .prepare('INSERT INTO socket_tickets (hash, session_id, expires_at) VALUES (?1, ?2, ?3)')
      .bind(ticket.hash, ticket.sessionId, ticket.expiresAt),
    db.prepare('DELETE FROM socket_tickets WHERE expires_at <= ?1').bind(now),
  ])
}

/**
 * Takes a ticket. Deleting and reading are one statement, so of any number of concurrent uses one succeeds.
 * @returns its session, or null when the ticket is unknown, spent or expired
 */
export async function spendTicket(db: D1Database, hash: string, now: number): Promise<SessionId | null> {
  const ticket = await db
    .prepare('DELETE FROM socket_tickets WHERE hash = ?1 RETURNING session_id, expires_at')
    .bind(hash)
    .first<{ session_id: SessionId; expires_at: number }>()
  return ticket && ticket.expires_at > now ? ticket.session_id : null
}
