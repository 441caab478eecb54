/** This room's messages. Synchronous queries. */
import { columnsOf } from '../../actor/store/columns'
import type { MessageId, UserId } from '../../protocol'
import { type MessageRow, messages } from './schema'
import { MessageSearch } from './search'

const COLUMNS = columnsOf(messages)

/** A message without its seq. */
export type NewMessage = Pick<MessageRow, 'sender_id' | 'client_id' | 'content' | 'image' | 'file' | 'reply_to'> &
  Partial<Pick<MessageRow, 'image_alt' | 'mentions'>>

/** The ids of a page: strictly below `before` or strictly above `after`. */
export interface Range {
  before?: number | undefined
  after?: number | undefined
  limit: number
}

export class MessageStore {
  readonly search: MessageSearch
  readonly #sql: SqlStorage

  constructor(sql: SqlStorage) {
    this.#sql = sql
    this.search = new MessageSearch(sql)
  }

  /** Stores a message with its index entries for client_id and search: three written rows. */
  add(id: MessageId, now: number, message: NewMessage): MessageRow {
    const row: MessageRow = {
      id,
      image_alt: null,
      mentions: null,
      ...message,
      created_at: now,
      edited_at: null,
      deleted_at: null,
      changed_seq: null,
    }
    COLUMNS.insert(this.#sql, row)
    if (row.content !== null) this.search.index.add(id, row.content)
    return row
  }

  get(id: MessageId): MessageRow | undefined {
    return this.#first('FROM messages WHERE id = ?', id)
  }

  /** Messages of `ids` that have not been deleted. */
  existing(ids: MessageId[]): MessageRow[] {
    return this.#all(
      'FROM messages WHERE id IN (SELECT value FROM json_each(?)) AND deleted_at IS NULL',
      JSON.stringify(ids),
    )
  }

  /** The message that this sender has sent under this client_id. */
  byClientId(sender: UserId, clientId: string): MessageRow | undefined {
    return this.#first('FROM messages WHERE sender_id = ? AND client_id = ?', sender, clientId)
  }

