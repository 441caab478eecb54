/** The room's own row: its name, description and picture, and whether the room has been deleted. */
import { columnsOf } from '../../actor/store/columns'
import { type RoomRow, room } from './schema'

const COLUMNS = columnsOf(room)

export class RoomStore {
  readonly #sql: SqlStorage
  #row: RoomRow | undefined

  constructor(sql: SqlStorage) {
    this.#sql = sql
  }

  /** Undefined before the room is created. A deleted room keeps its row. */
  get row(): RoomRow | undefined {
    this.#row ??= COLUMNS.select(this.#sql, 'FROM room')[0]
    return this.#row
  }

  /** The row of a room that exists and has not been deleted. */
  get open(): RoomRow | undefined {
    return this.row?.deleted_at === null ? this.row : undefined
  }

  save(row: RoomRow): void {
    COLUMNS.replace(this.#sql, row)
    this.#row = row
  }
}
