/** The mentions of messages. They are stored with the text, so that later renaming does not change them. */
import { mentionsIn } from '../../markdown'
import { LIMITS, type Mention, type UserId } from '../../protocol'
import type { MemberStore } from '../store/members'
import type { MessageRow } from '../store/schema'

/** A mention in the text. The username is omitted when the text has it in the same form. */
type StoredMention = [id: UserId, start: number, length: number, username?: string]

export class Mentions {
  readonly #members: MemberStore

  constructor(members: MemberStore) {
    this.#members = members
  }

  /** The column `mentions` for a text; null when the text has no @. */
  storedFor(content: string | null): string | null {
    if (content === null || !/[@＠]/.test(content)) return null
    const stored = this.#find(content).map(({ id, username, start, length }): StoredMention => {
      return content.slice(start + 1, start + length) === username ? [id, start, length] : [id, start, length, username]
    })
    return JSON.stringify(stored)
  }

  /** The mentions of a message. A message of an earlier release without the column is read with the present usernames. */
  of({ content, mentions }: Pick<MessageRow, 'content' | 'mentions'>): Mention[] {
    if (content === null) return []
    if (mentions === null) return /[@＠]/.test(content) ? this.#find(content) : []
    return (JSON.parse(mentions) as StoredMention[]).map(([id, start, length, username]) => ({
      id,
      username: username ?? content.slice(start + 1, start + length),
      start,
      length,
    }))
  }

  #find(content: string): Mention[] {
    const names = this.#members.byName()
    return mentionsIn(content, (key) => names.get(key), LIMITS.mentionsPerMessage).map(({ start, length, named }) => ({
      id: named.user_id,
      username: named.username,
      start,
      length,
    }))
  }
}
