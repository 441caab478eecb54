/** Read and delivered cursors: each moves forward only, and is written at most about once a second per person. */
import { TIMES } from '../../config'
import type { UserId } from '../../protocol'

/** How far one person has come. */
export interface CursorMove {
  read?: number
  delivered?: number
}

/**
 * Holds back moves that follow too soon after a written one. What is held back has not been confirmed to anybody, and
 * is written before the actor can hibernate: a pending timer keeps it awake.
 */
export class CursorWriter {
  readonly #write: (user: UserId, move: CursorMove) => void
  readonly #writtenAt = new Map<UserId, number>()
  readonly #held = new Map<UserId, CursorMove>()
  #timer: ReturnType<typeof setTimeout> | undefined

  /** `write` stores and announces a move; it is called synchronously. */
  constructor(write: (user: UserId, move: CursorMove) => void) {
    this.#write = write
  }

  /** Moves a cursor now or within `TIMES.cursorWrite`. */
  move(user: UserId, move: CursorMove): void {
    const held = this.#held.get(user)
    const merged = held ? furthest(held, move) : move
    const wait = (this.#writtenAt.get(user) ?? 0) + TIMES.cursorWrite - Date.now()
    if (wait <= 0) this.moveNow(user, merged)
    else {
      this.#held.set(user, merged)
      this.#timer ??= setTimeout(() => this.flush(), wait)
    }
  }

  /** Moves a cursor at once: for answers that promise it. */
  moveNow(user: UserId, move: CursorMove): void {
    const held = this.#held.get(user)
    this.#held.delete(user)
    this.#writtenAt.set(user, Date.now())
    this.#write(user, held ? furthest(held, move) : move)
  }

  /** Writes whatever is held back. */
  flush(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    for (const [user, move] of [...this.#held]) this.moveNow(user, move)
    this.#forgetOld()
  }

  #forgetOld(): void {
    const past = Date.now() - TIMES.cursorWrite
    for (const [user, at] of this.#writtenAt) if (at <= past) this.#writtenAt.delete(user)
  }
}

function furthest(a: CursorMove, b: CursorMove): CursorMove {
  return { read: Math.max(a.read ?? 0, b.read ?? 0), delivered: Math.max(a.delivered ?? 0, b.delivered ?? 0) }
}
