/** Brings an actor's own SQLite to the newest schema when it wakes. */

/** One step of an append-only list. `sql` is the text of a file in `migrations/`, statements separated by drizzle's mark. */
export interface Migration {
  id: string
  sql: string
}

const BREAKPOINT = '--> statement-breakpoint'

/**
 * Applies the steps that this database has not seen, each in one transaction with its record.
 *
 * Our own, because drizzle's migrator for Durable Objects replaces the cause of a failure by "Rollback", and skips a step
 * merged later under an older date (drizzle-orm#4558, #4586).
 * @throws {Error} naming the step and the statement that failed, or a step that was removed or reordered.
 */
export function migrate(storage: DurableObjectStorage, steps: readonly Migration[]): void {
  const { sql } = storage
  sql.exec('CREATE TABLE IF NOT EXISTS migrations (place INTEGER PRIMARY KEY, id TEXT NOT NULL)')
  const applied = sql.exec<{ id: string }>('SELECT id FROM migrations ORDER BY place').toArray()
  applied.forEach(({ id }, place) => {
    if (steps[place]?.id !== id) {
      throw new Error(`Migration ${id} has been applied here but stands elsewhere in the list: the list is append-only`)
    }
  })
  steps.slice(applied.length).forEach((step, index) => {
    storage.transactionSync(() => {
      for (const statement of step.sql.split(BREAKPOINT)) {
        try {
          sql.exec(statement)
        } catch (cause) {
          throw new Error(`Migration ${step.id} failed at: ${statement.trim()}`, { cause })
        }
      }
      sql.exec('INSERT INTO migrations (place, id) VALUES (?, ?)', applied.length + index, step.id)
    })
  })
}
