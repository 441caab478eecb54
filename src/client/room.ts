/** One room, live: its history and what happens now in one window, and a way for messages to get there. */
import type { Message, RoomDown } from '../protocol'
import type { Network } from './connection'
import { ChatError, closed } from './error'
import { EVENT_OF, type RoomEvents } from './events'
import type { Api, Part, Query } from './http'
import { insist } from './insist'
import type { Draft } from './outbox'
import { RoomActions } from './room-actions'
import { RoomLink } from './room-link'
import {
  asking,
  opened,
  type Page,
  type RoomState,
  readTo,
  unopened,
  unreadIn,
  withFrame,
  withMore,
  withRead,
  withWindow,
} from './room-state'
import { type Me, type RoomMessage, type RoomSnapshot, shown, waitingView } from './room-view'
import { Sender, type Stored } from './sender'
import type { ConnectionState } from './state'
import { Emitter, type Readable, Store } from './store'
import { withChange } from './timeline'
import { Typists } from './typists'
import type { Unsent } from './unsent'
import { uuidv7 } from './uuid'

/** How many messages a page has unless asked otherwise. */
const PAGE = 50
/** While somebody goes on typing it is said again this often, in milliseconds. */
const TYPING_AGAIN = 3_000

/** A message to send: text, an attachment, or both. */
export interface Outgoing {
  text?: string
  image?: Blob | null
  /** Anything else, to be downloaded. */
  file?: Blob | null
  /** The id of the message that this one answers. */
  replyTo?: number | null
}

/** What a room has from the client it belongs to. */
export interface RoomHost {
  network: Network
  api: Api
  unsent: Unsent
  me(): Me
  emit: Emitter<RoomEvents>['emit']
  /** Called after each change of the connection's state. */
  changed(): void
}

