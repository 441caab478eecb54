/** Promises by key, for answers that arrive apart from their requests. */
import { ChatError } from '../error'

interface Waiter<T> {
  resolve(value: T): void
  reject(error: ChatError): void
}

export class Waiters<T> {
  readonly #waiting = new Map<string, Waiter<T>[]>()

  get keys(): string[] {
    return [...this.#waiting.keys()]
  }

  /** Resolves or rejects with the outcome that `resolve` gets for this key. */
  wait(name: string): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#waiting.set(name, [...(this.#waiting.get(name) ?? []), { resolve, reject }])
    })
  }

  /** Ends all waits for a key. A `ChatError` rejects them. Does nothing if there are none. */
  resolve(name: string, outcome: T | ChatError): void {
    for (const { resolve, reject } of this.#waiting.get(name) ?? []) {
      if (outcome instanceof ChatError) reject(outcome)
      else resolve(outcome)
    }
    this.#waiting.delete(name)
  }
}
