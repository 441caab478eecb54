/** The base of the room list and the notifications: a socket that sends the first page, and older pages by REST. */
import { Connection, type Frame } from '../connection/connection'
import type { ConnectionState } from '../connection/state'
import type { Host } from '../host'
import type { Part } from '../http/api'
import { type Readable, Store } from '../store'

/** The part of a snapshot that every list has. */
export interface ListSnapshot {
  /** True if `loadOlder` can load more. */
  readonly hasOlder: boolean
  readonly loading: boolean
  readonly connection: ConnectionState
}

export abstract class LiveList<S extends ListSnapshot> extends Connection implements Readable<S> {
  declare protected readonly host: Host
  protected readonly store = new Store<S>(() => this.snapshot(this.#isLoading()))
  readonly getSnapshot = this.store.getSnapshot
  readonly #socketName: string
  readonly #restPath: string
  /** True after the first page. */
  #loaded = false
  #loading: Promise<boolean> | undefined
  /** The number of items before the list started again from its first page: it loads as many again. */
  #targetSize = 0
  /** Frames that arrived since a page was requested, because the page may be older than they are. Undefined without a request. */
  #buffered: Frame[] | undefined

  /** `socket` is the path below `/ws`, `rest` the path below `/api`. */
  constructor(host: Host, socket: string, rest: string) {
    super(host.network)
    this.host = host
    this.#socketName = socket
    this.#restPath = rest
  }

  protected abstract snapshot(loading: boolean): S
  /** Applies a frame to the list. @returns true if the frame is a first page */
  protected abstract apply(frame: Frame): boolean
  /** Emits the event of a frame. */
  protected abstract emit(frame: Frame): void
  /** Loads the next page, by `fetchPage`. */
  protected abstract loadPage(): Promise<void>
  /** The number of loaded items, and whether there are more. */
  protected abstract extent(): [size: number, hasOlder: boolean]
  protected abstract reset(): void

  /** Subscribes, and opens the list if it is closed. */
  readonly subscribe = (listener: (snapshot: S) => void): (() => void) => {
    if (this.state.status === 'closed' || this.state.status === 'idle') this.open()
    return this.store.subscribe(listener)
  }

  /** Removes all data, because another user may sign in. */
  clear(): void {
    this.#loaded = false
    this.reset()
    this.store.changed()
  }

  /** Loads the next older page. @returns true if there are more */
  loadOlder(): Promise<boolean> {
    this.#loading ??= this.#load().finally(() => {
      this.#targetSize = 0
      this.#buffered = this.#loading = undefined
      this.changed()
    })
    this.changed()
    return this.#loading
  }

  async #load(): Promise<boolean> {
    const [before] = this.extent()
    for (;;) {
      const [size, hasOlder] = this.extent()
      if (!hasOlder || (size > before && size >= this.#targetSize)) return hasOlder
      await this.loadPage()
    }
  }

  /** Requests a page and applies it, unless the list has started again from its first page. */
  protected async fetchPage<T>(path: string, take: (page: Part<T>) => void): Promise<void> {
    const heard: Frame[] = []
    this.#buffered = heard
    const page = await this.host.api.list<T>(path)
    if (this.#buffered !== heard) return
    this.#buffered = undefined
    take(page)
    for (const frame of heard) this.apply(frame)
  }

  protected override path(): string {
    return `/ws/${this.#socketName}/?batch=1`
  }

  protected override probe(): Promise<unknown> {
    return this.host.api.get(this.#restPath, { limit: 1 })
  }

  protected override receive(frame: Frame): void {
    this.#buffered?.push(frame)
    const [before] = this.extent()
    const isGreeting = this.apply(frame)
    this.emit(frame)
    if (isGreeting) this.#onFirstPage(Math.max(before, this.#targetSize))
    this.changed()
  }

  protected override changed(): void {
    this.store.changed()
    this.host.changed()
  }

  /** Runs after a first page, which replaces all items: loads the older pages again. */
  #onFirstPage(before: number): void {
    const [size, hasOlder] = this.extent()
    this.#buffered = undefined
    this.#loaded = true
    this.#targetSize = hasOlder && size < before ? before : 0
    this.synced()
    // A failure leaves the older pages out, because they may have changed.
    if (this.#targetSize) this.loadOlder().catch(() => undefined)
  }

  #isLoading(): boolean {
    return !!this.#loading || (!this.#loaded && this.state.status !== 'closed' && this.state.status !== 'idle')
  }
}