export class Room extends RoomActions implements Readable<RoomSnapshot> {
  readonly #host: RoomHost
  readonly #events = new Emitter<RoomEvents>()
  readonly #store = new Store<RoomSnapshot>(() => this.#snapshot())
  readonly getSnapshot = this.#store.getSnapshot
  readonly subscribe = this.#store.subscribe
  readonly #link: RoomLink
  readonly #sender: Sender
  readonly #typists = new Typists(() => {
    this.#store.changed()
    this.#emit('typing.changed', { room: this.id, typing: this.#typists.list })
  })
  /** When I was last said to be typing; 0 when not. */
  #typingSaid = 0
  #state: RoomState
  #opening: Promise<this> | undefined
  #limit = PAGE
  #error: ChatError | null = null
  #loading: RoomSnapshot['loading'] = null
  #pages: Promise<unknown> = Promise.resolve()

  constructor(id: number, host: RoomHost) {
    super(id, host.api)
    this.#host = host
    this.#state = unopened(host.me().id)
    this.#link = new RoomLink(id, host.network, {
      seq: () => this.#state.seq,
      heard: (frame) => this.#hear(frame),
      changed: (state) => this.#connectionChanged(state),
      probe: () => this.detail(),
    })
    this.#sender = new Sender({
      room: id,
      api: host.api,
      unsent: host.unsent,
      transmit: (draft) => this.#transmit(draft),
      changed: () => this.#store.changed(),
    })
  }

  get connection(): ConnectionState {
    return this.#link.state
  }

  /** Listens to what happens in this room. @returns the way to stop */
  on<Name extends keyof RoomEvents>(name: Name, listener: (event: RoomEvents[Name]) => void): () => void {
    return this.#events.on(name, listener)
  }

  /**
   * Loads the newest messages and goes live, without a gap between the two. It keeps trying while there is no answer.
   * @throws {ChatError} when the room is not yours to open, or nobody is signed in
   */
  open({ limit = PAGE }: { limit?: number } = {}): Promise<this> {
    if (!this.#opening) {
      this.#limit = limit
      const opening = this.#open(() => this.#opening === opening)
      this.#opening = opening
      opening.catch((error: ChatError) => {
        if (this.#opening !== opening) return
        this.#opening = undefined
        this.#error = error
        this.#load(null)
      })
    }
    return this.#opening
  }

  /** Goes off the air. What was loaded can still be seen, and messages on their way are still sent. */
  close(): void {
    this.#opening = undefined
    this.#link.close()
  }

  /** Tries again at once when it waits to. */
  reconnect(): void {
    if (this.#link.state.status === 'reconnecting') this.#link.open()
  }

  /** Sends what an earlier visit left unsent. */
  resume(): void {
    this.#sender.restore()
  }

  /** Ends for good, as on signing out: nothing more is sent, nothing of it is shown. */
  dispose(): void {
    this.#sender.close()
    this.#opening = undefined
    this.#link.close('signed-out')
    this.#state = unopened(0)
    this.#store.changed()
  }

  // Writing

  /**
   * Sends a message. It is shown at once, goes out in its turn, and is tried again until the room has it.
   * @returns when the room has it. @throws {ChatError} when it was refused: it then stays, as `failed`
   */
  send({ text = '', image, file, replyTo = null }: Outgoing): Promise<Stored> {
    const attached = image ?? file ?? null
    const kind = image ? 'image' : 'file'
    const body: Draft['body'] = { client_id: uuidv7(), content: text }
    if (replyTo !== null) body.reply_to = replyTo
    const name = (attached as File | null)?.name || kind
    const draft: Draft = { body, attachment: attached && { kind, name }, written_at: new Date().toISOString() }
    // The message says that the typing is over.
    this.#typingSaid = 0
    return this.#sender.send(draft, attached)
  }

  /** Sends a failed message again. */
  retry(key: string): void {
    this.#sender.retry(key)
  }

  /** Gives a failed message up. */
  discard(key: string): void {
    this.#sender.forget(key)
  }

  /** To be called on every keystroke; it is told often enough. */
  typing(): void {
    if (Date.now() - this.#typingSaid < TYPING_AGAIN) return
    this.#typingSaid = Date.now()
    this.#link.say({ type: 'typing' })
  }

  stopTyping(): void {
    if (this.#typingSaid !== 0) this.#link.say({ type: 'stop_typing' })
    this.#typingSaid = 0
  }

  override async edit(message: number, text: string): Promise<Message> {
    const edited = await super.edit(message, text)
    this.#set({ ...this.#state, timeline: withChange(this.#state.timeline, edited) })
    return edited
  }

  // Reading

  /** Marks everything up to a message as read, up to the newest loaded unless named. */
  async markRead(id = this.#state.timeline.messages.at(-1)?.id): Promise<void> {
    if (id === undefined || id <= readTo(this.#state)) return
    this.#set(withRead(this.#state, id))
    if (this.#link.state.status === 'closed') await this.api.post(this.path(`messages/${id}/mark_as_read/`))
    else this.#link.read(id)
  }

  /** Loads older messages. @returns whether there are more */
  loadOlder(limit = this.#limit): Promise<boolean> {
    return this.#page('older', async () => {
      const { hasOlder, messages } = this.#state.timeline
      if (!hasOlder || !messages[0]) return
      const page = await this.#list({ before: messages[0].id, limit })
      return () => withMore(this.#state, { messages: page.results, hasOlder: page.next !== null })
    }).then(() => this.#state.timeline.hasOlder)
  }

  /** Loads newer messages, after a jump. @returns whether there are more */
  loadNewer(limit = this.#limit): Promise<boolean> {
    return this.#page('newer', async () => {
      const { hasNewer, messages } = this.#state.timeline
      if (!hasNewer) return
      const page = await this.#list({ after: messages.at(-1)?.id, limit })
      return () => withMore(this.#state, { messages: page.results, hasNewer: page.next !== null })
    }).then(() => this.#state.timeline.hasNewer)
  }

  /** Shows the messages around one of them. */
  jumpTo(id: number, limit = this.#limit): Promise<void> {
    return this.#page('window', async () => {
      if (this.#state.timeline.messages.some((message) => message.id === id)) return
      const half = Math.ceil(limit / 2)
      const [older, newer] = await Promise.all([
        this.#list({ before: id + 1, limit: half }),
        this.#list({ after: id, limit: half }),
      ])
      const messages = [...older.results, ...newer.results]
      const page = { messages, hasOlder: older.next !== null, hasNewer: newer.next !== null }
      return () => withWindow(this.#state, page)
    })
  }

  /** Goes back to the newest messages after a jump. */
  jumpToLatest(): Promise<void> {
    return this.#page('window', async () => {
      if (!this.#state.timeline.hasNewer) return
      const page = await this.#newest()
      return () => withWindow(this.#state, page)
    })
  }

  // Inside

  async #open(wanted: () => boolean): Promise<this> {
    // Not within this turn: `wanted` looks for the promise that this call is.
    await Promise.resolve()
    this.#error = null
    this.#load('window')
    const [detail, page] = await insist(() => Promise.all([this.detail(), this.#newest()]), { wanted })
    if (!wanted()) throw closed()
    this.#load(null)
    this.#set(opened(this.#host.me().id, detail, page))
    this.#reportReceived(page.messages)
    this.#link.open()
    await this.#link.live()
    return this
  }

  async #newest(): Promise<Page> {
    const page = await this.#list({ limit: this.#limit })
    return { messages: page.results, hasOlder: page.next !== null, hasNewer: false }
  }

  #list(query: Query): Promise<Part<Message>> {
    return this.api.list(this.path('messages/'), query)
  }

  /** Loads one page after the other, so that each adjoins the window as it then is. */
  #page(kind: NonNullable<RoomSnapshot['loading']>, work: () => Promise<(() => RoomState) | undefined>): Promise<void> {
    const loaded = this.#pages.then(async () => {
      this.#load(kind)
      this.#state = asking(this.#state)
      try {
        const taken = await work()
        if (taken) this.#set(taken())
      } finally {
        this.#state = { ...this.#state, heard: null }
        this.#load(null)
      }
    })
    this.#pages = loaded.catch(() => undefined)
    return loaded
  }

  #load(kind: RoomSnapshot['loading']): void {
    this.#loading = kind
    this.#store.changed()
  }

  async #transmit({ body }: Draft): Promise<Stored> {
    if (this.#link.state.status !== 'closed') {
      try {
        return await this.#link.transmit(body)
      } catch (error) {
        if (!(error instanceof ChatError) || error.code !== 'closed') throw error
      }
    }
    // Not on the air yet, or no longer: what was written goes out all the same.
    return this.api.post<Message>(this.path('messages/'), body)
  }

  #hear(frame: RoomDown): void {
    this.#set(withFrame(this.#state, frame))
    if (frame.type === 'typing') this.#typists.started(frame.user_id, frame.username)
    if (frame.type === 'stop_typing') this.#typists.stopped(frame.user_id)
    if (frame.type === 'new_message') {
      this.#typists.stopped(frame.message.sender.id)
      this.#reportReceived([frame.message])
    }
    const name = EVENT_OF[frame.type as keyof typeof EVENT_OF]
    if (!name) return
    const shownAs = 'message' in frame ? { message: this.#view(frame.message) } : frame
    this.#emit(name, { ...shownAs, room: this.id } as never)
  }

  #emit<Name extends keyof RoomEvents>(name: Name, event: RoomEvents[Name]): void {
    this.#events.emit(name, event)
    this.#host.emit(name, event)
  }

  #set(state: RoomState): void {
    if (state === this.#state) return
    this.#state = state
    this.#settleOutbox()
    this.#store.changed()
  }

  /** Takes what has arrived out of the outbox, and what will not be seen arriving. */
  #settleOutbox(): void {
    const { outbox } = this.#sender
    if (outbox.length === 0) return
    const { messages, hasNewer } = this.#state.timeline
    const mine = new Map(
      messages.flatMap((message) => (message.sender.id === this.#state.me ? [[message.client_id, message]] : [])),
    )
    for (const { draft, state } of outbox) {
      const { client_id } = draft.body
      const arrived = mine.get(client_id) ?? (state.status === 'sent' && hasNewer ? state : undefined)
      if (arrived) this.#sender.forget(client_id, arrived)
    }
  }

  #reportReceived(messages: readonly Message[]): void {
    const others = messages.filter(({ sender }) => sender.id !== this.#state.me)
    const newest = others.reduce((highest, { id }) => Math.max(highest, id), 0)
    if (newest > 0) this.#link.received(newest)
  }

  #connectionChanged(state: ConnectionState): void {
    if (state.status === 'online') this.#sender.hurry()
    if (state.status === 'closed') this.#opening = undefined
    this.#store.changed()
    this.#emit('connection.changed', { state })
    this.#host.changed()
  }

  #view(message: Message): RoomMessage {
    return shown(message, this.#state.me)
  }

  #snapshot(): RoomSnapshot {
    const { detail, members, timeline, online } = this.#state
    const me = this.#host.me()
    const unread = unreadIn(this.#state)
    const waiting = timeline.hasNewer
      ? []
      : this.#sender.outbox.map((each) =>
          waitingView(each, this.id, me, this.#sender.uploadOf(each.draft.body.client_id)),
        )
    return {
      room: detail,
      members,
      me: this.#state.me || me.id,
      messages: [...timeline.messages.map((message) => this.#view(message)), ...waiting],
      hasOlder: timeline.hasOlder,
      hasNewer: timeline.hasNewer,
      loading: this.#loading,
      typing: this.#typists.list,
      online: [...online],
      unread: unread.count,
      firstUnread: unread.first,
      connection: this.#link.state,
      error: this.#error,
    }
  }
}
