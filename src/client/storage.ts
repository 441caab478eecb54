/** What survives a reload: the session and unsent messages. */
import { fromWire, toWire } from './dialect'
import type { ChatStorage } from './environment'
import { ChatError } from './error'

const isPromise = (value: unknown): value is Promise<string | null> =>
  !!(value as Partial<Promise<string | null>> | null | undefined)?.then

/**
 * Values in a storage that may be asynchronous, full, forbidden, spoilt or absent. A value that the storage does not take, or that
 * an asynchronous storage has not written yet, is kept in memory. Stored values have the names of the wire.
 */
export class Persisted {
  readonly #storage: ChatStorage | undefined
  readonly #report: (error: ChatError) => void
  /** Texts by key, in place of those of the storage. */
  readonly #texts = new Map<string, string | null>()
  readonly #loads = new Map<string, Promise<void>>()

  constructor(storage: ChatStorage | undefined, report: (error: ChatError) => void) {
    this.#storage = storage
    this.#report = report
  }

  /** Reads a key of an asynchronous storage: `get` knows it afterwards. Undefined for any other storage. */
  load(key: string): Promise<void> | undefined {
    const known = this.#loads.get(key)
    const text = known ? undefined : this.#read(key)
    if (!isPromise(text)) return known
    const loaded = text.then(
      (kept) => void (this.#texts.has(key) || this.#texts.set(key, kept)),
      (cause) => this.#fail(cause),
    )
    this.#loads.set(key, loaded)
    return loaded
  }

  text(key: string): string | null {
    const text = this.#texts.get(key) ?? (this.#texts.has(key) ? null : this.#read(key))
    return typeof text === 'string' ? text : null
  }

  /** Undefined if there is no value, or one that cannot be read. */
  get<T>(key: string): T | undefined {
    try {
      return fromWire<T | null>(JSON.parse(this.text(key) ?? 'null')) ?? undefined
    } catch {
      return
    }
  }

  set(key: string, value: object): void {
    this.write(key, JSON.stringify(toWire(value)))
  }

  /** Null removes the key. */
  write(key: string, text: string | null): void {
    this.#texts.set(key, text)
    try {
      const done: unknown = text === null ? this.#storage?.removeItem(key) : this.#storage?.setItem(key, text)
      if (isPromise(done)) done.catch((cause) => this.#fail(cause))
      // Other tabs write it too.
      else if (this.#storage && !this.#loads.has(key)) this.#texts.delete(key)
    } catch (cause) {
      this.#fail(cause)
    }
  }

  #read(key: string): string | null | Promise<string | null> | undefined {
    try {
      return this.#storage?.getItem(key)
    } catch (cause) {
      this.#fail(cause)
      return
    }
  }

  #fail(cause: unknown): void {
    this.#report(new ChatError('storage_failed', undefined, { cause }))
  }
}
