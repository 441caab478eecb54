/** One room, live: its history and what happens now in one window, and a way for messages to get there. */
import type { Message, RoomDown } from '../../protocol'
import { newClientId } from '../client-id'
import { retry } from '../connection/retry'
import type { ConnectionState } from '../connection/state'
import { ChatError, closed } from '../error'
import { eventNameOf, type RoomEvents } from '../events'
import type { Host } from '../host'
import { Emitter } from '../store'
import { Typists } from '../typists'
import type { Draft } from './outbox'
import { MessageSender, type Stored } from './sender'
import { RoomSocket } from './socket'
import { opened, type RoomState, readTo, trimmed, unopened, unreadIn, withFrame, withRead } from './state'
import { withChange } from './timeline'
import { messageView, outboxView, type RoomMessage, type RoomSnapshot } from './view'
import { PAGE_SIZE, RoomWindow } from './window'

/** While somebody goes on typing it is said again this often, in milliseconds. */
const TYPING_INTERVAL = 3_000

/** A message to send: text, an attachment, or both. */
export interface Outgoing {
  text?: string
  image?: Blob | null
  /** What the image shows, for those who do not see it. */
  alt?: string
  /** Anything else, to be downloaded. */
  file?: Blob | null
  /** The id of the message that this one answers. */
  replyTo?: number | null
}

