/** API keys of hosts: made, found by their secret, rotated, revoked. Each change is one transaction with its audit entry. */
import { type ApiKeyScope, newId, type UserId } from '../../protocol'
import { recordChangeStatement } from '../operation/audit'
import type { ApiKeyRow } from '../schema'

/** A secret as it is stored: the salt from which it is derived, and its hash. */
export interface StoredSecret {
  salt: string
  hash: string
}

/** A new key. `by` is null for a command of the operator. Times are in ms since 1970. */
export interface NewApiKey {
  name: string
  scopes: readonly ApiKeyScope[]
  secret: StoredSecret
  by: UserId | null
  now: number
}

/** @returns the key, or null when a key of this name is in use */
export async function createApiKey(
  db: D1Database,
  { name, scopes, secret, by, now }: NewApiKey,
): Promise<ApiKeyRow | null> {
  const [made] = await db.batch<ApiKeyRow>([
    db
      .prepare(
        `INSERT INTO api_keys (id, name, scopes, salt, hash, created_by, created_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
         ON CONFLICT DO NOTHING RETURNING *`,
      )
      .bind(newId(), name, JSON.stringify(scopes), secret.salt, secret.hash, by, now),
    recordChangeStatement(db, { actor: by, action: 'key.created', detail: name, now }),
  ])
  return made?.results[0] ?? null
}

/** Keys that are not revoked, newest first. */
export async function listApiKeys(db: D1Database): Promise<ApiKeyRow[]> {
  const { results } = await db
    .prepare('SELECT * FROM api_keys WHERE revoked_at IS NULL ORDER BY created_at DESC, id DESC')
    .all<ApiKeyRow>()
  return results
}

/** The key with this secret, or with this one before its last rotation; null when it is unknown, revoked or too old. */
export const findApiKey = (db: D1Database, hash: string, now: number): Promise<ApiKeyRow | null> =>
  db
    .prepare(
      `SELECT * FROM api_keys WHERE hash = ?1 AND revoked_at IS NULL
       UNION ALL SELECT * FROM api_keys WHERE previous_hash = ?1 AND previous_until > ?2 AND revoked_at IS NULL LIMIT 1`,
    )
    .bind(hash, now)
    .first<ApiKeyRow>()

/** The key with this id; null when it is unknown or revoked. */
export const apiKeyById = (db: D1Database, id: number): Promise<ApiKeyRow | null> =>
  db.prepare('SELECT * FROM api_keys WHERE id = ?1 AND revoked_at IS NULL').bind(id).first<ApiKeyRow>()

/** Gives a key a new secret. The present one works until `previousUntil`. @returns null when there is no such key */
export async function rotateApiKey(
  db: D1Database,
  id: number,
  secret: StoredSecret,
  { by, now, previousUntil }: { by: UserId | null; now: number; previousUntil: number },
): Promise<ApiKeyRow | null> {
  const [rotated] = await db.batch<ApiKeyRow>([
    db
      .prepare(
        `UPDATE api_keys SET previous_salt = salt, previous_hash = hash, previous_until = ?5, salt = ?2, hash = ?3,
           rotated_at = ?4 WHERE id = ?1 AND revoked_at IS NULL RETURNING *`,
      )
      .bind(id, secret.salt, secret.hash, now, previousUntil),
    recordChangeStatement(db, { actor: by, action: 'key.rotated', detail: String(id), now }),
  ])
  return rotated?.results[0] ?? null
}

/** @returns whether there was such a key */
export async function revokeApiKey(db: D1Database, id: number, by: UserId | null, now: number): Promise<boolean> {
  const [revoked] = await db.batch([
    db
      .prepare('UPDATE api_keys SET revoked_at = ?2, previous_hash = NULL WHERE id = ?1 AND revoked_at IS NULL')
      .bind(id, now),
    recordChangeStatement(db, { actor: by, action: 'key.revoked', detail: String(id), now }),
  ])
  return revoked?.meta.changes === 1
}
