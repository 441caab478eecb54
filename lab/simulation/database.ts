/** The storage of actors and the D1 binding, over SQLite databases in memory. */
import fs from 'node:fs'
import path from 'node:path'
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'

const MIGRATIONS = path.join(import.meta.dirname, '..', '..', 'migrations', 'directory')

/** A database whose statements are prepared once. */
class Database {
  readonly #db = new DatabaseSync(':memory:')
  readonly #prepared = new Map<string, StatementSync>()

  run(text: string, values: unknown[] = []): Record<string, unknown>[] {
    let statement = this.#prepared.get(text)
    if (!statement) {
      statement = this.#db.prepare(text)
      this.#prepared.set(text, statement)
    }
    return statement.all(...(values as SQLInputValue[])) as Record<string, unknown>[]
  }

  exec(text: string): void {
    this.#db.exec(text)
  }

  close(): void {
    this.#prepared.clear()
    this.#db.close()
  }
}

/**
 * An actor's storage. What one turn writes is committed with the turn, or is lost with it: the runtime does the same,
 * and holds back what the turn says until then.
 */
export class Storage {
  readonly #db = new Database()
  /** When the alarm rings, as far as it is committed. */
  alarm: number | null = null
  #alarmOfTurn: number | null = null
  #savepoints = 0

  readonly sql = {
    exec: (text: string, ...values: unknown[]) => {
      const rows = this.#db.run(text, values)
      return { toArray: () => rows, one: () => rows[0], [Symbol.iterator]: () => rows[Symbol.iterator]() }
    },
    databaseSize: 0,
  }

  constructor() {
    // The runtime keeps values by key in a table of the same database: a turn that is rolled back takes them with it.
    this.#db.exec('CREATE TABLE _cf_values (key TEXT PRIMARY KEY, value TEXT NOT NULL)')
  }

  begin(): void {
    this.#db.exec('BEGIN')
    this.#alarmOfTurn = this.alarm
  }

  commit(): void {
    this.#db.exec('COMMIT')
    this.alarm = this.#alarmOfTurn
  }

  rollback(): void {
    this.#db.exec('ROLLBACK')
  }

  transactionSync<T>(work: () => T): T {
    const name = `nested_${this.#savepoints++}`
    this.#db.exec(`SAVEPOINT ${name}`)
    try {
      const result = work()
      this.#db.exec(`RELEASE ${name}`)
      return result
    } catch (error) {
      this.#db.exec(`ROLLBACK TO ${name}; RELEASE ${name}`)
      throw error
    }
  }

  async get(key: string): Promise<unknown> {
    const [row] = this.#db.run('SELECT value FROM _cf_values WHERE key = ?', [key])
    return row && JSON.parse(row.value as string)
  }

  async put(key: string, value: unknown): Promise<void> {
    this.#db.run('INSERT OR REPLACE INTO _cf_values VALUES (?, ?)', [key, JSON.stringify(value)])
  }

  async delete(key: string): Promise<void> {
    this.#db.run('DELETE FROM _cf_values WHERE key = ?', [key])
  }

  getAlarm(): Promise<number | null> {
    return Promise.resolve(this.#alarmOfTurn)
  }

  setAlarm(time: number): Promise<void> {
    this.#alarmOfTurn = time
    return Promise.resolve()
  }

  deleteAlarm(): Promise<void> {
    this.#alarmOfTurn = null
    return Promise.resolve()
  }

  /** The pending alarm is used up by ringing. */
  rings(): void {
    this.#alarmOfTurn = null
  }

  close(): void {
    this.#db.close()
  }
}

interface Prepared {
  text: string
  values: unknown[]
}

const directoryMigrations = fs
  .readdirSync(MIGRATIONS)
  .filter((name) => name.endsWith('.sql'))
  .sort()
  .map((name) => fs.readFileSync(path.join(MIGRATIONS, name), 'utf8'))

/** The directory, reached as D1 is: each batch is one transaction at the other end of a network. */
export class Directory {
  readonly #db = new Database()

  constructor() {
    for (const migration of directoryMigrations) this.#db.exec(migration.replaceAll('--> statement-breakpoint', ''))
  }

  run(text: string, ...values: unknown[]): Record<string, unknown>[] {
    return this.#db.run(text, values)
  }

  /** The binding. `reach` carries the work there and its answer back, or does not. */
  binding(reach: <T>(work: () => T) => Promise<T>) {
    const all = (statements: Prepared[]) =>
      reach(() => {
        this.#db.exec('BEGIN')
        try {
          const results = statements.map(({ text, values }) => ({ results: this.#db.run(text, values), success: true }))
          this.#db.exec('COMMIT')
          return results
        } catch (error) {
          this.#db.exec('ROLLBACK')
          throw error
        }
      })
    const statement = (text: string, values: unknown[] = []) => ({
      text,
      values,
      bind: (...bound: unknown[]) => statement(text, bound),
      all: async () => (await all([{ text, values }]))[0],
      run: async () => (await all([{ text, values }]))[0],
      first: async () => (await all([{ text, values }]))[0]?.results[0] ?? null,
    })
    return { prepare: (text: string) => statement(text), batch: all }
  }

  close(): void {
    this.#db.close()
  }
}
