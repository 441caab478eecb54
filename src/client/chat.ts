/** The client: one for each server and user. */

import { Auth } from './account/auth'
import { claimsOf, Session, SuppliedTokens, type Tokens } from './account/session'
import { type ConnectionState, combinedState } from './connection/state'
import { type ChatStorage, defaultStorage, type Fetch, type UploadRequest, type WebSocketClass } from './environment'
import type { ChatEvents } from './events'
import type { Host } from './host'
import { Api, type Pages } from './http/api'
import { type Uploaded, uploadFile } from './http/upload'
import { Notifications } from './lists/notifications'
import { RoomList } from './lists/room-list'
import type { FoundMessage } from './model'
import { Room } from './room/room'
import { UnsentMessages } from './room/unsent'
import type { Me } from './room/view'
import { Emitter, type Readable, Store } from './store'

export interface ChatOptions {
  /** The server's origin: `https://chat.example.com`. */
  url: string
  /**
   * Supplies an access token if your own server signs people in. Called for each connection attempt, and when the server
   * refuses the token. Leave it out to sign in with `chat.auth`.
   */
  getToken?: () => string | Promise<string>
  /** Stores sessions and unsent messages. The default is `localStorage` if there is one. */
  storage?: ChatStorage
  fetch?: Fetch
  /** Reports the progress of uploads: `uploadWithProgress` of `parlour/uploads`. */
  upload?: UploadRequest
  WebSocket?: WebSocketClass
}

/** Filters of a search: the sender, the room, the time (ISO-8601) and the kind of content. */
export interface SearchFilters {
  roomId?: number
  senderId?: number
  before?: string
  after?: string
  has?: 'image' | 'file' | 'link'
}

/** A search result: a message, the name of its room, and the words around the match. */
export type Found = FoundMessage

const NOBODY: Me = { id: 0, username: '', fullName: '', profilePic: null }

export class Chat {
  declare readonly api: Api
  declare readonly auth: Auth
  declare readonly roomList: RoomList
  declare readonly notifications: Notifications
  readonly #host: Host
  readonly #events = new Emitter<ChatEvents>()
  readonly #lists: readonly [RoomList, Notifications]
  readonly #open = new Map<number, Room>()
  readonly #connection = new Store<ConnectionState>(() => this.#combinedState())
  #me: Me = NOBODY
  /** The last emitted state, as JSON. */
  #emittedState = ''

  constructor(options: ChatOptions) {
    const url = options.url.replace(/\/+$/, '')
    const storage = options.storage ?? defaultStorage()
    const key = `parlour:${url}`
    const renew = (body: object): Promise<Tokens> => this.api.ask('POST', '/token/refresh/', { body, anonymous: true })
    const session = new Session(`${key}:session`, storage, renew)
    const credentials = options.getToken
      ? new SuppliedTokens(options.getToken, (token) => this.#setUser(userOf(token)))
      : session
    // The global `fetch` at the time of each call; browsers refuse to run it as a method of another object.
    const fetch: Fetch = options.fetch ?? ((input, init) => globalThis.fetch(input, init))
    this.api = new Api(url, fetch, credentials, options.upload)
    this.auth = new Auth(this.api, session)
    this.#host = {
      network: {
        socketUrl: url.replace(/^http/, 'ws'),
        WebSocket: options.WebSocket ?? (globalThis.WebSocket as unknown as WebSocketClass),
        credentials,
      },
      api: this.api,
      unsent: new UnsentMessages(storage, () => (this.#me.id ? `${key}:unsent:${this.#me.id}` : undefined)),
      me: () => this.#me,
      emit: (name, event) => this.#events.emit(name, event),
      changed: () => this.#connectionChanged(),
      listed: (id) => this.roomList.listed(id),
    }
    this.#lists = [new RoomList(this.#host), new Notifications(this.#host)]
    ;[this.roomList, this.notifications] = this.#lists
    if (!options.getToken) session.user.subscribe((user) => this.#setUser(user))
  }

  /** One state for all open connections, for a banner. */
  get connection(): Readable<ConnectionState> {
    return this.#connection
  }

  /** A room: always the same object for the same id. It sends no request before it is opened or used. */
  room(id: number): Room {
    let room = this.#open.get(id)
    if (!room) {
      room = new Room(id, this.#host)
      this.#open.set(id, room)
    }
    return room
  }

  /** Listens to events of all rooms and lists. @returns a function that stops listening */
  on<Name extends keyof ChatEvents>(name: Name, listener: (event: ChatEvents[Name]) => void): () => void {
    return this.#events.on(name, listener)
  }

  /** Opens the room list and the notifications, and ends waits before reconnecting. */
  connect(): void {
    for (const list of this.#lists) list.open()
    for (const room of this.#open.values()) room.reconnect()
  }

  /** Closes every connection. Loaded data stays. */
  close(): void {
    for (const list of this.#lists) list.close()
    for (const room of this.#open.values()) room.close()
  }

  /** Messages in all rooms of the user that match the words and the filters, newest first. `q` may be empty. */
  search(q: string, { roomId, senderId, ...where }: SearchFilters = {}): Pages<Found> {
    return this.api.list('/search/', { q, room: roomId, from: senderId, ...where })
  }

  /** Uploads an image or a file before it is sent. `room.send` does this by itself. */
  upload(kind: 'image' | 'file', file: File, { onProgress, signal }: UploadOptions = {}): Promise<Uploaded> {
    return uploadFile(this.api, kind, file, file.name, onProgress, signal)
  }

  /** Runs after a sign-in or sign-out, in this or another tab. */
  #setUser(who: Me | null): void {
    const before = this.#me.id
    this.#me = who ?? NOBODY
    const { id } = this.#me
    if (id === before) return
    if (before !== 0) this.#clear()
    if (id === 0) return
    for (const { roomId } of this.#host.unsent.all()) this.room(roomId).resume()
    for (const list of this.#lists) {
      if (list.state.status === 'closed' && list.state.reason === 'signed-out') list.open()
    }
  }

  /** Removes all data of a user from memory before the next one signs in. */
  #clear(): void {
    for (const room of this.#open.values()) room.dispose()
    this.#open.clear()
    for (const list of this.#lists) {
      list.close('signed-out')
      list.clear()
    }
  }

  #connectionChanged(): void {
    this.#connection.changed()
    for (const room of this.#open.values()) room.redraw()
    const state = this.#combinedState()
    const said = JSON.stringify(state)
    if (said === this.#emittedState) return
    this.#emittedState = said
    this.#events.emit('connection.changed', { state })
  }

  #combinedState(): ConnectionState {
    const rooms = [...this.#open.values()].map((room) => room.connection)
    return combinedState([...this.#lists.map((list) => list.state), ...rooms])
  }
}

interface UploadOptions {
  onProgress?: (fraction: number) => void
  signal?: AbortSignal
}

/** The user named in a token: enough to show as the author of new messages. */
function userOf(token: string): Me {
  const { userId: id = 0, username = '' } = claimsOf(token)
  return { ...NOBODY, id, username, fullName: username }
}
