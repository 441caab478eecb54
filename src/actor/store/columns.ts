/** The columns of a drizzle table as SQL, so that no statement lists them by hand. */
import { getTableColumns, getTableName } from 'drizzle-orm'
import type { SQLiteTable } from 'drizzle-orm/sqlite-core'

/** Statements over all columns of one table whose rows are plain values, synchronous over the actor's own SQLite. */
export class Columns<Row extends object> {
  readonly #names: (keyof Row & string)[]
  readonly #table: string
  readonly #into: string
  readonly #select: string

  constructor(table: string, columns: (keyof Row & string)[]) {
    this.#names = columns
    this.#table = table
    this.#into = `INTO ${table} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`
    this.#select = `SELECT ${columns.map((name) => `${table}.${name}`).join(', ')}`
  }

  /** Rows of the table. `rest` is the statement from its `FROM` on. */
  select(sql: SqlStorage, rest: string, ...values: SqlStorageValue[]): Row[] {
    return this.cursor(sql, rest, ...values).toArray() as Row[]
  }

  /** The same as a cursor, which also counts the rows that were read. */
  cursor(
    sql: SqlStorage,
    rest: string,
    ...values: SqlStorageValue[]
  ): SqlStorageCursor<Record<string, SqlStorageValue>> {
    return sql.exec(`${this.#select} ${rest}`, ...values)
  }

  /** @throws {Error} when a row with the same key exists. */
  insert(sql: SqlStorage, row: Row): void {
    sql.exec(`INSERT ${this.#into}`, ...this.#valuesOf(row))
  }

  /** Inserts the row, or replaces the row with the same key. */
  replace(sql: SqlStorage, row: Row): void {
    sql.exec(`INSERT OR REPLACE ${this.#into}`, ...this.#valuesOf(row))
  }

  /** Inserts the row unless a row with the same key exists. */
  insertIfAbsent(sql: SqlStorage, row: Row): void {
    sql.exec(`INSERT OR IGNORE ${this.#into}`, ...this.#valuesOf(row))
  }

  /**
   * Inserts a row whose integer key SQLite assigns.
   * @returns the row with its id
   */
  insertNew(sql: SqlStorage, row: Omit<Row, 'id'>): Row {
    sql.exec(`INSERT ${this.#into}`, ...this.#valuesOf({ ...row, id: null } as unknown as Row))
    return { ...row, id: sql.exec<{ id: number }>('SELECT last_insert_rowid() AS id').one().id } as unknown as Row
  }

  /**
   * Writes only the columns whose value differs: each index on a written column costs one more row.
   * @returns the row after the change
   */
  update(sql: SqlStorage, row: Row & { id: number }, changes: Partial<Row>): Row {
    const changed = this.#names.filter((name) => name in changes && changes[name] !== row[name])
    if (changed.length === 0) return row
    const assignments = changed.map((name) => `${name} = ?`).join(', ')
    const values = changed.map((name) => changes[name] as SqlStorageValue)
    sql.exec(`UPDATE ${this.#table} SET ${assignments} WHERE id = ?`, ...values, row.id)
    return { ...row, ...changes }
  }

  #valuesOf(row: Row): SqlStorageValue[] {
    return this.#names.map((name) => row[name] as SqlStorageValue)
  }
}

/** The columns of a table, in the order of its schema. */
export const columnsOf = <Table extends SQLiteTable>(table: Table): Columns<Table['$inferSelect']> =>
  new Columns(
    getTableName(table),
    Object.values(getTableColumns(table)).map(({ name }) => name as keyof Table['$inferSelect'] & string),
  )
