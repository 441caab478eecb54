/** Keeps the quotes in notifications current: texts of messages, names of their senders, names of rooms. */
import type { RoomQuotes } from '../../actor/rpc/room-quotes'
import { ERASED_NAME, type MessageId, type RoomId, type UserId } from '../../protocol'
import { quotable, withNames } from '../presenters/sentences'
import type { DismissalStore } from '../store/dismissals'
import type { NotificationStore } from '../store/notifications'
import type { NotificationRow } from '../store/schema'

/** A request to a room for what notifications quote of it. */
export interface QuotesRequest {
  messages: MessageId[]
  people: UserId[]
  /** How many quotes of the room had been stored when the request was made. */
  stored: number
}

export class Quotes {
  readonly #notifications: NotificationStore
  readonly #dismissals: DismissalStore
  /** How many quotes of each room this instance has stored. */
  readonly #stored = new Map<RoomId, number>()
  /** The name that each room was last reported with. */
  readonly #roomNames = new Map<RoomId, string>()

  constructor(notifications: NotificationStore, dismissals: DismissalStore) {
    this.#notifications = notifications
    this.#dismissals = dismissals
  }

  /** A notification quotes the room as it was at `version`: no quote is known to be more current than that. */
  onStored(room: RoomId, version: number): void {
    this.#stored.set(room, this.#storedOf(room) + 1)
    this.#dismissals.lowerQuotesAsOf(room, version)
  }

  /**
   * @param changed the room's seq when a text was last edited or deleted
   * @returns the request to the room, or null when all quotes are current
   */
  request(room: RoomId, changed: number, chatName: string): QuotesRequest | null {
    const isCurrent = changed <= this.#dismissals.quotesAsOf(room)
    if (isCurrent && this.#roomNames.get(room) === chatName) return null
    const rows = this.#notifications.about(room)
    const isRenamed = rows.some(({ chat_name }) => chat_name !== null && chat_name !== chatName)
    this.#roomNames.set(room, chatName)
    if (rows.length === 0 || (isCurrent && !isRenamed)) return null
    const messages = [...new Set(rows.flatMap(({ message_id }) => message_id ?? []))]
    const people = [...new Set(rows.flatMap(({ sender_id }) => sender_id ?? []))]
    return { messages, people, stored: this.#storedOf(room) }
  }

  /** Stores the room's answer. @returns the notifications that changed */
  apply(room: RoomId, chatName: string, request: QuotesRequest, quotes: RoomQuotes): NotificationRow[] {
    const changed = this.#notifications.about(room).flatMap((row) => {
      // Announced anew after the request, it may quote a later state.
      if (row.as_of > quotes.seq) return []
      const wasRequested = row.message_id === null || request.messages.includes(row.message_id)
      if (!wasRequested) return []
      const sender = quotes.names.get(row.sender_id ?? 0) ?? row.sender
      const chat_name = row.chat_name === null ? null : chatName
      const text = row.message_id === null ? row.content : (quotes.texts.get(row.message_id) ?? null)
      const content = quotable(sender, text)
      const message = withNames(row, { sender, chat_name })
      const now = { ...row, sender, chat_name, content, message }
      if (JSON.stringify(now) === JSON.stringify(row)) return []
      return [this.#notifications.update(row, { sender, chat_name, content, message, as_of: quotes.seq })]
    })
    // A quote that was stored during the request may be older than the answer.
    if (this.#storedOf(room) === request.stored) this.#dismissals.raiseQuotesAsOf(room, quotes.seq)
    return changed
  }

  /** The owner left the room: its texts are removed. @returns the notifications that changed */
  forgetRoom(room: RoomId): NotificationRow[] {
    this.onStored(room, 0)
    return this.#notifications
      .about(room)
      .filter((row) => row.content !== null && row.message_id !== null)
      .map((row) => this.#notifications.update(row, { content: null }))
  }

  /** Removes an erased user's name and texts. @returns the notifications that changed */
  forgetSender(user: UserId): NotificationRow[] {
    return this.#notifications.naming(user).map((row) => {
      const message = withNames(row, { sender: ERASED_NAME, chat_name: row.chat_name })
      return this.#notifications.update(row, { sender: ERASED_NAME, content: null, message })
    })
  }

  #storedOf(room: RoomId): number {
    return this.#stored.get(room) ?? 0
  }
}
