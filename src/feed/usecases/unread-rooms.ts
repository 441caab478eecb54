/** Keeps one notification for the unread messages of each room: it grows while it is unread. */
import type { UnreadReport } from '../../actor/rpc/unread-room'
import type { RoomId } from '../../protocol'
import { quotable, unreadSentence } from '../presenters/sentences'
import type { DismissalStore } from '../store/dismissals'
import type { NotificationChange, NotificationStore } from '../store/notifications'
import type { NotificationRow } from '../store/schema'
import type { Quotes } from './quotes'

export class UnreadRooms {
  readonly #notifications: NotificationStore
  readonly #dismissals: DismissalStore
  readonly #quotes: Quotes
  /** The revision of each room's newest report in this instance; see `UnreadReport`. */
  readonly #revisions = new Map<RoomId, number>()

  constructor(notifications: NotificationStore, dismissals: DismissalStore, quotes: Quotes) {
    this.#notifications = notifications
    this.#dismissals = dismissals
    this.#quotes = quotes
  }

  /**
   * Brings the notification of a room's unread messages up to date. Once the messages are read in the room, it and the
   * room's mentions are read too.
   * @param dismissed how many of the unread messages are dismissed
   */
  apply(report: UnreadReport, dismissed: number): NotificationChange[] {
    const { room, version, revision, last_unread: last, chat_name } = report
    if (revision < (this.#revisions.get(room) ?? 0)) return []
    this.#revisions.set(room, revision)
    // Every dismissed message was read in the room, or deleted.
    if (dismissed === 0) this.#dismissals.setDismissedTo(room, 0)
    const unread = this.#notifications.unreadAbout(room)
    if (report.unread === 0 || !last) return unread.map((row) => this.#read(row))
    const count = report.unread - dismissed
    const current = unread.find((row) => row.type === 'new_message')
    if (count === 0) return current ? [this.#read(current)] : []
    // A quiet room announces nothing new, but the count of an existing notification may fall.
    if (report.quiet && (!current || count >= current.count)) return []
    const quote = {
      sender: last.sender_name,
      sender_id: last.sender,
      message: unreadSentence(report, count),
      content: quotable(last.sender_name, last.text),
      chat_name,
      message_id: last.id,
      count,
      // The message's own time: rooms that are refreshed together report in any order.
      at: Date.parse(last.timestamp),
    }
    if (current && JSON.stringify({ ...current, ...quote }) === JSON.stringify(current)) return []
    this.#quotes.onStored(room, version)
    if (current) {
      return [{ kind: 'updated', row: this.#notifications.update(current, { ...quote, as_of: version }) }]
    }
    const row = this.#notifications.insert({
      ...quote,
      type: 'new_message',
      subject: null,
      room_id: room,
      is_read: 0,
      as_of: version,
      counts_after: this.#dismissals.dismissedTo(room),
      subject_version: 0,
      invitation: null,
    })
    return [{ kind: 'new', row }]
  }

  #read(row: NotificationRow): NotificationChange {
    return { kind: 'updated', row: this.#notifications.update(row, { is_read: 1 }) }
  }
}
