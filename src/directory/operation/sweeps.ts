/** The position of the sweep through all rooms and people, and the oldest overdue work that it found. */
import type { RoomId, UserId } from '../../protocol'
import { DELIVERY_TIME } from './outbox'

export type SweptKind = 'room' | 'user'

/** Deleted rooms may still have to report their end for this long, in milliseconds. */
const DELETED_FOR = 7 * 24 * 3_600_000

/** People who were never online have no sidebar, and naming an actor creates it. */
const NEXT: Record<SweptKind, string> = {
  room: `SELECT id FROM rooms WHERE id > ?1 AND (deleted_at IS NULL OR deleted_at > ?3 - ${DELETED_FOR}) ORDER BY id LIMIT ?2`,
  user: 'SELECT user_id AS id FROM presence WHERE user_id > ?1 AND ?3 > 0 ORDER BY user_id LIMIT ?2',
}

/** The next ids of the round, at most `limit`. Fewer than that end the round. */
export async function nextToSweep(
  db: D1Database,
  kind: SweptKind,
  limit: number,
  now: number,
): Promise<(RoomId | UserId)[]> {
  const position = await db.prepare('SELECT after_id FROM sweeps WHERE kind = ?').bind(kind).first<number>('after_id')
  const { results } = await db
    .prepare(NEXT[kind])
    .bind(position ?? 0, limit, now)
    .all<{ id: number }>()
  return results.map(({ id }) => id)
}

/** What a sweep found. */
export interface Swept {
  /** The last id that was called; 0 when the round is over. */
  last: number
  at: number
  /** Since when the oldest pending work is overdue (ms since 1970); null when none is. */
  overdueSince: number | null
}

export async function recordSweep(db: D1Database, kind: SweptKind, { last, at, overdueSince }: Swept): Promise<void> {
  // min() of SQLite is null when one of its arguments is.
  const oldest = 'min(coalesce(overdue_since, excluded.overdue_since), coalesce(excluded.overdue_since, overdue_since))'
  await db
    .prepare(
      `INSERT INTO sweeps (kind, after_id, swept_at, overdue_since, overdue_before)
       VALUES (?1, ?2, ?3, iif(?2 = 0, NULL, ?4), iif(?2 = 0, ?4, NULL))
       ON CONFLICT (kind) DO UPDATE SET after_id = ?2, swept_at = ?3,
         overdue_before = iif(?2 = 0, ${oldest.replaceAll('excluded.overdue_since', '?4')}, overdue_before),
         overdue_since = iif(?2 = 0, NULL, ${oldest.replaceAll('excluded.overdue_since', '?4')})`,
    )
    .bind(kind, last, at, overdueSince)
    .run()
}

/** People for whom the directory's outbox has entries that the requests that made them did not deliver. */
export async function peopleWithOverdueEntries(db: D1Database, limit: number, now: number): Promise<UserId[]> {
  const { results } = await db
    .prepare('SELECT DISTINCT user_id FROM outbox WHERE created_at < ?1 LIMIT ?2')
    .bind(now - DELIVERY_TIME, limit)
    .all<{ user_id: UserId }>()
  return results.map(({ user_id }) => user_id)
}
