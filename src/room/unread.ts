/** How much each member has not read: computed from the messages and the cursor, and kept only while awake. */
import type { UserId } from '../protocol'
import type { Members } from './members'
import type { Messages } from './messages'
import type { MessageRow } from './schema'

/**
 * The count itself is one query. What is kept spares repeating it for each message of a burst; it holds nothing that
 * the query would not give, and is dropped on every wake and on every move of the cursor.
 */
export class Unread {
  readonly #members: Members
  readonly #messages: Messages
  readonly #counts = new Map<UserId, number>()

  constructor(members: Members, messages: Messages) {
    this.#members = members
    this.#messages = messages
  }

  /** Undeleted messages by others above this member's read cursor. */
  of(user: UserId): number {
    const kept = this.#counts.get(user)
    if (kept !== undefined) return kept
    const member = this.#members.get(user)
    const count = member ? this.#messages.unread(user, member.read_to) : 0
    this.#counts.set(user, count)
    return count
  }

  posted(message: MessageRow): void {
    this.#shift(message, 1)
  }

  deleted(message: MessageRow): void {
    this.#shift(message, -1)
  }

  /** The cursor or the membership changed: count anew when asked. */
  forget(user: UserId): void {
    this.#counts.delete(user)
  }

  #shift(message: MessageRow, by: 1 | -1): void {
    for (const [user, count] of this.#counts) {
      const member = this.#members.get(user)
      if (member && user !== message.sender_id && message.id > member.read_to) this.#counts.set(user, count + by)
    }
  }
}
