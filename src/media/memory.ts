/** The memory that uploads may take together: an isolate has 128 MB for everything, and serves many people at once. */
import { ChatError } from '../protocol'

interface Waiting {
  bytes: number
  admit: () => void
}

/** An upload that holds memory, as the reservations that wait see it. */
export interface MemoryHolder {
  /** Bytes of its body that have come so far. */
  received(): number
  /** Ends it, so that it gives its memory back. */
  end(reason: ChatError): void
}

interface Reserved {
  bytes: number
  /** In milliseconds since 1970. */
  since: number
  holder: MemoryHolder
}

/**
 * Hands out bytes of a fixed budget, in the order of asking. While a reservation waits, a holder that is too slow is
 * ended: clients that announce a large body and send it byte by byte would otherwise keep all other uploads waiting.
 */
export class MemoryPool {
  #free: number
  readonly #waiting: Waiting[] = []
  readonly #held = new Set<Reserved>()

  constructor(bytes: number) {
    this.#free = bytes
  }

  /**
   * Waits until `bytes` are free, at most `patience` milliseconds. The client's sending waits along. After half of that
   * the slowest holder is ended, if its upload would take longer than `patience` at its speed.
   * @returns a function that gives them back, to be called once.
   * @throws {ChatError} `unavailable` when it takes too long
   */
  async reserve(bytes: number, patience: number, holder?: MemoryHolder): Promise<() => void> {
    if (this.#waiting.length > 0 || bytes > this.#free) await this.#turn(bytes, patience)
    else this.#free -= bytes
    const held = holder && { bytes, since: Date.now(), holder }
    if (held) this.#held.add(held)
    return () => {
      if (held) this.#held.delete(held)
      this.#free += bytes
      this.#admit()
    }
  }

  async #turn(bytes: number, patience: number): Promise<void> {
    let timers: ReturnType<typeof setTimeout>[] = []
    const turn = new Promise<void>((admit, reject) => {
      const mine = { bytes, admit }
      this.#waiting.push(mine)
      const giveUp = () => {
        const index = this.#waiting.indexOf(mine)
        if (index < 0) return
        this.#waiting.splice(index, 1)
        reject(tryAgain(patience))
        this.#admit()
      }
      timers = [setTimeout(() => this.#endSlowest(patience), patience / 2), setTimeout(giveUp, patience)]
    })
    try {
      await turn
    } finally {
      // Here and not where others give bytes back: a timer belongs to the request that set it.
      for (const timer of timers) clearTimeout(timer)
    }
  }

  #endSlowest(patience: number): void {
    const now = Date.now()
    const speed = ({ since, holder }: Reserved) => holder.received() / Math.max(1, now - since)
    const slow = [...this.#held].filter(
      (each) => now - each.since >= patience / 2 && speed(each) < each.bytes / patience,
    )
    const [slowest] = slow.toSorted((a, b) => speed(a) / a.bytes - speed(b) / b.bytes)
    slowest?.holder.end(tryAgain(patience))
  }

  #admit(): void {
    for (let next = this.#waiting[0]; next && next.bytes <= this.#free; next = this.#waiting[0]) {
      this.#waiting.shift()
      this.#free -= next.bytes
      next.admit()
    }
  }
}

const tryAgain = (patience: number) => new ChatError('unavailable', { retryAfter: Math.ceil(patience / 1_000) })
