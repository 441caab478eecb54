/**
 * Holds the upgrades of a client that closes each list right after opening it, and opens the next, all day. Such a client
 * reads at best the frames that arrive with the answer to its upgrade. So the sidebar answers when the list changes: the
 * client is told at once, with a tenth of the upgrades.
 */
import { BOUNDS, TIMES } from '../../config'

export class FlappingHold {
  /** When lists closed that were open for a moment only, in milliseconds since 1970. */
  #closings: number[] = []
  /** Upgrades that were answered since the list last changed. */
  #answered = 0
  readonly #waiting = new Set<() => void>()

  /** A list closes whose upgrade was answered at `answeredAt` (ms since 1970). */
  closed(answeredAt: number | undefined): void {
    const now = Date.now()
    if (answeredAt === undefined || now - answeredAt > TIMES.flapClose) return
    const lately = this.#closings.filter((at) => at > now - TIMES.flapMemory)
    this.#closings = [...lately, now].slice(-BOUNDS.flappingOpenings - 1)
  }

  /** The list has changed: held upgrades are answered. */
  changed(): void {
    this.#answered = 0
    for (const go of [...this.#waiting]) go()
  }

  /**
   * Resolves when an upgrade may be answered: at once for every other client. A flapping one is first sent the whole greeting
   * (`greeted`). With a recent change (`hasNews`) it gets several answers at once, because it misses most of them.
   */
  async turn(hasNews: boolean, greeted: Promise<void>): Promise<void> {
    if (this.isFlapping) {
      const hasMore = hasNews && this.#answered < BOUNDS.flapAnswers
      const pause = hasMore ? 0 : hasNews ? TIMES.flapPause : TIMES.flapHold
      const limit = new Promise<void>((resolve) => setTimeout(resolve, TIMES.flapHold))
      await Promise.race([Promise.all([greeted, this.#change(pause)]), limit])
    }
    this.#answered += 1
  }

  get isFlapping(): boolean {
    const first = this.#closings.at(-BOUNDS.flappingOpenings - 1)
    return first !== undefined && first > Date.now() - TIMES.flapMemory
  }

  /** Resolves when the list changes, or after so many milliseconds. */
  #change(limit: number): Promise<void> {
    if (limit === 0) return Promise.resolve()
    return new Promise((resolve) => {
      const go = () => {
        clearTimeout(timer)
        this.#waiting.delete(go)
        resolve()
      }
      const timer = setTimeout(go, limit)
      this.#waiting.add(go)
    })
  }
}
