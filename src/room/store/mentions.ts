/** Whom messages mention: found when a message is written, and kept with it, so that later names do not change it. */
import { mentionsIn } from '../../markdown'
import { LIMITS, type Mention, type UserId } from '../../protocol'
import type { MemberStore } from '../store/members'
import type { MessageRow } from '../store/schema'

/** Who, and where. The username is left out where it is what stands there. */
type StoredMention = [id: UserId, start: number, length: number, username?: string]

export class Mentions {
  readonly #members: MemberStore

  constructor(members: MemberStore) {
    this.#members = members
  }

  /** What is kept with a message of this text; null where nobody can be mentioned. */
  storedFor(content: string | null): string | null {
    if (content === null || !/[@＠]/.test(content)) return null
    const stored = this.#find(content).map(({ id, username, start, length }): StoredMention => {
      return content.slice(start + 1, start + length) === username ? [id, start, length] : [id, start, length, username]
    })
    return JSON.stringify(stored)
  }

  /** The mentions of a message. Of one that was written before they were kept: those by the names of today. */
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
