/**
 * Rate limits of addresses, counted in D1, where all Workers of a deployment meet. Counts are exact under concurrency.
 */
import { intervalOf, type Rate, take } from '../../protocol'

/** An act to count. `subject` is stored as it is, so it must not identify anyone. */
export interface RateCount {
  subject: string
  rate: Rate
}

/**
 * Counts one act of each subject, or none if any of them has to wait. Reading and counting are one statement per
 * subject, and D1 runs statements one after another. Rows that have run out are deleted on the way.
 * @returns milliseconds until all are allowed: 0 when they were counted
 */
export async function countRates(db: D1Database, counts: RateCount[], now: number): Promise<number> {
  const answers = await db.batch<{ until: number }>([
    ...counts.flatMap(({ subject, rate }) => [
      db
        .prepare(
          `INSERT INTO rates (subject, until) VALUES (?1, ?2 + ?3)
           ON CONFLICT (subject) DO UPDATE SET until = max(until, ?2) + ?3 WHERE max(until, ?2) + ?3 - ?2 <= ?4`,
        )
        .bind(subject, now, intervalOf(rate), intervalOf(rate) * rate.limit),
      db.prepare('SELECT until FROM rates WHERE subject = ?1').bind(subject),
    ]),
    db.prepare('DELETE FROM rates WHERE until <= ?1').bind(now),
  ])
  const waits = counts.map(({ rate }, index) => {
    const isCounted = answers[index * 2]?.meta.changes !== 0
    return isCounted ? 0 : take(rate, answers[index * 2 + 1]?.results[0]?.until ?? 0, now).wait
  })
  const wait = Math.max(...waits)
  const counted = counts.filter((_, index) => answers[index * 2]?.meta.changes !== 0)
  if (wait > 0 && counted.length > 0) await uncountRates(db, counted)
  return wait
}

async function uncountRates(db: D1Database, counts: RateCount[]): Promise<void> {
  await db.batch(
    counts.map(({ subject, rate }) =>
      db.prepare('UPDATE rates SET until = until - ?2 WHERE subject = ?1').bind(subject, intervalOf(rate)),
    ),
  )
}
