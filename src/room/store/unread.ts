/** How much each member has not read: computed from the messages and the cursor, and kept only while awake. */
import type { MessageId, UserId } from '../../protocol'
import type { BlockStore } from './blocks'
import type { MemberStore } from './members'
import type { MessageStore } from './messages'
import type { MessageRow } from './schema'

/**
 * The count itself is one query. What is kept spares repeating it for each message of a burst; it holds nothing that
 * the query would not give, and is dropped on every wake and on every move of the cursor.
 */
export class UnreadCounts {
  readonly #members: MemberStore
  readonly #messages: MessageStore
  readonly #blocks: BlockStore
  readonly #kept = new Map<UserId, { count: number; newest: MessageId | null }>()

  constructor(members: MemberStore, messages: MessageStore, blocks: BlockStore) {
    this.#blocks = blocks
    this.#members = members
    this.#messages = messages
  }

  /** Undeleted messages by others above this member's read cursor. */
  of(user: UserId): number {
    return this.#of(user).count
  }

  /** The newest of these, null when there is none. */
  newestFor(user: UserId): MessageId | null {
    return this.#of(user).newest
  }

  /** How many of these are not newer than `message`. */
  upTo(user: UserId, message: MessageId): number {
    const member = this.#members.get(user)
    return member ? this.#messages.unread(user, member.read_to, message).count : 0
  }

  posted(message: MessageRow): void {
    for (const [user, { count }] of this.#keptAbout(message)) {
      this.#kept.set(user, { count: count + 1, newest: message.id })
    }
  }

  deleted(message: MessageRow): void {
    for (const [user, { count, newest }] of this.#keptAbout(message)) {
      if (message.id === newest) this.forget(user)
      else this.#kept.set(user, { count: count - 1, newest })
    }
  }

  /** The cursor or the membership changed: count anew when asked. */
  forget(user: UserId): void {
    this.#kept.delete(user)
  }

  #of(user: UserId): { count: number; newest: MessageId | null } {
    const kept = this.#kept.get(user)
    if (kept) return kept
    const member = this.#members.get(user)
    const unread = member ? this.#messages.unread(user, member.read_to) : { count: 0, newest: null }
    this.#kept.set(user, unread)
    return unread
  }

  /** Of those for whom this message is unread. */
  #keptAbout({ id, sender_id }: MessageRow) {
    return [...this.#kept].filter(([user]) => {
      const member = this.#members.get(user)
      return member !== undefined && user !== sender_id && id > member.read_to && !this.#blocks.has(user, sender_id)
    })
  }
}
