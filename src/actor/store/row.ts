/** Writes rows whose fields are the columns of their table, so that no statement lists the columns by hand. */

/** @param verb `INSERT`, or `INSERT OR REPLACE` to overwrite the row with the same key */
export function insertRow(sql: SqlStorage, verb: 'INSERT' | 'INSERT OR REPLACE', table: string, row: object): void {
  const columns = Object.keys(row)
  const values = columns.map(() => '?').join(', ')
  sql.exec(`${verb} INTO ${table} (${columns.join(', ')}) VALUES (${values})`, ...Object.values(row))
}

/**
 * Writes only the columns whose value differs: each index on a written column costs one more row.
 * @returns the row after the change
 */
export function updateRow<R extends { id: number }>(sql: SqlStorage, table: string, row: R, changes: Partial<R>): R {
  const changed = Object.entries(changes).filter(([column, value]) => value !== row[column as keyof R])
  if (changed.length === 0) return row
  const assignments = changed.map(([column]) => `${column} = ?`).join(', ')
  sql.exec(`UPDATE ${table} SET ${assignments} WHERE id = ?`, ...changed.map(([, value]) => value), row.id)
  return { ...row, ...changes }
}
