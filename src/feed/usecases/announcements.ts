/** Turns announcements into notifications: each subject once, or once more for a later version. */
import type { Announcement } from '../../actor/rpc/announcement'
import { type InviteStatus, inviteSubject, type RoomId } from '../../protocol'
import type { NotificationChange, NotificationStore } from '../store/notifications'
import type { NotificationRow } from '../store/schema'
import type { SpentSubjectStore } from '../store/spent-subjects'
import type { Quotes } from './quotes'

export class Announcements {
  readonly #notifications: NotificationStore
  readonly #spent: SpentSubjectStore
  readonly #quotes: Quotes

  constructor(notifications: NotificationStore, spent: SpentSubjectStore, quotes: Quotes) {
    this.#notifications = notifications
    this.#spent = spent
    this.#quotes = quotes
  }

  /**
   * Makes a notification, or updates the one of the same subject. A later version of an unread subject adds to its count;
   * a later version of a read subject replaces the notification by a new one.
   */
  add(announcement: Announcement, now: number): NotificationChange[] {
    const { type, subject, room_id, message_id, version = 0, invitation = null } = announcement
    const as_of = announcement.as_of ?? announcement.version ?? message_id ?? 0
    if (subject !== null && this.#spent.has(subject, version)) return []
    const known = subject === null ? undefined : this.#notifications.bySubject(subject)
    if (known && version <= known.subject_version) {
      return version < known.subject_version ? [] : this.#restate(known, announcement, as_of)
    }
    if (room_id !== null) this.#quotes.onStored(room_id, as_of)
    const { sender, sender_id, message, content, chat_name } = announcement
    const quote = { sender, sender_id, message, content, chat_name, message_id, as_of }
    const changes = { ...quote, subject_version: version, at: now, invitation }
    if (known?.is_read === 0) {
      const row = this.#notifications.update(known, { ...changes, count: known.count + 1 })
      return [{ kind: 'updated', row }]
    }
    if (known) this.#notifications.delete(known.id)
    const row = { type, subject, room_id, ...changes, counts_after: 0, count: 1, is_read: 0 }
    const added: NotificationChange = { kind: 'new', row: this.#notifications.insert(row) }
    return known ? [{ kind: 'removed', row: known }, added] : [added]
  }

  /** The answer to an invite. @returns its notification if it was open, and not of a later version */
  answerInvite(
    room: RoomId,
    status: Exclude<InviteStatus, 'open'>,
    version: number,
    now: number,
  ): NotificationRow | undefined {
    const subject = inviteSubject(room)
    this.#spent.add(subject, now, version)
    const row = this.#notifications.bySubject(subject)
    if (row?.invitation !== 'open' || row.subject_version > version) return undefined
    return this.#notifications.update(row, { invitation: status, is_read: 1 })
  }

  /** The same version of a subject with other texts; an older state that arrives late changes nothing. */
  #restate(known: NotificationRow, announcement: Announcement, as_of: number): NotificationChange[] {
    if (as_of < known.as_of) return []
    const { sender, message, content, chat_name, room_id } = announcement
    const row = { ...known, sender, message, content, chat_name }
    const isSame = JSON.stringify(row) === JSON.stringify(known)
    if (isSame && as_of === known.as_of) return []
    if (room_id !== null) this.#quotes.onStored(room_id, as_of)
    const updated = this.#notifications.update(known, { sender, message, content, chat_name, as_of })
    return isSame ? [] : [{ kind: 'updated', row: updated }]
  }
}