export class Room extends RoomWindow {
  readonly #host: Host
  readonly #events = new Emitter<RoomEvents>()
  readonly #socket: RoomSocket
  readonly #sender: MessageSender
  readonly #typists = new Typists(() => {
    this.store.changed()
    this.#emit('typing.changed', { room: this.id, typing: this.#typists.list })
  })
  /** When I was last said to be typing; 0 when not. */
  #typingSentAt = 0
  #opening: Promise<this> | undefined
  #error: ChatError | null = null

  constructor(id: number, host: Host) {
    super(id, host.api, host.me().id)
    this.#host = host
    this.#socket = new RoomSocket(id, host.network, {
      seq: () => this.state.seq,
      receive: (frame) => this.#onFrame(frame),
      changed: (state) => this.#connectionChanged(state),
      probe: () => this.detail(),
    })
    this.#sender = new MessageSender({
      room: id,
      api: host.api,
      unsent: host.unsent,
      transmit: (draft) => this.#transmit(draft),
      changed: () => this.store.changed(),
    })
  }

  get connection(): ConnectionState {
    return this.#socket.state
  }

  /** Listens to what happens in this room. @returns the way to stop */
  on<Name extends keyof RoomEvents>(name: Name, listener: (event: RoomEvents[Name]) => void): () => void {
    return this.#events.on(name, listener)
  }

  /**
   * Loads the newest messages and goes live, without a gap between the two. It keeps trying while there is no answer.
   * @throws {ChatError} when the room is not yours to open, or nobody is signed in
   */
  open({ limit = PAGE_SIZE }: { limit?: number } = {}): Promise<this> {
    if (!this.#opening) {
      this.limit = limit
      const opening = this.#open(() => this.#opening === opening)
      this.#opening = opening
      opening.catch((error: ChatError) => {
        if (this.#opening !== opening) return
        this.#opening = undefined
        this.#error = error
        this.setLoading(null)
      })
    }
    return this.#opening
  }

  /** Goes off the air. What was loaded can still be seen, and messages on their way are still sent. */
  close(): void {
    this.#opening = undefined
    this.#socket.close()
  }

  /** Tries again at once when it waits to. */
  reconnect(): void {
    if (this.#socket.state.status === 'reconnecting') this.#socket.open()
  }

  /** Sends what an earlier visit left unsent. */
  resume(): void {
    this.#sender.restore()
  }

  /** Ends for good, as on signing out: nothing more is sent, nothing of it is shown. */
  dispose(): void {
    this.#sender.close()
    this.#opening = undefined
    this.#socket.close('signed-out')
    this.state = unopened(0)
    this.store.changed()
  }

  // Writing

  /**
   * Sends a message. It is shown at once, goes out in its turn, and is tried again until the room has it.
   * @returns when the room has it. @throws {ChatError} when it was refused: it then stays, as `failed`
   */
  send({ text = '', image, alt, file, replyTo = null }: Outgoing): Promise<Stored> {
    const attached = image ?? file ?? null
    const kind = image ? 'image' : 'file'
    const body: Draft['body'] = { client_id: newClientId(), content: text }
    if (replyTo !== null) body.reply_to = replyTo
    if (alt) body.image_alt = alt
    const name = (attached as File | null)?.name || kind
    const draft: Draft = { body, attachment: attached && { kind, name }, written_at: new Date().toISOString() }
    // The message says that the typing is over.
    this.#typingSentAt = 0
    return this.#sender.send(draft, attached)
  }

  /** Sends a failed message again. */
  retry(key: string): void {
    this.#sender.retry(key)
  }

  /** Gives up a message that failed, or one that has not gone out yet: its upload, if there is one, ends. */
  discard(key: string): void {
    this.#sender.remove(key)
  }

  /** To be called on every keystroke; it is told often enough. */
  typing(): void {
    if (Date.now() - this.#typingSentAt < TYPING_INTERVAL) return
    this.#typingSentAt = Date.now()
    this.#socket.command({ type: 'typing' })
  }

  stopTyping(): void {
    if (this.#typingSentAt !== 0) this.#socket.command({ type: 'stop_typing' })
    this.#typingSentAt = 0
  }

  /** Something that the room is shown with has changed. */
  redraw(): void {
    this.store.changed()
  }

  protected override changed(message: Message): Message {
    // Otherwise it has been heard, and perhaps what followed.
    if (message.seq > this.state.seq) this.set({ ...this.state, timeline: withChange(this.state.timeline, message) })
    return message
  }

  // Reading

  /** Marks everything up to a message as read, up to the newest loaded unless named. */
  async markRead(id = this.state.timeline.messages.at(-1)?.id): Promise<void> {
    // Whoever reads the newest is not looking for older ones.
    if (id === this.state.timeline.messages.at(-1)?.id) this.paging = false
    if (id === undefined || id <= readTo(this.state)) return
    this.set(withRead(this.state, id))
    if (this.#socket.state.status === 'closed') await this.api.post(this.path(`messages/${id}/mark_as_read/`))
    else this.#socket.read(id)
  }

  // Inside

  async #open(wanted: () => boolean): Promise<this> {
    // Not within this turn: `wanted` looks for the promise that this call is.
    await Promise.resolve()
    this.#error = null
    this.setLoading('window')
    const [detail, page] = await retry(() => Promise.all([this.detail(), this.newest()]), wanted)
    if (!wanted()) throw closed()
    this.setLoading(null)
    this.set(opened(this.#host.me().id, detail, page))
    this.#reportReceived(page.messages)
    this.#socket.open()
    await this.#socket.live()
    return this
  }

  async #transmit({ body }: Draft): Promise<Stored> {
    if (this.#socket.state.status !== 'closed') {
      try {
        return await this.#socket.transmit(body)
      } catch (error) {
        if (!(error instanceof ChatError) || error.code !== 'closed') throw error
      }
    }
    // Not on the air yet, or no longer: what was written goes out all the same.
    return this.api.post<Message>(this.path('messages/'), body)
  }

  #onFrame(frame: RoomDown): void {
    this.set(withFrame(this.state, frame))
    if (frame.type === 'typing') this.#typists.started(frame.user_id, frame.username)
    if (frame.type === 'stop_typing') this.#typists.stopped(frame.user_id)
    if (frame.type === 'new_message') {
      if (!this.paging) this.set(trimmed(this.state))
      this.#typists.stopped(frame.message.sender.id)
      this.#reportReceived([frame.message])
    }
    const name = eventNameOf(frame.type)
    if (!name) return
    const shownAs = 'message' in frame ? { message: this.#view(frame.message) } : frame
    this.#emit(name, { ...shownAs, room: this.id } as never)
  }

  #emit<Name extends keyof RoomEvents>(name: Name, event: RoomEvents[Name]): void {
    this.#events.emit(name, event)
    this.#host.emit(name, event as never)
  }

  protected set(state: RoomState): void {
    if (state === this.state) return
    this.state = state
    this.#removeArrived()
    this.store.changed()
  }

  /** Takes what has arrived out of the outbox, and what will not be seen arriving. */
  #removeArrived(): void {
    const { outbox } = this.#sender
    if (outbox.length === 0) return
    const { me, timeline } = this.state
    for (const { draft, state } of outbox) {
      const { client_id } = draft.body
      const mine = timeline.messages.findLast((message) => message.client_id === client_id && message.sender.id === me)
      const arrived = mine ?? (state.status === 'sent' && timeline.hasNewer ? state : undefined)
      if (arrived) this.#sender.remove(client_id, arrived)
    }
  }

  #reportReceived(messages: readonly Message[]): void {
    const others = messages.filter(({ sender }) => sender.id !== this.state.me)
    if (others.length > 0) this.#socket.received(Math.max(...others.map(({ id }) => id)))
  }

  #connectionChanged(state: ConnectionState): void {
    if (state.status === 'online') this.#sender.wake()
    if (state.status === 'closed') this.#opening = undefined
    this.#emit('connection.changed', { state })
    this.#host.changed()
  }

  #view(message: Message): RoomMessage {
    return messageView(message, this.state.me)
  }

  protected snapshot(): RoomSnapshot {
    const { detail, members, timeline, online } = this.state
    const me = this.#host.me()
    const { count, first } = unreadIn(this.state)
    const waiting = timeline.hasNewer
      ? []
      : this.#sender.outbox.map((each) =>
          outboxView(each, this.id, me, this.#sender.uploadOf(each.draft.body.client_id)),
        )
    return {
      ...timeline,
      room: detail && { ...detail, unread_count: count, ...this.#host.listed(this.id) },
      members,
      me: this.state.me || me.id,
      messages: [...timeline.messages.map((message) => this.#view(message)), ...waiting],
      loading: this.loading,
      typing: this.#typists.list,
      online: [...online],
      unread: count,
      read: readTo(this.state),
      firstUnread: first,
      connection: this.#socket.state,
      error: this.#error,
    }
  }
}
