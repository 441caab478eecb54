/**
 * Counts of guesses at passwords and codes. They are exact under concurrency, and each further guess has to wait
 * longer.
 */
import { type AttemptRate, intervalOf } from '../../protocol'

/** A guess to count. `subject` is stored as it is, so it must not identify anyone. */
export interface Attempt {
  subject: string
  pace: AttemptRate
}

/** A counted guess. `next` is when the delay that it started ends (ms since 1970), or 0 for none. */
export interface CountedAttempt extends Attempt {
  next: number
}

/** The longest delay is reached long before this shift. */
const SHIFTS = 20

/**
 * Counts one guess of each subject, or none if any of them has to wait. Testing and counting are one statement per
 * subject, and D1 runs statements one after another. Rows that have run out are deleted on the way.
 * @returns milliseconds until all are allowed (0 when they were counted), and the counted guesses
 */
export async function countAttempts(
  db: D1Database,
  attempts: Attempt[],
  now: number,
): Promise<{ wait: number; counted: CountedAttempt[] }> {
  const answers = await db.batch<{ next_at: number }>([
    ...attempts.flatMap(({ subject, pace }) => [
      addStatement(db, subject, pace, now),
      db.prepare('SELECT next_at FROM attempts WHERE subject = ?1').bind(subject),
    ]),
    db.prepare('DELETE FROM attempts WHERE until <= ?1').bind(now),
  ])
  const seen = attempts.map((attempt, index) => {
    const added = answers[index * 2]?.results[0]
    return { attempt, added, wait: added ? 0 : (answers[index * 2 + 1]?.results[0]?.next_at ?? now) - now }
  })
  const counted = seen.flatMap(({ attempt, added }) => (added ? [{ ...attempt, next: added.next_at }] : []))
  const wait = Math.max(0, ...seen.map((each) => each.wait))
  if (wait === 0) return { wait, counted }
  await uncountAttempts(db, counted)
  return { wait, counted: [] }
}

/** SQL: the number of guesses that count now, including one more. `until` is the value before this statement. */
const LEVEL = '((max(until, ?2) + ?3 - ?2 + ?3 - 1) / ?3)'

function addStatement(db: D1Database, subject: string, pace: AttemptRate, now: number): D1PreparedStatement {
  const { limit, first, most } = pace
  return db
    .prepare(
      `INSERT INTO attempts (subject, until, next_at) VALUES (?1, ?2 + ?3, 0)
       ON CONFLICT (subject) DO UPDATE SET until = max(until, ?2) + ?3,
         next_at = CASE WHEN ${LEVEL} < ?4 THEN 0 ELSE ?2 + min(?6, ?5 << min(${LEVEL} - ?4, ${SHIFTS})) END
       WHERE next_at <= ?2
       RETURNING next_at`,
    )
    .bind(subject, now, intervalOf(pace), limit, first, most)
}

/** Uncounts guesses that turned out not to count. A delay that another guess started stays. */
export async function uncountAttempts(db: D1Database, counted: CountedAttempt[]): Promise<void> {
  if (counted.length === 0) return
  await db.batch(
    counted.map(({ subject, pace, next }) =>
      db
        .prepare(
          `UPDATE attempts SET until = until - ?2, next_at = CASE WHEN next_at = ?3 THEN 0 ELSE next_at END
           WHERE subject = ?1`,
        )
        .bind(subject, intervalOf(pace), next),
    ),
  )
}

/** Deletes the count of a subject after a right guess. */
export async function clearAttempts(db: D1Database, subject: string): Promise<void> {
  await db.prepare('DELETE FROM attempts WHERE subject = ?1').bind(subject).run()
}
