/** One room, live: loaded messages, events, and sending. */

import { newClientId } from '../client-id'
import type { Waiting } from '../connection/connection'
import { type ConnectionState, isOpening } from '../connection/state'
import { signedOut } from '../error'
import { eventNameOf, type RoomEvents } from '../events'
import type { RoomFrame } from '../frames'
import type { Host } from '../host'
import type { Message } from '../model'
import { Emitter } from '../store'
import { Typists } from '../typists'
import type { Draft } from './outbox'
import { MessageSender, type Stored } from './sender'
import { RoomSocket } from './socket'
import { opened, type RoomState, readTo, trimmed, unopened, unreadIn, withFrame, withRead } from './state'
import { withChange } from './timeline'
import { messageView, outboxView, type RoomMessage, type RoomSnapshot } from './view'
import { PAGE_SIZE, RoomWindow } from './window'

/** Milliseconds between `typing` commands while the user goes on typing. */
const TYPING_INTERVAL = 3_000

export interface OpenOptions extends Waiting {
  /** Messages on a page. */
  limit?: number
}

/** A message to send: text, an attachment, or both. */
export interface Outgoing {
  text?: string
  image?: Blob | null
  /** The description of the image, for people who do not see it. */
  imageAlt?: string
  /** A file of any other kind, for download. */
  file?: Blob | null
  /** The id of the answered message. */
  replyTo?: number | null
}

