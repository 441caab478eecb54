/** Reactions by message, emoji and user. Synchronous queries. */
import { columnsOf } from '../../actor/store/columns'
import { type MessageId, type Reaction, toEmoji, type UserId } from '../../protocol'
import { type MessageRow, type ReactionRow, reactions } from './schema'

const COLUMNS = columnsOf(reactions)

/** The fully qualified form of an emoji, under which all its forms count as one. */
const qualified = (emoji: string): string => toEmoji(emoji) ?? emoji

export class ReactionStore {
  readonly #sql: SqlStorage

  constructor(sql: SqlStorage) {
    this.#sql = sql
  }

  /**
   * Reactions of a message: emoji in the order in which they were first given, and with each emoji its users in the same
   * order. Rows of earlier releases may hold two forms of one emoji; they count as one. A message without `changed_seq` has
   * no reactions, which saves the query.
   */
  of({ id, changed_seq, deleted_at }: Pick<MessageRow, 'id' | 'changed_seq' | 'deleted_at'>): Reaction[] {
    if (changed_seq === null || deleted_at !== null) return []
    const people = new Map<string, Set<UserId>>()
    const rows = COLUMNS.select(this.#sql, 'FROM reactions WHERE message_id = ? ORDER BY seq', id)
    for (const { emoji, user_id } of rows) {
      const given = people.get(qualified(emoji))
      if (given) given.add(user_id)
      else people.set(qualified(emoji), new Set([user_id]))
    }
    return [...people].map(([emoji, ids]) => ({ emoji, count: ids.size, user_ids: [...ids] }))
  }

  add(row: ReactionRow): void {
    COLUMNS.insert(this.#sql, row)
  }

  /** Removes a reaction in every form of its emoji. */
  remove(message: MessageId, emoji: string, user: UserId): void {
    const rows = COLUMNS.select(this.#sql, 'FROM reactions WHERE message_id = ? AND user_id = ?', message, user)
    for (const { emoji: form } of rows) {
      if (qualified(form) !== emoji) continue
      this.#sql.exec('DELETE FROM reactions WHERE message_id = ? AND emoji = ? AND user_id = ?', message, form, user)
    }
  }

  /** Removes the reactions of a deleted message. */
  removeAll(message: MessageId): void {
    this.#sql.exec('DELETE FROM reactions WHERE message_id = ?', message)
  }

  /** Removes every reaction of a user. @returns the messages that had one */
  removeOf(user: UserId): MessageId[] {
    const messages = this.#sql
      .exec<{ message_id: number }>('SELECT DISTINCT message_id FROM reactions WHERE user_id = ? ORDER BY 1', user)
      .toArray()
    this.#sql.exec('DELETE FROM reactions WHERE user_id = ?', user)
    return messages.map(({ message_id }) => message_id)
  }

  clear(): void {
    this.#sql.exec('DELETE FROM reactions')
  }
}
