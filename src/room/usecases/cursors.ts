/** Coalesces cursor moves: each member's cursors are written at most about once in `TIMES.cursorWrite`. */
import { TIMES } from '../../config'
import type { UserId } from '../../protocol'

/** The messages to which one member's cursors move. */
export interface CursorMove {
  read?: number
  delivered?: number
}

/**
 * A pending move has not been confirmed to anybody. It is written before the actor can hibernate, because its timer keeps the
 * actor awake.
 */
export class CursorWriter {
  readonly #write: (user: UserId, move: CursorMove) => void
  readonly #writtenAt = new Map<UserId, number>()
  readonly #pending = new Map<UserId, CursorMove>()
  #timer: ReturnType<typeof setTimeout> | undefined

  /** `write` stores and publishes a move. It is called synchronously. */
  constructor(write: (user: UserId, move: CursorMove) => void) {
    this.#write = write
  }

  /** Writes a move now or within `TIMES.cursorWrite`. */
  move(user: UserId, move: CursorMove): void {
    const merged = this.#merged(user, move)
    const wait = (this.#writtenAt.get(user) ?? 0) + TIMES.cursorWrite - Date.now()
    if (wait <= 0) this.moveNow(user, merged)
    else {
      this.#pending.set(user, merged)
      this.#timer ??= setTimeout(() => this.#flush(), wait)
    }
  }

  /** Writes a move at once, for commands whose answer promises it. */
  moveNow(user: UserId, move: CursorMove): void {
    const merged = this.#merged(user, move)
    this.#pending.delete(user)
    this.#writtenAt.set(user, Date.now())
    this.#write(user, merged)
  }

  #merged(user: UserId, move: CursorMove): CursorMove {
    const pending = this.#pending.get(user)
    if (!pending) return move
    return {
      read: Math.max(pending.read ?? 0, move.read ?? 0),
      delivered: Math.max(pending.delivered ?? 0, move.delivered ?? 0),
    }
  }

  #flush(): void {
    this.#timer = undefined
    for (const [user, move] of [...this.#pending]) this.moveNow(user, move)
    const past = Date.now() - TIMES.cursorWrite
    for (const [user, at] of this.#writtenAt) if (at <= past) this.#writtenAt.delete(user)
  }
}
