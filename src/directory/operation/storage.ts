/** Stored bytes of people and rooms: actors write them, staff read them. */
import type { RoomId, UserId } from '../../protocol'

/** The person or room that the bytes belong to. */
export type StorageOwner = { kind: 'user'; id: UserId } | { kind: 'room'; id: RoomId }

/** Records the stored bytes of a person or a room. The row is deleted at 0. */
export async function projectStorage(db: D1Database, { kind, id }: StorageOwner, bytes: number): Promise<void> {
  const statement =
    bytes === 0
      ? db.prepare('DELETE FROM storage WHERE kind = ?1 AND id = ?2').bind(kind, id)
      : db
          .prepare(
            `INSERT INTO storage (kind, id, bytes) VALUES (?1, ?2, ?3)
             ON CONFLICT (kind, id) DO UPDATE SET bytes = excluded.bytes`,
          )
          .bind(kind, id, bytes)
  await statement.run()
}

/** The bytes from which a person or a room counts as nearly full. Null without a quota. */
export interface NearQuota {
  user: number | null
  room: number | null
}

/** Stored bytes by id. Ids with 0 bytes are missing. */
export async function storedBy(
  db: D1Database,
  kind: StorageOwner['kind'],
  ids: number[],
): Promise<Map<number, number>> {
  const { results } = await db
    .prepare('SELECT id, bytes FROM storage WHERE kind = ?1 AND id IN (SELECT value FROM json_each(?2))')
    .bind(kind, JSON.stringify(ids))
    .all<{ id: number; bytes: number }>()
  return new Map(results.map(({ id, bytes }) => [id, bytes]))
}

/** SQL: the stored bytes of `id`. */
export const storedBytes = (kind: StorageOwner['kind'], id: string): string =>
  `coalesce((SELECT bytes FROM storage WHERE kind = '${kind}' AND storage.id = ${id}), 0)`
