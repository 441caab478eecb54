/** What the room list and the notifications have in common: a socket that begins with a first page, older ones by REST. */
import { Connection, type Frame, type Network } from './connection'
import type { ChatEvents } from './events'
import type { Api } from './http'
import type { CloseReason, ConnectionState } from './state'
import { type Emitter, type Readable, Store } from './store'

/** What a list has from the client it belongs to. */
export interface ListHost {
  network: Network
  api: Api
  emit: Emitter<ChatEvents>['emit']
  /** Called after each change of the connection's state. */
  changed(): void
}

/** What every list shows besides its items. */
export interface ListSnapshot {
  /** Whether there are more further down: see `loadOlder`. */
  readonly hasOlder: boolean
  readonly loading: boolean
  readonly connection: ConnectionState
}

export abstract class LiveList<S extends ListSnapshot> implements Readable<S> {
  protected readonly host: ListHost
  protected readonly store = new Store<S>(() => this.snapshot(this.#loading !== undefined || !this.#isSettled()))
  readonly getSnapshot = this.store.getSnapshot
  readonly #connection: Connection
  #loaded = false
  #loading: Promise<boolean> | undefined

  /** `socket` is the path below `/ws`, `rest` the one below `/api`. */
  constructor(host: ListHost, socket: string, rest: string) {
    this.host = host
    this.#connection = new Connection(host.network, {
      path: () => `/ws/${socket}/?batch=1`,
      receive: (frame) => {
        this.hear(frame)
        this.store.changed()
      },
      changed: () => {
        this.store.changed()
        host.changed()
      },
      probe: () => host.api.get(rest, { limit: 1 }),
    })
  }

  protected abstract snapshot(loading: boolean): S
  protected abstract hear(frame: Frame): void
  protected abstract more(): Promise<boolean>
  protected abstract empty(): void

  /** Also opens it, when nobody has. */
  readonly subscribe = (listener: (snapshot: S) => void): (() => void) => {
    if (this.connection.status === 'closed') this.open()
    return this.store.subscribe(listener)
  }

  get connection(): ConnectionState {
    return this.#connection.state
  }

  open(): void {
    this.#connection.open()
  }

  close(reason?: CloseReason): void {
    this.#connection.close(reason)
  }

  /** Forgets everything: somebody else may sign in. */
  clear(): void {
    this.#loaded = false
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

  /** The first page is there. */
  protected greeted(): void {
    this.#loaded = true
    this.#connection.greeted()
  }

  #isSettled(): boolean {
    return this.#loaded || this.connection.status === 'closed'
  }
}
