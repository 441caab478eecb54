/** What the room list and the notifications have in common: a socket that begins with a first page, older ones by REST. */
import { Connection, type Frame } from '../connection/connection'
import type { ConnectionState } from '../connection/state'
import type { Host } from '../host'
import type { Part } from '../http/api'
import { type Readable, Store } from '../store'

/** What every list shows besides its items. */
export interface ListSnapshot {
  /** Whether there are more further down: see `loadOlder`. */
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
  /** Whether the first page has come. */
  #loaded = false
  #loading: Promise<boolean> | undefined
  /** How many items there were when the list last began anew: as many are shown again. */
  #targetSize = 0
  /** Frames that came while a page was asked for, which may be older than they are; none while none is. */
  #buffered: Frame[] | undefined

  /** `socket` is the path below `/ws`, `rest` the one below `/api`. */
  constructor(host: Host, socket: string, rest: string) {
    super(host.network)
    this.host = host
    this.#socketName = socket
    this.#restPath = rest
  }

  protected abstract snapshot(loading: boolean): S
  /** Changes the list by a frame. @returns whether it begins the list anew */
  protected abstract apply(frame: Frame): boolean
  /** Says what a frame was about, once. */
  protected abstract emit(frame: Frame): void
  /** Loads the next page, by `page`. */
  protected abstract loadPage(): Promise<void>
  /** How many items are loaded, and whether there are more. */
  protected abstract extent(): [size: number, hasOlder: boolean]
  protected abstract reset(): void

  /** Also opens it, when nobody has. */
  readonly subscribe = (listener: (snapshot: S) => void): (() => void) => {
    if (this.state.status === 'closed') this.open()
    return this.store.subscribe(listener)
  }

  /** Forgets everything: somebody else may sign in. */
  clear(): void {
    this.#loaded = false
    this.reset()
    this.store.changed()
  }

  /** Loads further down. @returns whether there are more */
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

  /** Asks for a page, and takes it over unless the list has begun anew meanwhile. */
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

  /** The first page is there, and is all that is known: what was loaded further down is loaded once more. */
  #onFirstPage(before: number): void {
    const [size, hasOlder] = this.extent()
    this.#buffered = undefined
    this.#loaded = true
    this.#targetSize = hasOlder && size < before ? before : 0
    this.synced()
    // What cannot be loaded now is not shown: it may be otherwise by now.
    if (this.#targetSize) this.loadOlder().catch(() => undefined)
  }

  #isLoading(): boolean {
    return !!this.#loading || (!this.#loaded && this.state.status !== 'closed')
  }
}
