/** Promises by name, for whoever waits for something that comes by another way than it went. */
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

  /** What `settle` will give this name. */
  wait(name: string): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#waiting.set(name, [...(this.#waiting.get(name) ?? []), { resolve, reject }])
    })
  }

  /** An error fails those who wait; nobody may be waiting. */
  resolve(name: string, outcome: T | ChatError): void {
    for (const { resolve, reject } of this.#waiting.get(name) ?? []) {
      if (outcome instanceof ChatError) reject(outcome)
      else resolve(outcome)
    }
    this.#waiting.delete(name)
  }
}
