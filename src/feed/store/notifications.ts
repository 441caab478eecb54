/** My notifications: synchronous queries over my own SQLite. */
import type { Announcement } from '../../actor/rpc/announcement'
import type { UnreadReport } from '../../actor/rpc/unread-room'
import {
  ERASED_NAME,
  type InviteStatus,
  inviteSubject,
  type MessageId,
  type Notification,
  type NotificationType,
  type RoomId,
  type UserId,
} from '../../protocol'
import { quotable, unreadSentence, withCount, withNames } from '../presenters/sentences'
import { Quotes } from '../usecases/quotes'
import type { NotificationRow } from './schema'
import { SpentSubjectStore } from './spent-subjects'

type Row = NotificationRow & Record<string, SqlStorageValue>

/** What became of a notification. */
export interface NotificationChange {
  kind: 'new' | 'updated' | 'removed'
  row: NotificationRow
}

/** Where a notification stands in the list: when it was, and its id. */
export type NotificationKey = [at: number, id: number]

/** Before all others. */
const FIRST: NotificationKey = [Number.MAX_SAFE_INTEGER, 0]

export class NotificationStore {
  readonly subjects: SpentSubjectStore
  readonly quotes: Quotes
  readonly #sql: SqlStorage
  /** How far each room's state has come in this life. What was sent to an earlier one is not taken; see `UnreadRoom`. */
  readonly #latest = new Map<RoomId, StateVersion>()