  /** Newest first below `before`; oldest first above `after`. */
  page({ before, after, limit }: Range): MessageRow[] {
    return after === undefined
      ? this.#all('FROM messages WHERE id < ? ORDER BY id DESC LIMIT ?', before ?? Number.MAX_SAFE_INTEGER, limit)
      : this.#all(
          'FROM messages WHERE id > ? AND id < ? ORDER BY id LIMIT ?',
          after,
          before ?? Number.MAX_SAFE_INTEGER,
          limit,
        )
  }

  /** Messages created up to `createdBy` whose last change came after `seq`, in the order of their changes. */
  changedSince(seq: number, createdBy: number, limit: number): MessageRow[] {
    return this.#all(
      `FROM messages WHERE changed_seq > ? AND id <= ? ORDER BY changed_seq LIMIT ?`,
      seq,
      createdBy,
      limit,
    )
  }

  edit(row: MessageRow, edit: Pick<MessageRow, 'content' | 'mentions'>, seq: number, now: number): MessageRow {
    const { content, mentions } = edit
    this.#keepVersion(row, now)
    this.#sql.exec(
      'UPDATE messages SET content = ?, mentions = ?, edited_at = ?, changed_seq = ? WHERE id = ?',
      content,
      mentions,
      now,
      seq,
      row.id,
    )
    this.#reindex(row, content)
    return { ...row, content, mentions, edited_at: now, changed_seq: seq }
  }

  /** Changes the description of the image. It is no edit of the text, so it adds no version and no time. */
  setImageAlt(row: MessageRow, image_alt: string | null, seq: number): MessageRow {
    this.#sql.exec('UPDATE messages SET image_alt = ?, changed_seq = ? WHERE id = ?', image_alt, seq, row.id)
    return { ...row, image_alt, changed_seq: seq }
  }

  /** Gives a message a new seq because its reactions changed. */
  touch(row: MessageRow, seq: number): MessageRow {
    this.#sql.exec('UPDATE messages SET changed_seq = ? WHERE id = ?', seq, row.id)
    return { ...row, changed_seq: seq }
  }

  /** Makes a message a tombstone: id, sender and times stay; text, versions and attachments are deleted. */
  markDeleted(row: MessageRow, seq: number, now: number): MessageRow {
    this.#sql.exec('DELETE FROM versions WHERE message_id = ?', row.id)
    this.#sql.exec(
      `UPDATE messages SET content = NULL, mentions = NULL, image = NULL, image_alt = NULL, file = NULL, deleted_at = ?, changed_seq = ?
       WHERE id = ?`,
      now,
      seq,
      row.id,
    )
    this.#reindex(row, null)
    return { ...row, content: null, image: null, image_alt: null, file: null, deleted_at: now, changed_seq: seq }
  }

  /** Deletes all messages with the room. */
  clear(): void {
    this.#sql.exec('DELETE FROM messages')
    this.#sql.exec('DELETE FROM versions')
    this.search.index.clear()
  }

  /** Earlier texts, oldest first. */
  versions(
    id: MessageId,
    limit: number,
    after: number,
  ): { content: string | null; written_at: number; replaced_at: number }[] {
    return this.#sql
      .exec<{ content: string | null; written_at: number; replaced_at: number }>(
        `SELECT content, written_at, replaced_at FROM versions WHERE message_id = ? AND replaced_at > ?
         ORDER BY replaced_at LIMIT ?`,
        id,
        after,
        limit,
      )
      .toArray()
  }

  /** The newest message that has not been deleted. Lists show it. */
  newest(): MessageRow | undefined {
    return this.#first('FROM messages WHERE deleted_at IS NULL ORDER BY id DESC LIMIT 1')
  }

  /** The id and time of the newest message, deleted or not. */
  last(): { id: number; created_at: number } | undefined {
    return this.#first('FROM messages ORDER BY id DESC LIMIT 1')
  }

  /** The number of messages, with deleted ones. */
  count(): number {
    return this.#sql.exec<{ count: number }>('SELECT count(*) AS count FROM messages').one().count
  }

  /** The highest seq of an edit, a reaction or a deletion. */
  lastChangeSeq(): number {
    const [row] = this.#sql
      .exec<{ seq: number | null }>('SELECT max(changed_seq) AS seq FROM messages WHERE changed_seq IS NOT NULL')
      .toArray()
    return row?.seq ?? 0
  }

  /** When the newest edit or deletion was made (ms since 1970), 0 when there was none. */
  lastChangeTime(): number {
    const row = this.#first('FROM messages WHERE changed_seq IS NOT NULL ORDER BY changed_seq DESC LIMIT 1')
    return Math.max(row?.edited_at ?? 0, row?.deleted_at ?? 0)
  }

  /** The highest seq of a message whose text is not the one it was sent with. */
  lastRewriteSeq(): number {
    const [row] = this.#sql
      .exec<{ seq: number | null }>(
        'SELECT max(changed_seq) AS seq FROM messages WHERE edited_at IS NOT NULL OR deleted_at IS NOT NULL',
      )
      .toArray()
    return row?.seq ?? 0
  }

  /**
   * Number and newest id of the undeleted messages by others above `cursor` and not above `upTo`. Messages of senders whom the
   * reader has blocked do not count.
   */
  unread(reader: UserId, cursor: number, upTo = Number.MAX_SAFE_INTEGER) {
    return this.#sql
      .exec<{ count: number; newest: number | null }>(
        `SELECT count(*) AS count, max(id) AS newest FROM messages
         WHERE id > ?1 AND id <= ?2 AND sender_id <> ?3 AND deleted_at IS NULL
           AND sender_id NOT IN (SELECT blocked FROM blocks WHERE blocker = ?3)`,
        cursor,
        upTo,
        reader,
      )
      .one()
  }

  #keepVersion(row: MessageRow, now: number): void {
    this.#sql.exec(
      'INSERT OR REPLACE INTO versions (message_id, replaced_at, written_at, content) VALUES (?, ?, ?, ?)',
      row.id,
      now,
      row.edited_at ?? row.created_at,
      row.content,
    )
  }

  #reindex(row: MessageRow, content: string | null): void {
    if (row.content !== null) this.search.index.remove(row.id, row.content)
    if (content !== null) this.search.index.add(row.id, content)
  }

  #first(from: string, ...values: SqlStorageValue[]): MessageRow | undefined {
    return COLUMNS.select(this.#sql, from, ...values)[0]
  }

  #all(from: string, ...values: SqlStorageValue[]): MessageRow[] {
    return COLUMNS.select(this.#sql, from, ...values)
  }
}
