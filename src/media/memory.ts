/** A pool of memory for uploads: an isolate has 128 MB for everything, and serves many users at once. */
import { ChatError } from '../protocol'

interface Waiting {
  bytes: number
  admit: () => void
}

/** An upload that has reserved memory. */
export interface MemoryHolder {
  /** Bytes of its body that have arrived. */
  received(): number
  /** Ends the upload, which then releases its memory. */
  end(reason: ChatError): void
}

interface Reserved {
  bytes: number
  /** In milliseconds since 1970. */
  since: number
  holder: MemoryHolder
}

/**
 * Reserves bytes in the order of requests. While a request waits, the slowest upload may be ended: otherwise clients that
 * announce a large body and send it byte by byte would block all other uploads.
 */
export class MemoryPool {
  #free: number
  readonly #waiting: Waiting[] = []
  readonly #held = new Set<Reserved>()

  constructor(bytes: number) {
    this.#free = bytes
  }

  /**
   * Waits until `bytes` are free, at most `patience` milliseconds; the client's sending waits too. After half of that, the
   * slowest upload is ended if it would take longer than `patience` at its speed.
   * @returns a function that releases the bytes, to be called once
   * @throws {ChatError} `unavailable` after `patience`
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
      // Cleared here because a timer belongs to the request that set it.
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
