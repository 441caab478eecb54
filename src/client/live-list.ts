/** What the room list and the notifications have in common: a socket that begins with a first page, older ones by REST. */
import { Connection, type Frame } from './connection'
import type { Host } from './host'
import type { ConnectionState } from './state'
import { type Readable, Store } from './store'

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
  readonly #socket: string
  readonly #rest: string
  /** Whether the first page has come. */
  protected loaded = false
  #loading: Promise<boolean> | undefined

  /** `socket` is the path below `/ws`, `rest` the one below `/api`. */
  constructor(host: Host, socket: string, rest: string) {
    super(host.network)
    this.host = host
    this.#socket = socket
    this.#rest = rest
  }

  protected abstract snapshot(loading: boolean): S
  protected abstract hear(frame: Frame): void
  protected abstract more(): Promise<boolean>
  protected abstract empty(): void

  /** Also opens it, when nobody has. */
  readonly subscribe = (listener: (snapshot: S) => void): (() => void) => {
    if (this.state.status === 'closed') this.open()
    return this.store.subscribe(listener)
  }

  /** Forgets everything: somebody else may sign in. */
  clear(): void {
    this.loaded = false
    this.empty()
    this.store.changed()
  }

  /** Loads further down. @returns whether there are more */
  loadOlder(): Promise<boolean> {
    this.#loading ??= this.more().finally(() => {
      this.#loading = undefined
      this.store.changed()
    })
    this.store.changed()
    return this.#loading
  }

  protected override path(): string {
    return `/ws/${this.#socket}/?batch=1`
  }

  protected override probe(): Promise<unknown> {
    return this.host.api.get(this.#rest, { limit: 1 })
  }

  protected override receive(frame: Frame): void {
    this.hear(frame)
    this.store.changed()
  }

  protected override changed(): void {
    this.store.changed()
    this.host.changed()
  }

  /** The first page is there. */
  protected override greeted(): void {
    this.loaded = true
    super.greeted()
  }

  #isLoading(): boolean {
    return this.#loading !== undefined || (!this.loaded && this.state.status !== 'closed')
  }
}
