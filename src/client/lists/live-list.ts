/** A list: a socket that sends the first page and changes, and older pages by REST. */
import { Connection, type Frame } from '../connection/connection'
import { type ConnectionState, isOpening } from '../connection/state'
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

/** The next page: its path, and the function that adds it. */
export type NextPage = [path: string, take: (page: Part<never>) => void]

/** The items of a list. */
export interface ListItems<S extends ListSnapshot> {
  /** Applies a frame. @returns true if the frame is a first page */
  apply(frame: never): boolean
  /** Emits the event of a frame. */
  emit(frame: never): void
  next(): NextPage
  /** The number of loaded items, and whether there are more. */
  extent(): [size: number, hasOlder: boolean]
  reset(): void
  snapshot(): Omit<S, 'loading' | 'connection'>
}

/** What a list needs of its client, and gives to its items. */
export interface ListHost extends Pick<Host, 'emit'> {
  /** Notifies subscribers. */
  changed(): void
}

export class LiveList<S extends ListSnapshot> extends Connection implements Readable<S> {
  readonly #host: Host
  readonly #items: ListItems<S>
  readonly #store = new Store<S>(() => this.#snapshot(), this.onWatched)
  readonly getSnapshot = this.#store.getSnapshot
  /** Calls back now and after changes. The list is open while it has subscribers. */
  readonly subscribe = this.#store.subscribe
  readonly #name: string
  /** True after the first page. */
  #loaded = false
  #loading: Promise<boolean> | undefined
  /** The number of items before the list started again from its first page: it loads as many again. */
  #targetSize = 0
  /** Frames that arrived since a page was requested, because the page may be older than they are. Undefined without a request. */
  #buffered: Frame[] | undefined

  /** `name` is the path of the socket below `/ws`. */
  constructor(host: Host, name: string, items: (host: ListHost) => ListItems<S>) {
    super(host.network)
    this.#host = host
    this.#name = name
    this.#items = items({ emit: host.emit, changed: () => this.#store.changed() })
  }

  /** Removes all data, because another user may sign in. @internal */
  clear(): void {
    this.#loaded = false
    this.#items.reset()
    this.#store.changed()
  }

  /** Loads the next older page. @returns true if there are more */
  loadOlder(): Promise<boolean> {
    this.#loading ??= this.#load().finally(() => {
      this.#targetSize = 0
      this.#buffered = this.#loading = undefined
      this.#store.changed()
    })
    this.#store.changed()
    return this.#loading
  }

  async #load(): Promise<boolean> {
    const [before] = this.#items.extent()
    for (;;) {
      const [size, hasOlder] = this.#items.extent()
      if (!hasOlder || (size > before && size >= this.#targetSize)) return hasOlder
      await this.#loadPage(...this.#items.next())
    }
  }

  /** Requests a page and applies it, unless the list has started again from its first page. */
  async #loadPage(...[path, take]: NextPage): Promise<void> {
    const heard: Frame[] = []
    this.#buffered = heard
    const page = await this.#host.api.list<never>(path)
    if (this.#buffered !== heard) return
    this.#buffered = undefined
    take(page)
    for (const frame of heard) this.#items.apply(frame as never)
  }

  protected override path(): string {
    return `/ws/${this.#name}/?batch=1`
  }

  protected override prepare(upgradeRefused: boolean): unknown {
    return upgradeRefused && this.#host.api.get('/profile/')
  }

  protected override receive(frame: Frame): void {
    this.#buffered?.push(frame)
    const [before] = this.#items.extent()
    const isFirstPage = this.#items.apply(frame as never)
    this.#items.emit(frame as never)
    if (isFirstPage) this.#onFirstPage(Math.max(before, this.#targetSize))
    this.#store.changed()
    this.#host.changed()
  }

  protected override changed(state: ConnectionState): void {
    this.#store.changed()
    this.#host.changed(state)
  }

  /** Runs after a first page, which replaces all items: loads the older pages again. */
  #onFirstPage(before: number): void {
    const [size, hasOlder] = this.#items.extent()
    this.#buffered = undefined
    this.#loaded = true
    this.#targetSize = hasOlder && size < before ? before : 0
    this.synced()
    // A failure leaves the older pages out, because they may have changed.
    if (this.#targetSize) this.loadOlder().catch(() => undefined)
  }

  #snapshot(): S {
    const loading = !!this.#loading || (!this.#loaded && isOpening(this.state))
    return { ...this.#items.snapshot(), loading, connection: this.state } as unknown as S
  }
}
