/** Migrates an actor's SQLite to the newest schema when the actor wakes, and lets an older build read a newer schema. */

/** One step of an append-only list. `sql` is the text of a file in `migrations/`, statements separated by drizzle's mark. */
export interface Migration {
  id: string
  sql: string
  /**
   * Id of the oldest step whose code can read and write the schema after this step. A step that only adds tables, indexes and
   * columns with a default omits it: every earlier build works on the result. A step that drops, renames or rewrites
   * something names the step of an earlier release that stopped using it.
   */
  readableFrom?: string
}

/** The schema after the step `upTo`: a new object creates it in one go. `scripts/schema.mjs` writes it. */
export interface Snapshot {
  upTo: string
  sql: string
}

interface Applied extends Record<string, SqlStorageValue> {
  id: string
  /** The number of steps that a build must know to read the result; 0 for any build. */
  steps_needed: number
}

const BREAKPOINT = '--> statement-breakpoint'

/**
 * Applies the steps that this database has not seen, each in one transaction with its record. A new database takes the
 * snapshot instead of the steps in it: renaming a column in steps writes a row for each table, index and trigger, which is
 * billed for every new object.
 *
 * During a deploy two builds run at the same time for minutes, and a rollback leaves storage as the newer build made it. So
 * a build ignores recorded steps beyond its own list if their records say that it can read the result.
 *
 * Our own, because drizzle's migrator for Durable Objects replaces the cause of a failure by "Rollback", and skips a step
 * merged later under an older date (drizzle-orm#4558, #4586).
 * @throws {Error} naming the step: it failed at a statement, was removed or reordered, or was applied by a newer build whose
 *   schema this build cannot read.
 */
export function migrate(storage: DurableObjectStorage, steps: readonly Migration[], snapshot?: Snapshot): void {
  let applied = appliedSteps(storage)
  if (applied.length === 0 && snapshot) {
    take(storage, steps, steps.slice(0, stepsUpTo(steps, snapshot.upTo)), snapshot.sql)
    applied = appliedSteps(storage)
  }
  applied.forEach(({ id, steps_needed }, position) => {
    const step = steps[position]
    if (step === undefined && steps_needed > steps.length) {
      throw new Error(
        `Migration ${id} was applied here by a newer build, and this build ends before the step that can read its result: deploy a newer one`,
      )
    }
    if (step !== undefined && step.id !== id) {
      throw new Error(`Migration ${id} has been applied here but stands elsewhere in the list: the list is append-only`)
    }
  })
  for (const step of steps.slice(applied.length)) take(storage, steps, [step], step.sql)
}

/** Runs the statements and records the steps that they stand for, in one transaction. */
function take(
  storage: DurableObjectStorage,
  steps: readonly Migration[],
  taken: readonly Migration[],
  statements: string,
): void {
  const { sql } = storage
  storage.transactionSync(() => {
    for (const statement of statements.split(BREAKPOINT)) {
      try {
        sql.exec(statement)
      } catch (cause) {
        throw new Error(`Migration ${taken.at(-1)?.id} failed at: ${statement.trim()}`, { cause })
      }
    }
    for (const step of taken) {
      const needed = step.readableFrom === undefined ? 0 : stepsUpTo(steps, step.readableFrom)
      sql.exec(
        'INSERT INTO migrations (position, id, steps_needed) VALUES (?, ?, ?)',
        steps.indexOf(step),
        step.id,
        needed,
      )
    }
  })
}

/** Reads the recorded steps in order. Creates their table, or upgrades the table of an earlier release. */
function appliedSteps(storage: DurableObjectStorage): Applied[] {
  const { sql } = storage
  const columns = sql.exec<{ name: string }>(`SELECT name FROM pragma_table_info('migrations')`).toArray()
  if (columns.length === 0) {
    sql.exec(
      'CREATE TABLE migrations (position INTEGER PRIMARY KEY, id TEXT NOT NULL, steps_needed INTEGER NOT NULL DEFAULT 0)',
    )
  } else if (columns.some(({ name }) => name === 'place')) {
    storage.transactionSync(() => {
      sql.exec('ALTER TABLE migrations RENAME COLUMN place TO position')
      sql.exec('ALTER TABLE migrations ADD COLUMN steps_needed INTEGER NOT NULL DEFAULT 0')
    })
  }
  return sql.exec<Applied>('SELECT id, steps_needed FROM migrations ORDER BY position').toArray()
}

function stepsUpTo(steps: readonly Migration[], id: string): number {
  const index = steps.findIndex((step) => step.id === id)
  if (index === -1) throw new Error(`Migration ${id} is named by readableFrom but is not in the list`)
  return index + 1
}