export class Room extends RoomWindow {
  readonly #host: Host
  readonly #events = new Emitter<RoomEvents>()
  readonly #socket: RoomSocket
  readonly #sender: MessageSender
  readonly #typists = new Typists(() => {
    this.store.changed()
    this.#emit('typing.changed', { roomId: this.id, typing: this.#typists.list })
  })
  /** The time of the last `typing` command; 0 if the user is not typing. */
  #typingSentAt = 0
  /** True from the first load until the connection is closed. */
  #isLoaded = false

  constructor(id: number, host: Host) {
    super(id, host.api, host.me().id, (isWatched) => {
      this.#socket.onWatched(isWatched)
      host.used(this)
    })
    this.#host = host
    this.#socket = new RoomSocket(id, host.network, {
      seq: () => this.state.seq,
      receive: (frame) => this.#onFrame(frame),
      changed: (state) => this.#connectionChanged(state),
      prepare: (refused, isCurrent) => (this.#isLoaded ? refused && this.detail() : this.#load(isCurrent)),
    })
    this.#sender = new MessageSender({
      roomId: id,
      uploads: host.uploads?.(host.api, () => this.store.changed()),
      unsent: host.unsent,
      transmit: (draft) => this.#transmit(draft),
      changed: () => {
        this.store.changed()
        host.used(this)
      },
    })
    this.#sender.restore()
  }

  get connection(): ConnectionState {
    return this.#socket.state
  }

  /** Listens to events of this room. @returns a function that stops listening */
  on<Name extends keyof RoomEvents>(name: Name, listener: (event: RoomEvents[Name]) => void): () => void {
    const stop = this.#events.on(name, listener)
    this.#host.used(this)
    return () => {
      stop()
      this.#host.used(this)
    }
  }

  /**
   * Loads the newest messages and then receives events, without a gap. It retries while there is no answer.
   * @throws {ChatError} if the user may not open the room, or nobody is signed in
   */
  open({ limit = PAGE_SIZE, ...waiting }: OpenOptions = {}): Promise<this> {
    this.limit = limit
    this.#socket.open()
    const opening = this.#socket.live(waiting).then(() => this)
    // A caller that ignores the promise sees the error in the snapshot.
    opening.catch(() => undefined)
    return opening
  }

  /** Closes the connection. Loaded messages stay, and pending messages are still sent. */
  close(): void {
    this.#socket.close()
  }

  /** Ends waits before attempts. @internal */
  reconnect(): void {
    if (this.#socket.state.status === 'reconnecting') this.#socket.open()
    this.#sender.wake()
  }

  /** Goes on after a sign-in: opens the room if it was open, and sends what an earlier page left unsent. @internal */
  resume(): void {
    this.#sender.restore()
    this.#socket.reopen()
  }

  /** Ends the room, as on signing out: sends nothing more and removes its data. @internal */
  dispose(): void {
    this.#sender.stop()
    if (isOpening(this.connection)) this.#socket.close('signed-out', signedOut())
    this.state = unopened(0)
    this.store.changed()
  }

  /** True while the client must not forget the room. @internal */
  get isInUse(): boolean {
    return isOpening(this.connection) || this.store.isWatched || this.#events.size + this.#sender.outbox.length > 0
  }

  // Writing

  /**
   * Sends a message. The snapshot has it at once. It is sent in order and retried until the room has stored it.
   * @returns after the room has stored it. @throws {ChatError} if the room refuses it: it then stays in the snapshot as `failed`
   */
  send({ text = '', image, imageAlt, file, replyTo = null }: Outgoing): Promise<Stored> {
    const attached = image ?? file ?? null
    const kind = image ? 'image' : 'file'
    const body: Draft['body'] = { clientId: newClientId(), text }
    if (replyTo !== null) body.replyTo = replyTo
    if (imageAlt) body.imageAlt = imageAlt
    const name = (attached as File | null)?.name || kind
    const draft: Draft = { body, attachment: attached && { kind, name }, writtenAt: new Date().toISOString() }
    // The message ends the typing.
    this.#typingSentAt = 0
    return this.#sender.send(draft, attached)
  }

  /** Sends a failed message again. */
  retry(key: string): void {
    this.#sender.retry(key)
  }

  /** Discards a message that failed or was not sent yet. Aborts its upload. */
  discard(key: string): void {
    this.#sender.remove(key)
  }

  /** Call it on every keystroke: it sends a command only as often as needed. */
  typing(): void {
    if (Date.now() - this.#typingSentAt < TYPING_INTERVAL) return
    this.#typingSentAt = Date.now()
    this.#socket.command({ type: 'typing' })
  }

  stopTyping(): void {
    if (this.#typingSentAt !== 0) this.#socket.command({ type: 'stop_typing' })
    this.#typingSentAt = 0
  }

  /** Notifies subscribers after a change outside this room that its snapshot shows. */
  redraw(): void {
    this.store.changed()
  }

  protected override changed(message: Message): Message {
    // Otherwise the event has arrived before, and perhaps later ones.
    if (message.seq > this.state.seq) this.set({ ...this.state, timeline: withChange(this.state.timeline, message) })
    return message
  }

  // Reading

  /** Marks all messages up to one as read; the default is the newest loaded message. */
  async markRead(id = this.state.timeline.messages.at(-1)?.id): Promise<void> {
    // A person who reads the newest message is not looking for older ones.
    if (id === this.state.timeline.messages.at(-1)?.id) this.paging = false
    if (id === undefined || id <= readTo(this.state)) return
    this.set(withRead(this.state, id))
    if (!isOpening(this.connection)) await this.api.post(this.path(`messages/${id}/mark_as_read/`))
    else this.#socket.read(id)
  }

  // Inside

  async #load(isCurrent: () => boolean): Promise<void> {
    const [detail, page] = await Promise.all([this.detail(), this.newest()])
    if (!isCurrent()) return
    this.#isLoaded = true
    this.set(opened(this.#host.me().id, detail, page))
    this.#reportReceived(page.messages)
  }

  /** Sends by the socket, and by REST while there is none: the room stores a message once, however often it arrives. */
  #transmit({ body }: Draft): Promise<Stored> {
    return this.connection.status === 'online'
      ? this.#socket.transmit(body)
      : this.api.post<Message>(this.path('messages/'), body)
  }

  #onFrame(frame: RoomFrame): void {
    this.set(withFrame(this.state, frame))
    if (frame.type === 'typing') {
      const { userId: id, username } = frame
      const { fullName = username } = this.state.members.find((member) => member.id === id) ?? {}
      this.#typists.started({ id, username, fullName })
    }
    if (frame.type === 'stop_typing') this.#typists.stopped(frame.userId)
    if (frame.type === 'new_message') {
      if (!this.paging) this.set(trimmed(this.state))
      this.#typists.stopped(frame.message.sender.id)
      this.#reportReceived([frame.message])
    }
    const name = eventNameOf(frame.type)
    if (!name) return
    const shownAs = 'message' in frame ? { message: this.#view(frame.message) } : frame
    this.#emit(name, { ...shownAs, roomId: this.id } as never)
  }

  #emit<Name extends keyof RoomEvents>(name: Name, event: RoomEvents[Name]): void {
    this.#events.emit(name, event)
    this.#host.emit(name, event as never)
  }

  /** @internal */
  protected set(state: RoomState): void {
    if (state === this.state) return
    this.state = state
    this.#removeArrived()
    this.store.changed()
  }

  /** Removes messages from the outbox that arrived, or whose arrival is outside the loaded messages. */
  #removeArrived(): void {
    const { outbox } = this.#sender
    if (outbox.length === 0) return
    const { me, timeline } = this.state
    for (const { draft, state } of outbox) {
      const { clientId } = draft.body
      const mine = timeline.messages.findLast((message) => message.clientId === clientId && message.sender.id === me)
      const arrived = mine ?? (state.status === 'sent' && timeline.hasNewer ? state : undefined)
      if (arrived) this.#sender.remove(clientId, arrived)
    }
  }

  #reportReceived(messages: readonly Message[]): void {
    const others = messages.filter(({ sender }) => sender.id !== this.state.me)
    if (others.length > 0) this.#socket.received(Math.max(...others.map(({ id }) => id)))
  }

  #connectionChanged(state: ConnectionState): void {
    if (state.status === 'online') this.#sender.wake()
    if (!isOpening(state)) this.#isLoaded = false
    this.store.changed()
    this.#events.emit('connection.changed', { roomId: this.id, state })
    this.#host.used(this)
    this.#host.changed(state)
  }

  #view(message: Message): RoomMessage {
    return messageView(message, this.state.me)
  }

  /** @internal */
  protected snapshot(before: RoomSnapshot | undefined): RoomSnapshot {
    const { detail, members, timeline, online } = this.state
    const me = this.#host.me()
    const { count, first } = unreadIn(this.state)
    const waiting = timeline.hasNewer
      ? []
      : this.#sender.outbox.map((each) =>
          outboxView(each, this.id, me, this.#sender.uploadOf(each.draft.body.clientId)),
        )
    const { connection } = this
    const now: RoomSnapshot = {
      ...timeline,
      room: detail && { ...detail, unreadCount: count, ...this.#host.listed(this.id) },
      members,
      me: this.state.me || me.id,
      messages: [...timeline.messages.map((message) => this.#view(message)), ...waiting],
      loading: this.loading ?? (isOpening(connection) && !this.#isLoaded ? 'window' : null),
      typing: this.#typists.list,
      online: [...online],
      unread: count,
      read: readTo(this.state),
      firstUnread: first,
      connection,
      error: connection.status === 'closed' ? connection.error : null,
    }
    return reused(before, now)
  }
}

/** Keeps parts of the snapshot that have not changed, so that what shows them is not drawn again. */
function reused(before: RoomSnapshot | undefined, now: RoomSnapshot): RoomSnapshot {
  for (const part of ['room', 'messages', 'online'] as const)
    if (isSame(before?.[part], now[part])) Object.assign(now, { [part]: before?.[part] })
  return now
}

/** Tells whether two objects have the same values. */
const isSame = (a: unknown, b: unknown): boolean =>
  a instanceof Object &&
  b instanceof Object &&
  Object.keys({ ...a, ...b }).every((key) => a[key as never] === b[key as never])
