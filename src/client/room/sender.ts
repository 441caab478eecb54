/** Sends the messages of a room's outbox, one after the other, until each is stored or refused. */

import { retry } from '../connection/retry'
import { Waiters } from '../connection/waiters'
import { ChatError, closed, signedOut, toChatError } from '../error'
import type { RoomUploads, Upload } from './attachments'
import {
  type Draft,
  entryOf,
  nextToSend,
  type Outbox,
  withAck,
  withDraft,
  withoutEntry,
  withRefusal,
  withRetry,
  withUpload,
} from './outbox'
import { needsUpload, type UnsentMessages } from './unsent'

/** The id and time that the server gave a message. */
export interface Stored {
  id: number
  timestamp: string
}

/** The parts of a room that its sender uses. */
export interface SenderHost {
  roomId: number
  uploads: RoomUploads | undefined
  unsent: UnsentMessages | undefined
  /** Stores one message. @throws {ChatError} */
  transmit(draft: Draft): Promise<Stored>
  changed(): void
}

export class MessageSender {
  readonly #host: SenderHost
  readonly #stored = new Waiters<Stored>()
  #outbox: Outbox = []
  #running = false
  #wake: (() => void) | undefined

  constructor(outlet: SenderHost) {
    this.#host = outlet
  }

  get outbox(): Outbox {
    return this.#outbox
  }

  /** Adds the messages that an earlier page left unsent. */
  restore(): void {
    for (const waiting of this.#host.unsent?.of(this.#host.roomId) ?? []) {
      if (!entryOf(this.#outbox, waiting.draft.body.clientId)) this.#outbox = [...this.#outbox, waiting]
    }
    this.#host.changed()
    void this.#run()
  }

  uploadOf(clientId: string): Upload | null {
    return this.#host.uploads?.of(clientId) ?? null
  }

  /** Adds a message to the outbox. @returns resolves after it was stored, rejects if it is refused */
  send(draft: Draft, file: Blob | null): Promise<Stored> {
    const { clientId } = draft.body
    const { uploads } = this.#host
    if (file && !uploads) return Promise.reject(new ChatError('no_uploads'))
    if (file) uploads?.add(clientId, file)
    const stored = this.#stored.wait(clientId)
    // A caller that ignores the promise sees the failed message in the snapshot.
    stored.catch(() => undefined)
    this.#change(withDraft(this.#outbox, draft), clientId)
    void this.#run()
    return stored
  }

  retry(clientId: string): void {
    this.#change(withRetry(this.#outbox, clientId), clientId)
    void this.#run()
  }

  /** Removes a message that arrived in the room or was discarded, and aborts its upload. */
  remove(clientId: string, outcome: Stored | ChatError = closed()): void {
    this.#host.uploads?.remove(clientId)
    this.#host.unsent?.remove(clientId)
    this.#change(withoutEntry(this.#outbox, clientId))
    this.#stored.resolve(clientId, outcome)
    this.wake()
  }

  /** Ends a wait before a retry. */
  wake(): void {
    this.#wake?.()
  }

  /** Ends with the session: sends nothing more. Messages stay in storage for the next session of their author. */
  stop(): void {
    const waiting = this.#stored.keys
    this.#outbox = []
    for (const clientId of waiting) {
      this.#host.uploads?.remove(clientId)
      this.#stored.resolve(clientId, signedOut())
    }
    this.wake()
    this.#host.changed()
  }

  async #run(): Promise<void> {
    if (this.#running) return
    this.#running = true
    const waiting = (wake: () => void) => {
      this.#wake = wake
    }
    for (let draft = nextToSend(this.#outbox); draft; draft = nextToSend(this.#outbox)) {
      const sending = draft
      const { clientId } = draft.body
      const wanted = () => entryOf(this.#outbox, clientId) !== undefined
      try {
        const stored = await retry(async () => this.#host.transmit(await this.#attached(sending)), wanted, waiting)
        this.#host.unsent?.remove(clientId)
        this.#change(withAck(this.#outbox, clientId, stored))
        this.#stored.resolve(clientId, stored)
      } catch (thrown) {
        const error = toChatError(thrown)
        // The message stays in storage as it is, for the next session of its author.
        const isKept = error.code === 'signed_out'
        this.#change(withRefusal(this.#outbox, clientId, error), isKept ? undefined : clientId)
        this.#stored.resolve(clientId, error)
      }
    }
    this.#running = false
  }

  /** Uploads the attachment, unless that succeeded before and sending failed. */
  async #attached(draft: Draft): Promise<Draft> {
    const { clientId } = draft.body
    const known = entryOf(this.#outbox, clientId)?.draft ?? draft
    const { uploads } = this.#host
    if (!uploads || !needsUpload(known)) return known
    const ready = await uploads.attach(known)
    this.#change(withUpload(this.#outbox, ready), clientId)
    return ready
  }

  /** Sets the outbox, and stores one message of it for after a reload. */
  #change(outbox: Outbox, clientId?: string): void {
    this.#outbox = outbox
    const waiting = clientId && entryOf(outbox, clientId)
    if (waiting) this.#host.unsent?.save(this.#host.roomId, waiting)
    this.#host.changed()
  }
}