  constructor(sql: SqlStorage) {
    this.#sql = sql
    this.subjects = new SpentSubjectStore(sql)
    this.quotes = new Quotes(sql, (row) => this.#save(row))
  }

  get(id: number): NotificationRow | undefined {
    return this.#all('SELECT * FROM notifications WHERE id = ?', id)[0]
  }

  /** Newest first. */
  list(limit: number, offset: number, after?: NotificationKey): NotificationRow[] {
    return this.#part('', limit, offset, after)
  }

  unread(limit: number, offset: number, after?: NotificationKey): NotificationRow[] {
    return this.#part('is_read = 0 AND', limit, offset, after)
  }

  #part(which: string, limit: number, offset: number, [at, id]: NotificationKey = FIRST): NotificationRow[] {
    return this.#all(
      `SELECT * FROM notifications WHERE ${which} (at, id) < (?, ?) ORDER BY at DESC, id DESC LIMIT ? OFFSET ?`,
      at,
      id,
      limit,
      offset,
    )
  }

  unreadCount(): number {
    const [row] = this.#sql.exec<{ n: number }>('SELECT count(*) AS n FROM notifications WHERE is_read = 0').toArray()
    return row?.n ?? 0
  }

  /** Up to this message what is unread in a room has been dealt with here; 0 when nothing has. */
  dismissedTo(room: RoomId): MessageId {
    const [row] = this.#sql.exec<{ up_to: number }>('SELECT up_to FROM settled WHERE room_id = ?', room).toArray()
    return row?.up_to ?? 0
  }

  /** What was announced under this subject. */
  bySubject(subject: string): NotificationRow | undefined {
    return this.#all('SELECT * FROM notifications WHERE subject = ?', subject)[0]
  }

  /** Of an invitation back to a room, what became of it; undefined when there is none that is open. */
  answerInvite(room: RoomId, how: Exclude<InviteStatus, 'open'>, version: number): NotificationRow | undefined {
    const subject = inviteSubject(room)
    this.subjects.spend(subject, Date.now(), version)
    const row = this.bySubject(subject)
    if (row?.invitation !== 'open' || row.occasion > version) return undefined
    return this.#save({ ...row, invitation: how, is_read: 1 })
  }

  openInvites(): NotificationRow[] {
    return this.#all(`SELECT * FROM notifications WHERE invitation = 'open' ORDER BY at DESC, id DESC`)
  }

  /** What says that a message mentions me, as long as I have not read it. */
  unreadMentions(room: RoomId, message: MessageId): NotificationRow[] {
    return this.#all(
      `SELECT * FROM notifications WHERE room_id = ? AND is_read = 0 AND type = 'mention' AND message_id = ?`,
      room,
      message,
    )
  }

  /** Takes the name of somebody whose account is erased, and what they wrote, out of all notifications. */
  forgetSender(user: UserId): NotificationRow[] {
    const named = this.#all('SELECT * FROM notifications WHERE sender_id = ? AND sender IS NOT ?', user, ERASED_NAME)
    return named.map((row) => {
      const now = { sender: ERASED_NAME, chat_name: row.chat_name }
      return this.#save({ ...row, ...now, content: null, message: withNames(row, now) })
    })
  }

  /**
   * Announces something once, or brings what was announced up to date. A newer version of its subject is one more of the
   * same notification while that is unread; one that was read makes way for a new one.
   */
  add(news: Announcement, now: number): NotificationChange[] {
    const { subject, version: occasion = 0, as_of = news.version ?? news.message_id ?? 0, invitation = null } = news
    if (subject !== null && this.subjects.isSpent(subject, occasion)) return []
    const known = subject === null ? undefined : this.bySubject(subject)
    if (known && occasion <= known.occasion) return occasion < known.occasion ? [] : this.#restate(known, news, as_of)
    if (news.room_id !== null) this.quotes.taken(news.room_id, as_of)
    const said = { ...news, invitation, occasion, known_at: as_of, at: now }
    if (known?.is_read === 0) {
      return [{ kind: 'updated', row: this.#save({ ...known, ...said, count: known.count + 1 }) }]
    }
    if (known) this.#sql.exec('DELETE FROM notifications WHERE id = ?', known.id)
    const row = this.#insert({ ...said, above: 0, count: 1, is_read: 0 })
    return [...(known ? [{ kind: 'removed' as const, row: known }] : []), { kind: 'new', row }]
  }

  /** What was announced is otherwise now; an earlier state that arrives late changes nothing. */
  #restate(known: NotificationRow, news: Announcement, as_of: number): NotificationChange[] {
    if (as_of < known.known_at) return []
    const { sender, message, content, chat_name } = news
    const row = { ...known, sender, message, content, chat_name }
    const isSame = JSON.stringify(row) === JSON.stringify(known)
    if (isSame && as_of === known.known_at) return []
    if (news.room_id !== null) this.quotes.taken(news.room_id, as_of)
    this.#save({ ...row, known_at: as_of })
    return isSame ? [] : [{ kind: 'updated', row }]
  }

  /**
   * Brings the notification of a room's unread messages up to date: one that grows while it is unread. When the
   * messages have been read in the room, it and the mentions there are read too.
   * @param dealtWith how many of the unread messages have been dealt with here: those up to `settledUpTo`.
   */
  roomUnread(state: UnreadReport, dealtWith: number): NotificationChange[] {
    const known = this.#latest.get(state.room)
    if (known && isOlder(state, known)) return []
    this.#latest.set(state.room, { version: state.version, revision: state.revision })
    // All of that has been read in the room, or is gone.
    if (dealtWith === 0) this.#dismissTo(state.room, 0)
    const open = this.#openIn(state.room)
    const last = state.last_unread
    if (state.unread === 0 || !last) return open.map((row) => this.#readOf(row))
    const count = state.unread - dealtWith
    const [current] = open.filter((row) => row.type === 'new_message')
    if (count === 0) return current ? [this.#readOf(current)] : []
    // A quiet room announces nothing new, but what is announced already may shrink.
    if (state.quiet && (!current || count >= current.count)) return []
    const said = {
      sender: last.sender_name,
      sender_id: last.sender,
      message: unreadSentence(state, count),
      content: quotable(last.sender_name, last.text),
      known_at: state.version,
      chat_name: state.chat_name,
      message_id: last.id,
      count,
      // The message's own time, not that of hearing of it: rooms that are asked at once answer in any order.
      at: Date.parse(last.timestamp),
    }
    const isSame =
      current && JSON.stringify({ ...current, ...said, known_at: 0 }) === JSON.stringify({ ...current, known_at: 0 })
    if (isSame) return []
    this.quotes.taken(state.room, state.version)
    if (!current) {
      const above = this.dismissedTo(state.room)
      const row = {
        type: 'new_message',
        subject: null,
        room_id: state.room,
        is_read: 0,
        above,
        occasion: 0,
        invitation: null,
        ...said,
      }
      return [{ kind: 'new', row: this.#insert(row) }]
    }
    return [{ kind: 'updated', row: this.#save({ ...current, ...said }) }]
  }

  markRead(row: NotificationRow): NotificationRow {
    if (row.is_read === 1) return row
    this.#dismissWith(row)
    return this.#readOf(row).row
  }

  /**
   * What was dealt with is to be dealt with again, and in a room all that came after it. A room has one notification
   * that is unread: a newer one of the same room becomes part of this one.
   */
  markUnread(row: NotificationRow): { row: NotificationRow; absorbed?: NotificationRow } {
    if (row.is_read === 0) return { row }
    if (row.type !== 'new_message' || row.room_id === null) return { row: this.#save({ ...row, is_read: 0 }) }
    this.#dismissTo(row.room_id, Math.min(this.dismissedTo(row.room_id), row.above))
    const absorbed = this.#openIn(row.room_id).find(({ type }) => type === 'new_message')
    if (!absorbed) return { row: this.#save({ ...row, is_read: 0 }) }
    this.#sql.exec('DELETE FROM notifications WHERE id = ?', absorbed.id)
    const count = row.count + absorbed.count
    const message = withCount(absorbed.message, count)
    return { row: this.#save({ ...absorbed, id: row.id, count, message }), absorbed }
  }

  /** @returns those that were unread. */
  markAllRead(): NotificationRow[] {
    const unread = this.#all('SELECT * FROM notifications WHERE is_read = 0')
    return unread.map((row) => this.markRead(row))
  }

  remove(row: NotificationRow): void {
    if (row.is_read === 0) this.#dismissWith(row)
    if (row.subject !== null) this.subjects.spend(row.subject, Date.now(), row.occasion || null)
    this.#sql.exec('DELETE FROM notifications WHERE id = ?', row.id)
  }

  /** What this notification stood for is dealt with, although it is still unread in its room. */
  #dismissWith(row: NotificationRow): void {
    if (row.type !== 'new_message' || row.room_id === null) return
    this.#dismissTo(row.room_id, Math.max(this.dismissedTo(row.room_id), row.message_id ?? 0))
  }

  /** What is unread here about messages of a room, newest first. */
  #openIn(room: number): NotificationRow[] {
    return this.#all(
      `SELECT * FROM notifications WHERE room_id = ? AND is_read = 0 AND type IN ('new_message', 'mention') ORDER BY id DESC`,
      room,
    )
  }

  #readOf(row: NotificationRow): NotificationChange {
    return { kind: 'updated', row: this.#save({ ...row, is_read: 1 }) }
  }

  #dismissTo(room: RoomId, upTo: MessageId): void {
    if (upTo === this.dismissedTo(room)) return
    this.#sql.exec(
      'INSERT INTO settled (room_id, up_to) VALUES (?, ?) ON CONFLICT (room_id) DO UPDATE SET up_to = excluded.up_to',
      room,
      upTo,
    )
  }

  #insert(row: Omit<NotificationRow, 'id'>): NotificationRow {
    const { type, subject, sender, sender_id, message, content, known_at } = row
    const { chat_name, room_id, message_id, above, occasion, count, at, is_read, invitation } = row
    const [stored] = this.#all(
      `INSERT INTO notifications (type, subject, sender, sender_id, message, content, known_at, chat_name, room_id,
         message_id, above, occasion, count, at, is_read, invitation)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING *`,
      type,
      subject,
      sender,
      sender_id,
      message,
      content,
      known_at,
      chat_name,
      room_id,
      message_id,
      above,
      occasion,
      count,
      at,
      is_read,
      invitation,
    )
    return stored as NotificationRow
  }

  #save(row: NotificationRow): NotificationRow {
    this.#sql.exec(
      `UPDATE notifications SET sender = ?, sender_id = ?, message = ?, content = ?, known_at = ?, chat_name = ?, message_id = ?,
         occasion = ?, count = ?, at = ?, is_read = ?, invitation = ? WHERE id = ?`,
      row.sender,
      row.sender_id,
      row.message,
      row.content,
      row.known_at,
      row.chat_name,
      row.message_id,
      row.occasion,
      row.count,
      row.at,
      row.is_read,
      row.invitation,
      row.id,
    )
    return row
  }

  #all(query: string, ...values: SqlStorageValue[]): NotificationRow[] {
    return this.#sql.exec<Row>(query, ...values).toArray()
  }
}

type StateVersion = Pick<UnreadReport, 'version' | 'revision'>

/** By the sidebar's own count of changes: the same version of a room is told again when it was muted, named or seen. */
const isOlder = (state: StateVersion, known: StateVersion): boolean =>
  state.revision !== undefined && known.revision !== undefined
    ? state.revision < known.revision
    : state.version < known.version

/** A stored notification as the outside sees it. */
export function toNotification(row: NotificationRow): Notification {
  const { id, sender, sender_id, message, content, chat_name, room_id, message_id, count } = row
  return {
    id,
    notification_type: row.type as NotificationType,
    sender,
    sender_id,
    message,
    content,
    chat_name,
    room_id,
    message_id,
    count,
    timestamp: new Date(row.at).toISOString(),
    is_read: row.is_read === 1,
    invitation: row.invitation,
  }
}
