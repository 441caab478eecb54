/** What notifications repeat of rooms: texts, who wrote them, what rooms are called. Brought up to date from the rooms. */
import type { RoomQuotes } from '../../actor/rpc/room-quotes'
import type { MessageId, RoomId, UserId } from '../../protocol'
import { quotable, withNames } from '../presenters/sentences'
import type { NotificationRow } from '../store/schema'

type Row = NotificationRow & Record<string, SqlStorageValue>

/** What a room is asked, and what was known when it was asked. */
export interface QuotesAsked {
  messages: MessageId[]
  people: UserId[]
  /** How often something had been taken from the room until then. */
  taken: number
}

export class Quotes {
  readonly #sql: SqlStorage
  readonly #save: (row: NotificationRow) => void
  /** How often, in this life, a notification took over something that a room had said. */
  readonly #taken = new Map<RoomId, number>()
  /** What each room was last said to be called. */
  readonly #called = new Map<RoomId, string>()

  constructor(sql: SqlStorage, save: (row: NotificationRow) => void) {
    this.#sql = sql
    this.#save = save
  }

  /** A notification repeats what a room said at `version`: no more than that is known to be up to date. */
  taken(room: RoomId, version: number): void {
    this.#taken.set(room, this.#takenFrom(room) + 1)
    this.#sql.exec('UPDATE settled SET checked = ?2 WHERE room_id = ?1 AND checked > ?2', room, version)
  }

  /**
   * What to ask a room in which something that is repeated here may have changed up to the seq `changed`, or which is
   * called otherwise; null when all is known to be up to date.
   */
  toAsk(room: RoomId, changed: number, chatName: string): QuotesAsked | null {
    if (changed <= this.#checked(room) && this.#called.get(room) === chatName) return null
    const rows = this.#of(room)
    const isCalledOtherwise = rows.some(({ chat_name }) => chat_name !== null && chat_name !== chatName)
    this.#called.set(room, chatName)
    if (rows.length === 0 || (changed <= this.#checked(room) && !isCalledOtherwise)) return null
    const messages = [...new Set(rows.flatMap(({ message_id }) => message_id ?? []))]
    const people = [...new Set(rows.flatMap(({ sender_id }) => sender_id ?? []))]
    return { messages, people, taken: this.#takenFrom(room) }
  }

  /** Takes over what the room answers. @returns the notifications that changed */
  update(room: RoomId, chatName: string, asked: QuotesAsked, quotes: RoomQuotes): NotificationRow[] {
    const changed = this.#of(room).flatMap((row) => {
      // Told anew while the room was asked, it may say something later.
      if (row.known_at > quotes.seq) return []
      const wasAsked = row.message_id === null || asked.messages.includes(row.message_id)
      if (!wasAsked) return []
      const sender = quotes.names.get(row.sender_id ?? 0) ?? row.sender
      const chat_name = row.chat_name === null ? null : chatName
      const text = row.message_id === null ? row.content : (quotes.texts.get(row.message_id) ?? null)
      const content = quotable(sender, text)
      const now = { ...row, sender, chat_name, content, message: withNames(row, { sender, chat_name }) }
      if (JSON.stringify(now) === JSON.stringify(row)) return []
      const saved = { ...now, known_at: quotes.seq }
      this.#save(saved)
      return [saved]
    })
    // What was taken meanwhile may be older than the answer.
    if (this.#takenFrom(room) === asked.taken) {
      this.#sql.exec(
        `INSERT INTO settled (room_id, checked) VALUES (?1, ?2)
         ON CONFLICT (room_id) DO UPDATE SET checked = max(checked, excluded.checked)`,
        room,
        quotes.seq,
      )
    }
    return changed
  }

  /** The person is not in the room any more: nothing that was said there is repeated. */
  forget(room: RoomId): NotificationRow[] {
    this.taken(room, 0)
    return this.#of(room).flatMap((row) => {
      if (row.content === null || row.message_id === null) return []
      const saved = { ...row, content: null }
      this.#save(saved)
      return [saved]
    })
  }

  #of(room: RoomId): NotificationRow[] {
    return this.#sql.exec<Row>('SELECT * FROM notifications WHERE room_id = ? ORDER BY id', room).toArray()
  }

  #checked(room: RoomId): number {
    const [row] = this.#sql.exec<{ checked: number }>('SELECT checked FROM settled WHERE room_id = ?', room).toArray()
    return row?.checked ?? 0
  }

  #takenFrom(room: RoomId): number {
    return this.#taken.get(room) ?? 0
  }
}
