/** Who reacted to which message with what: kept, and told at most a few times a second for each message. */
import type { Caller } from '../../actor/rpc/caller'
import { LIMITS, TIMES } from '../../config'
import { type MessageId, type Reaction, type Refused, refuse, toEmoji, type UserId } from '../../protocol'
import type { RoomContext } from '../context'
import type { MessageRow, ReactionRow } from '../store/schema'

type Row = ReactionRow & Record<string, SqlStorageValue>

const qualified = (emoji: string): string => toEmoji(emoji) ?? emoji

/** What is stored of reactions: synchronous queries over the room's own SQLite. */
export class ReactionStore {
  readonly #sql: SqlStorage

  constructor(sql: SqlStorage) {
    this.#sql = sql
  }

  /**
   * Emoji in the order in which they were first given, and with each the people in theirs. Forms of one emoji that are
   * kept from before they were made one count as one. A message that has not
   * changed since it was sent has none: that costs no query.
   */
  of({ id, changed_seq, deleted_at }: Pick<MessageRow, 'id' | 'changed_seq' | 'deleted_at'>): Reaction[] {
    if (changed_seq === null || deleted_at !== null) return []
    const people = new Map<string, Set<UserId>>()
    const rows = this.#sql.exec<Row>('SELECT * FROM reactions WHERE message_id = ? ORDER BY seq', id)
    for (const { emoji, user_id } of rows) {
      const given = people.get(qualified(emoji))
      if (given) given.add(user_id)
      else people.set(qualified(emoji), new Set([user_id]))
    }
    return [...people].map(([emoji, ids]) => ({ emoji, count: ids.size, user_ids: [...ids] }))
  }

  add(message_id: MessageId, emoji: string, user_id: UserId, seq: number): void {
    this.#sql.exec(
      'INSERT INTO reactions (message_id, emoji, user_id, seq) VALUES (?, ?, ?, ?)',
      message_id,
      emoji,
      user_id,
      seq,
    )
  }

  /** Takes a reaction back, in every form in which it is kept. */
  remove(message: MessageId, emoji: string, user: UserId): void {
    const rows = this.#sql.exec<Row>('SELECT * FROM reactions WHERE message_id = ? AND user_id = ?', message, user)
    for (const { emoji: form } of rows.toArray()) {
      if (qualified(form) !== emoji) continue
      this.#sql.exec('DELETE FROM reactions WHERE message_id = ? AND emoji = ? AND user_id = ?', message, form, user)
    }
  }

  /** A message is deleted, and with it what people made of it. */
  removeAll(message: MessageId): void {
    this.#sql.exec('DELETE FROM reactions WHERE message_id = ?', message)
  }

  /** Takes back everything that a person ever gave. @returns the messages that had it */
  removeOf(user: UserId): MessageId[] {
    const messages = this.#sql
      .exec<{ message_id: number }>('SELECT DISTINCT message_id FROM reactions WHERE user_id = ? ORDER BY 1', user)
      .toArray()
    this.#sql.exec('DELETE FROM reactions WHERE user_id = ?', user)
    return messages.map(({ message_id }) => message_id)
  }

  clear(): void {
    this.#sql.exec('DELETE FROM reactions')
  }
}

/** Reacting to messages. A reaction is no edit: it wakes nobody, counts as unread nowhere, and notifies nobody. */
export class Reactions {
  readonly #context: RoomContext

  constructor(context: RoomContext) {
    this.#context = context
  }

  /** Whether somebody has given a reaction already, or has none to take back. */
  isRepeat(caller: Caller, id: MessageId, emoji: string, given: boolean): boolean {
    const found = this.#context.find(caller, id)
    if ('refused' in found) return false
    const present = this.#context.reactions.of(found.row)
    return present.some((each) => each.emoji === emoji && each.user_ids.includes(caller.id)) === given
  }

  /** Gives a reaction (`given`) or takes it back; what is so already stays, and is no event. */
  set(caller: Caller, id: MessageId, emoji: string, given: boolean): MessageRow | Refused {
    const found = this.#context.find(caller, id)
    if ('refused' in found) return found
    const { row } = found
    const refused = this.#refusal(row)
    if (refused) return refused
    const { reactions, messages, timeline } = this.#context
    const present = reactions.of(row)
    const isGiven = present.some((each) => each.emoji === emoji && each.user_ids.includes(caller.id))
    if (isGiven === given) return row
    const tooMany = given && this.#tooMany(present, emoji, caller.id)
    if (tooMany) return tooMany
    const seq = timeline.next()
    if (given) reactions.add(id, emoji, caller.id, seq)
    else reactions.remove(id, emoji, caller.id)
    const changed = messages.touch(row, seq)
    this.#context.reactionFrames.add(changed)
    return changed
  }

  /** Somebody's account is erased: what they gave goes. */
  erase(user: UserId): void {
    const { reactions, messages, timeline, reactionFrames: changes } = this.#context
    for (const id of reactions.removeOf(user)) {
      const row = messages.get(id)
      if (row) changes.add(messages.touch(row, timeline.next()))
    }
  }

  /** As with a message: nobody reacts to what is gone, nor to somebody who is, nor across a block. */
  #refusal(row: MessageRow): Refused | null {
    if (row.deleted_at !== null) return refuse('message_deleted')
    if (this.#context.isAbandoned) return refuse('account_erased')
    return this.#context.isBlocked ? refuse('blocked') : null
  }

  #tooMany(present: Reaction[], emoji: string, user: UserId): Refused | null {
    const isNew = present.every((each) => each.emoji !== emoji)
    if (isNew && present.length >= LIMITS.reactionsPerMessage) return refuse('too_many_reactions')
    const mine = present.filter(({ user_ids }) => user_ids.includes(user)).length
    if (mine < LIMITS.reactionsPerPerson) return null
    return refuse('too_many_reactions', `At most ${LIMITS.reactionsPerPerson} reactions of one person to a message.`)
  }
}

/**
 * Tells of messages that people react to. A message that hundreds react to at once grows with each of them, so it is
 * told at once the first time and then at most once in `TIMES.reactionPush`, as it is then. What is held back leaves
 * before anything newer does: whoever has seen a seq has been told everything before it.
 */
export class ReactionFrames {
  readonly #tell: (row: MessageRow) => void
  readonly #told = new Map<MessageId, number>()
  readonly #held = new Map<MessageId, MessageRow>()
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(tell: (row: MessageRow) => void) {
    this.#tell = tell
  }

  add(row: MessageRow): void {
    const now = Date.now()
    const since = now - (this.#told.get(row.id) ?? 0)
    // Re-inserted, so that what is held stays in the order of its seq.
    this.#held.delete(row.id)
    this.#held.set(row.id, row)
    if (since >= TIMES.reactionPush) this.flush()
    else this.#timer ??= setTimeout(() => this.flush(), TIMES.reactionPush - since)
  }

  /** Sends what is held back. To be called before anything newer is told. */
  flush(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (this.#held.size === 0) return
    const now = Date.now()
    for (const [id, at] of this.#told) if (at + TIMES.reactionPush <= now) this.#told.delete(id)
    const held = [...this.#held.values()]
    this.#held.clear()
    for (const row of held) {
      this.#told.set(row.id, now)
      this.#tell(row)
    }
  }
}
