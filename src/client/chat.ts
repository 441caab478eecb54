/** The client: one for each server and user. */
import { Auth } from './account/auth'
import { HostTokens } from './account/host-tokens'
import { SuppliedTokens } from './account/supplied-tokens'
import { type ConnectionState, combinedState, isOpening, NOT_OPENED } from './connection/state'
import { type ChatStorage, defaultStorage, type Fetch, type WebSocketClass } from './environment'
import { ChatError } from './error'
import type { ChatEvents } from './events'
import type { Host } from './host'
import { Api } from './http/api'
import { type ListHost, type ListItems, type ListSnapshot, LiveList } from './lists/live-list'
import { type RoomList, RoomListItems } from './lists/room-list'
import type { Profile, Sender } from './model'
import type { Uploads } from './room/attachments'
import { Room } from './room/room'
import type { Offline } from './room/unsent'
import { Persisted } from './storage'
import { Emitter, type Readable, Store } from './store'

export interface ChatOptions {
  /** The server's origin: `https://chat.example.com`. */
  url: string
  /**
   * Supplies an access token if your own server signs people in. Called when there is no token, before it ends, and when the server
   * refuses it. Leave it out to sign in with `chat.auth`.
   */
  getToken?: () => string | Promise<string>
  /** Supplies a token of your product for the signed-in person, which the server exchanges for a session of its own. */
  identify?: () => string | Promise<string>
  /** With `identify`: your product's id of the person. A stored session of this person is used without a call of `identify`. */
  userId?: string
  /** Stores sessions and unsent messages. The default is `localStorage` if there is one. */
  storage?: ChatStorage
  fetch?: Fetch
  /** Keeps unsent messages for after a reload: `offline` of `parlour/offline`. */
  offline?: Offline
  /** Sends images and files: `uploads` of `parlour/uploads`. */
  uploads?: Uploads
  WebSocket?: WebSocketClass
  /** Called with errors that no call can throw: of connections, which retry, and of the storage. */
  onError?: (error: ChatError) => void
}

const NOBODY: Sender = { id: 0, username: '', fullName: '', profilePic: null, isBot: false }

export class Chat {
  declare readonly api: Api
  declare readonly auth: Auth
  declare readonly roomList: RoomList
  readonly #host: Host
  readonly #events = new Emitter<ChatEvents>()
  readonly #lists = new Map<string, LiveList<never>>()
  /** All rooms that the application may hold, so that an id always has the same object. */
  readonly #rooms = new Map<number, WeakRef<Room>>()
  readonly #used = new Set<Room>()
  readonly #connection = new Store<ConnectionState>(() => this.#combinedState())
  #me: Sender = NOBODY
  #emittedState = NOT_OPENED

  constructor(options: ChatOptions) {
    const { getToken, identify, onError = () => undefined } = options
    const url = String(options.url).replace(/\/+$/, '')
    if (!/^https?:\/\/[^/?#]+$/.test(url)) throw new ChatError('bad_url')
    const storage = new Persisted(options.storage ?? defaultStorage(), onError)
    const key = `parlour:${url}`
    const auth = new Auth(`${key}:session`, storage, () => this.api)
    this.auth = auth
    const credentials = getToken
      ? new SuppliedTokens(
          getToken,
          (user) => auth.show(user),
          () => this.api.get<Profile>('/profile/'),
        )
      : identify
        ? new HostTokens(auth, identify, options.userId, (body) => auth.post('/token/exchange/', body))
        : auth
    // The global `fetch` at the time of each call; browsers refuse to run it as a method of another object.
    const fetch: Fetch = options.fetch ?? ((input, init) => globalThis.fetch(input, init))
    this.api = new Api(url, fetch, credentials)
    this.#host = {
      network: {
        socketUrl: url.replace(/^http/, 'ws'),
        WebSocket: options.WebSocket ?? (globalThis.WebSocket as unknown as WebSocketClass | undefined),
        credentials,
      },
      api: this.api,
      unsent: options.offline?.(storage, () => (this.#me.id ? `${key}:unsent:${this.#me.id}` : undefined)),
      uploads: options.uploads,
      me: () => this.#me,
      emit: (name, event) => this.#events.emit(name, event),
      changed: (state) => {
        if (state && 'error' in state && state.error) onError(state.error)
        this.#connectionChanged()
      },
      used: (room) => void (room.isInUse ? this.#used.add(room as Room) : this.#used.delete(room as Room)),
      listed: (id) => (this.roomList.state.status === 'online' ? items.find(id) : undefined),
    }
    let items!: RoomListItems
    this.roomList = this.list('sidebar', (host) => {
      items = new RoomListItems(host)
      return items
    })
    auth.subscribe((user) => this.#setUser(user))
  }

  /** One state for all open connections, for a banner. */
  get connection(): Readable<ConnectionState> {
    return this.#connection
  }

  /** A room: always the same object for the same id. It sends no request before it is opened or used. */
  room(id: number): Room {
    let room = this.#rooms.get(id)?.deref()
    if (!room) {
      room = new Room(id, this.#host)
      this.#rooms.set(id, new WeakRef(room))
    }
    return room
  }

  /** Listens to events of all rooms and lists. @returns a function that stops listening */
  on<Name extends keyof ChatEvents>(name: Name, listener: (event: ChatEvents[Name]) => void): () => void {
    return this.#events.on(name, listener)
  }

  /** Opens the room list and other lists that were asked for, and ends waits before reconnecting. */
  connect(): void {
    for (const list of this.#lists.values()) list.open()
    for (const room of this.#used) room.reconnect()
  }

  /** Closes every connection. Loaded data stays. */
  close(): void {
    for (const list of this.#lists.values()) list.close()
    for (const room of this.#used) room.close()
  }

  /** A list of another entry: one for each name. @internal */
  list<S extends ListSnapshot>(name: string, items: (host: ListHost) => ListItems<S>): LiveList<S> {
    const list = (this.#lists.get(name) as LiveList<S> | undefined) ?? new LiveList(this.#host, name, items)
    this.#lists.set(name, list as never)
    return list
  }

  /** Runs after a sign-in or sign-out, in this or another tab. */
  #setUser(who: Sender | null): void {
    const before = this.#me.id
    this.#me = who ?? NOBODY
    const { id } = this.#me
    if (id === before) return
    if (before !== 0) this.#clear()
    if (id === 0) return
    const { unsent } = this.#host
    const resume = () => {
      if (this.#me.id !== id) return
      for (const id of unsent?.rooms() ?? []) this.room(id)
      for (const ref of this.#rooms.values()) ref.deref()?.resume()
      for (const list of this.#lists.values()) list.reopen()
    }
    const loaded = unsent?.load()
    if (loaded) void loaded.then(resume)
    else resume()
  }

  /** Removes all data of a user from memory before the next one signs in. */
  #clear(): void {
    for (const ref of this.#rooms.values()) ref.deref()?.dispose()
    for (const list of this.#lists.values()) {
      if (isOpening(list.state)) list.close('signed-out')
      list.clear()
    }
  }

  #connectionChanged(): void {
    this.#connection.changed()
    for (const room of this.#used) room.redraw()
    const state = this.#combinedState()
    if (state === this.#emittedState) return
    this.#emittedState = state
    this.#events.emit('connection.changed', { state })
  }

  #combinedState(): ConnectionState {
    return combinedState([
      ...[...this.#lists.values()].map(({ state }) => state),
      ...[...this.#used].map((room) => room.connection),
    ])
  }
}
