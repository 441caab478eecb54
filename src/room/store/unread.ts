/** The unread count of each member, computed from messages and cursor and cached in memory. */
import type { MessageId, UserId } from '../../protocol'
import type { BlockStore } from './blocks'
import type { MemberStore } from './members'
import type { MessageStore } from './messages'
import type { MessageRow } from './schema'

/**
 * A count is one query. The cache saves repeating it for each message of a burst. It is dropped on every wake and on every
 * move of the cursor, so it never differs from the query.
 */
export class UnreadCounts {
  readonly #members: MemberStore
  readonly #messages: MessageStore
  readonly #blocks: BlockStore
  readonly #cache = new Map<UserId, { count: number; newest: MessageId | null }>()

  constructor(members: MemberStore, messages: MessageStore, blocks: BlockStore) {
    this.#blocks = blocks
    this.#members = members
    this.#messages = messages
  }

  /** Undeleted messages by others above this member's read cursor. */
  of(user: UserId): number {
    return this.#of(user).count
  }

  /** The newest unread message; null when there is none. */
  newestFor(user: UserId): MessageId | null {
    return this.#of(user).newest
  }

  /** The number of unread messages that are not newer than `message`. */
  upTo(user: UserId, message: MessageId): number {
    const member = this.#members.get(user)
    return member ? this.#messages.unread(user, member.read_to, message).count : 0
  }

  posted(message: MessageRow): void {
    for (const [user, { count }] of this.#cachedFor(message)) {
      this.#cache.set(user, { count: count + 1, newest: message.id })
    }
  }

  deleted(message: MessageRow): void {
    for (const [user, { count, newest }] of this.#cachedFor(message)) {
      if (message.id === newest) this.forget(user)
      else this.#cache.set(user, { count: count - 1, newest })
    }
  }

  /** Drops a cached count after the cursor or the membership changed. */
  forget(user: UserId): void {
    this.#cache.delete(user)
  }

  #of(user: UserId): { count: number; newest: MessageId | null } {
    const cached = this.#cache.get(user)
    if (cached) return cached
    const member = this.#members.get(user)
    const unread = member ? this.#messages.unread(user, member.read_to) : { count: 0, newest: null }
    this.#cache.set(user, unread)
    return unread
  }

  /** The cached counts of members for whom this message is unread. */
  #cachedFor({ id, sender_id }: MessageRow) {
    return [...this.#cache].filter(([user]) => {
      const member = this.#members.get(user)
      return member !== undefined && user !== sender_id && id > member.read_to && !this.#blocks.has(user, sender_id)
    })
  }
}
