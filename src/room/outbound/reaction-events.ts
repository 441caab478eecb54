/** Coalesces the events of messages that many people react to. */
import { TIMES } from '../../config'
import type { MessageId } from '../../protocol'
import type { MessageRow } from '../store/schema'

/**
 * Each event of a message with hundreds of reactions lists them all. So a message's first reaction is published at once, and
 * later ones at most once in `TIMES.reactionPush`, as the message is then. Pending events leave before any newer event: a
 * client that has received a seq has received everything before it.
 */
export class ReactionEvents {
  readonly #publish: (row: MessageRow) => void
  readonly #publishedAt = new Map<MessageId, number>()
  readonly #pending = new Map<MessageId, MessageRow>()
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(publish: (row: MessageRow) => void) {
    this.#publish = publish
  }

  /** Publishes a message whose reactions changed, now or with the next flush. */
  add(row: MessageRow): void {
    const since = Date.now() - (this.#publishedAt.get(row.id) ?? 0)
    // Inserted anew, so that pending messages stay in the order of their seqs.
    this.#pending.delete(row.id)
    this.#pending.set(row.id, row)
    if (since >= TIMES.reactionPush) this.flush()
    else this.#timer ??= setTimeout(() => this.flush(), TIMES.reactionPush - since)
  }

  /** Publishes pending messages. To be called before a newer event is published. */
  flush(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (this.#pending.size === 0) return
    const now = Date.now()
    for (const [id, at] of this.#publishedAt) if (at + TIMES.reactionPush <= now) this.#publishedAt.delete(id)
    const pending = [...this.#pending.values()]
    this.#pending.clear()
    for (const row of pending) {
      this.#publishedAt.set(row.id, now)
      this.#publish(row)
    }
  }
}
