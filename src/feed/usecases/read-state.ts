/** Marks notifications read or unread, and removes them: what the owner does in the feed without reading the room. */
import { withCount } from '../presenters/sentences'
import type { DismissalStore } from '../store/dismissals'
import type { NotificationStore } from '../store/notifications'
import type { NotificationRow } from '../store/schema'
import type { SpentSubjectStore } from '../store/spent-subjects'

export class ReadState {
  readonly #notifications: NotificationStore
  readonly #dismissals: DismissalStore
  readonly #spent: SpentSubjectStore

  constructor(notifications: NotificationStore, dismissals: DismissalStore, spent: SpentSubjectStore) {
    this.#notifications = notifications
    this.#dismissals = dismissals
    this.#spent = spent
  }

  markRead(row: NotificationRow): NotificationRow {
    if (row.is_read === 1) return row
    this.#dismiss(row)
    return this.#notifications.update(row, { is_read: 1 })
  }

  /**
   * Undoes the dismissal of a room's messages from this notification on. A room has one unread notification: a newer one of
   * the same room is absorbed by this one.
   */
  markUnread(row: NotificationRow): { row: NotificationRow; absorbed?: NotificationRow } {
    if (row.is_read === 0) return { row }
    if (row.type !== 'new_message' || row.room_id === null) {
      return { row: this.#notifications.update(row, { is_read: 0 }) }
    }
    const { room_id } = row
    this.#dismissals.setDismissedTo(room_id, Math.min(this.#dismissals.dismissedTo(room_id), row.counts_after))
    const absorbed = this.#notifications.unreadAbout(room_id).find(({ type }) => type === 'new_message')
    if (!absorbed) return { row: this.#notifications.update(row, { is_read: 0 }) }
    this.#notifications.delete(absorbed.id)
    const count = row.count + absorbed.count
    const { id, counts_after } = row
    const changes = { ...absorbed, id, counts_after, count, message: withCount(absorbed.message, count) }
    return { row: this.#notifications.update(row, changes), absorbed }
  }

  /** @returns the notifications that were unread */
  markAllRead(): NotificationRow[] {
    return this.#notifications.allUnread().map((row) => this.markRead(row))
  }

  remove(row: NotificationRow, now: number): void {
    if (row.is_read === 0) this.#dismiss(row)
    if (row.subject !== null) this.#spent.add(row.subject, now, row.subject_version || null)
    this.#notifications.delete(row.id)
  }

  /** The messages of an unread notification count as dismissed, although they stay unread in their room. */
  #dismiss({ type, room_id, message_id }: NotificationRow): void {
    if (type !== 'new_message' || room_id === null) return
    this.#dismissals.setDismissedTo(room_id, Math.max(this.#dismissals.dismissedTo(room_id), message_id ?? 0))
  }
}
