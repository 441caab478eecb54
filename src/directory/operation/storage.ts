/** What people and rooms have stored, as their actors say it and staff see it. */
import type { RoomId, UserId } from '../../protocol'

/** Whose storage it is. */
export type StorageOwner = { kind: 'user'; id: UserId } | { kind: 'room'; id: RoomId }

/** Takes over how many bytes somebody, or some room, has stored. Who has none is forgotten. */
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

/** From how many bytes on somebody, or some room, has nearly used up what they may; null where there is no bound. */
export interface NearQuota {
  user: number | null
  room: number | null
}

/** The bytes that some have stored, by their ids; who has none is missing. */
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

/** The bytes that the row at hand has stored: an SQL expression. */
export const storedBytes = (kind: StorageOwner['kind'], id: string): string =>
  `coalesce((SELECT bytes FROM storage WHERE kind = '${kind}' AND storage.id = ${id}), 0)`
