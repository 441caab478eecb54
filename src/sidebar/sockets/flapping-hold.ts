/**
 * Delays the upgrades of a flapping client, which closes each list right after opening it, and opens the next, all day.
 * It reads at best the frames that arrive with the answer to its upgrade. So the sidebar answers when the list changes:
 * the client sees a change at once, with a tenth of the upgrades.
 */
import { BOUNDS, TIMES } from '../../config'

export class FlappingHold {
  /** When connections closed that were open for less than `TIMES.flapClose`, in milliseconds since 1970. */
  #closings: number[] = []
  /** Upgrades that were answered since the list changed. */
  #answered = 0
  readonly #waiting = new Set<() => void>()

  /** @param answeredAt when the upgrade of the closed connection was answered, in milliseconds since 1970 */
  closed(answeredAt: number | undefined): void {
    const now = Date.now()
    if (answeredAt === undefined || now - answeredAt > TIMES.flapClose) return
    const recent = this.#closings.filter((at) => at > now - TIMES.flapMemory)
    this.#closings = [...recent, now].slice(-BOUNDS.flappingOpenings - 1)
  }

  /** The list changed: delayed upgrades are answered. */
  changed(): void {
    this.#answered = 0
    for (const go of [...this.#waiting]) go()
  }

  /**
   * Resolves when an upgrade may be answered: at once for a client that does not flap.
   * @param hasChanged the list changed recently: a flapping client misses most answers, so it gets several at once
   * @param greeted resolves when the whole greeting has been sent to a flapping client
   */
  async turn(hasChanged: boolean, greeted: Promise<void>): Promise<void> {
    if (this.isFlapping) {
      const hasMore = hasChanged && this.#answered < BOUNDS.flapAnswers
      const pause = hasMore ? 0 : hasChanged ? TIMES.flapPause : TIMES.flapHold
      let timer: ReturnType<typeof setTimeout> | undefined
      const limit = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, TIMES.flapHold)
      })
      await Promise.race([Promise.all([greeted, this.#change(pause)]), limit])
      // A pending timer keeps the actor in memory.
      clearTimeout(timer)
    }
    this.#answered += 1
  }

  /** Whether a client closes each list within `TIMES.flapClose` of opening it. */
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
