/** The memory that uploads may take together: an isolate has 128 MB for everything, and serves many people at once. */
import { ChatError } from '../protocol'

interface Waiting {
  bytes: number
  admit: () => void
}

/** Hands out bytes of a fixed budget, in the order of asking. */
export class Memory {
  #free: number
  readonly #waiting: Waiting[] = []

  constructor(bytes: number) {
    this.#free = bytes
  }

  /**
   * Waits until `bytes` are free, at most `patience` milliseconds. The client's sending waits along.
   * @returns a function that gives them back, to be called once.
   * @throws {ChatError} `unavailable` when it takes too long
   */
  async reserve(bytes: number, patience: number): Promise<() => void> {
    if (this.#waiting.length > 0 || bytes > this.#free) await this.#turn(bytes, patience)
    else this.#free -= bytes
    return () => {
      this.#free += bytes
      this.#admit()
    }
  }

  async #turn(bytes: number, patience: number): Promise<void> {
    let timer: ReturnType<typeof setTimeout> | undefined
    const turn = new Promise<void>((admit, reject) => {
      const mine = { bytes, admit }
      this.#waiting.push(mine)
      timer = setTimeout(() => {
        const place = this.#waiting.indexOf(mine)
        if (place < 0) return
        this.#waiting.splice(place, 1)
        reject(new ChatError('unavailable', { retryAfter: Math.ceil(patience / 1_000) }))
        this.#admit()
      }, patience)
    })
    try {
      await turn
    } finally {
      // Here and not where others give bytes back: a timer belongs to the request that set it.
      clearTimeout(timer)
    }
  }

  #admit(): void {
    for (let next = this.#waiting[0]; next && next.bytes <= this.#free; next = this.#waiting[0]) {
      this.#waiting.shift()
      this.#free -= next.bytes
      next.admit()
    }
  }
}
