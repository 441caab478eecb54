/** Invitations to register. The directory stores only their hashes. */
import type { UserId } from '../../protocol'
import { recordChangeStatement } from '../operation/audit'
import type { RegistrationInviteRow } from '../schema'

/** SQL: the invitation can still be used at `now`, an SQL expression. */
const isOpen = (now: string) =>
  `revoked_at IS NULL AND (expires_at IS NULL OR expires_at > ${now}) AND (max_uses IS NULL OR uses < max_uses)`

/** The most invitations that are listed, newest first. */
const LISTED = 200

export interface NewInvite {
  id: number
  /** See `fingerprint`. */
  hash: string
  by: UserId
  now: number
  expiresAt: number | null
  maxUses: number | null
}

export async function createInvite(db: D1Database, invite: NewInvite): Promise<void> {
  const { id, hash, by, now, expiresAt, maxUses } = invite
  await db.batch([
    db
      .prepare(
        `INSERT INTO registration_invites (id, hash, created_by, created_at, expires_at, max_uses)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)`,
      )
      .bind(id, hash, by, now, expiresAt, maxUses),
    recordChangeStatement(db, { actor: by, action: 'invite.created', detail: String(id), now }),
  ])
}

export async function listInvites(db: D1Database): Promise<RegistrationInviteRow[]> {
  const { results } = await db
    .prepare('SELECT * FROM registration_invites ORDER BY created_at DESC, id DESC LIMIT ?1')
    .bind(LISTED)
    .all<RegistrationInviteRow>()
  return results
}

/** @returns false when there is no such invitation. A revoked one stays revoked. */
export async function revokeInvite(db: D1Database, id: number, by: UserId, now: number): Promise<boolean> {
  const [, , found] = await db.batch([
    db.prepare('UPDATE registration_invites SET revoked_at = ?2 WHERE id = ?1 AND revoked_at IS NULL').bind(id, now),
    recordChangeStatement(db, { actor: by, action: 'invite.revoked', detail: String(id), now }),
    db.prepare('SELECT 1 FROM registration_invites WHERE id = ?1').bind(id),
  ])
  return found?.results.length === 1
}

/** Takes one use of an invitation. @returns its id, or null when no invitation can be used */
export async function spendInvite(db: D1Database, hash: string, now: number): Promise<number | null> {
  return db
    .prepare(`UPDATE registration_invites SET uses = uses + 1 WHERE hash = ?1 AND ${isOpen('?2')} RETURNING id`)
    .bind(hash, now)
    .first<number>('id')
}

/** Gives back a use after a failed registration. */
export async function returnInvite(db: D1Database, id: number): Promise<void> {
  await db.prepare('UPDATE registration_invites SET uses = uses - 1 WHERE id = ?1 AND uses > 0').bind(id).run()
}
