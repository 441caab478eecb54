/** Sends the messages of a room's outbox, one after the other, until each is stored or refused. */

import { retry } from '../connection/retry'
import { Waiters } from '../connection/waiters'
import { type ChatError, closed, toChatError } from '../error'
import type { Api } from '../http/api'
import { uploadFile } from '../http/upload'
import {
  type Draft,
  entryOf,
  nextToSend,
  type Outbox,
  type OutboxEntry,
  withAck,
  withDraft,
  withoutEntry,
  withRefusal,
  withRetry,
  withUpload,
} from './outbox'
import type { UnsentMessages } from './unsent'

/** A file that is being uploaded, and the sent part of it (0 to 1). */
export interface Upload {
  readonly file: Blob
  readonly progress: number
}

/** The id and time that the server gave a message. */
export interface Stored {
  id: number
  timestamp: string
}

/** The parts of a room that its sender uses. */
export interface SenderHost {
  roomId: number
  api: Api
  unsent: UnsentMessages
  /** Stores one message. @throws {ChatError} */
  transmit(draft: Draft): Promise<Stored>
  changed(): void
}

export class MessageSender {
  readonly #host: SenderHost
  readonly #uploads = new Map<string, Upload & { stop: AbortController }>()
  readonly #stored = new Waiters<Stored>()
  #outbox: Outbox = []
  #running = false
  #closed = false
  #wake: (() => void) | undefined

  constructor(outlet: SenderHost) {
    this.#host = outlet
    this.restore()
  }

  get outbox(): Outbox {
    return this.#outbox
  }

  /** Adds the messages that an earlier page left unsent. */
  restore(): void {
    for (const { roomId, waiting } of this.#host.unsent.all()) {
      if (roomId === this.#host.roomId) this.#restore(waiting)
    }
    this.#host.changed()
    void this.#run()
  }

  uploadOf(clientId: string): Upload | null {
    return this.#uploads.get(clientId) ?? null
  }

  /** Adds a message to the outbox. @returns resolves after it was stored, rejects if it is refused */
  send(draft: Draft, file: Blob | null): Promise<Stored> {
    const { clientId } = draft.body
    if (file) this.#uploads.set(clientId, { file, progress: 0, stop: new AbortController() })
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
    this.#uploads.get(clientId)?.stop.abort()
    this.#uploads.delete(clientId)
    this.#host.unsent.remove(clientId)
    this.#change(withoutEntry(this.#outbox, clientId))
    this.#stored.resolve(clientId, outcome)
    this.wake()
  }

  /** Ends a wait before a retry. */
  wake(): void {
    this.#wake?.()
  }

  close(): void {
    this.#closed = true
    this.wake()
  }

  #restore(waiting: OutboxEntry): void {
    const { body, attachment } = waiting.draft
    if (entryOf(this.#outbox, body.clientId)) return
    this.#outbox = [...this.#outbox, waiting]
    // A file does not survive a reload, an upload does.
    if (attachment && !body.imageId && !body.fileId) {
      const message = `Choose ${attachment.name} again.`
      this.#outbox = withRefusal(this.#outbox, body.clientId, { code: 'attachment_lost', message })
    }
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
      const wanted = () => !this.#closed && entryOf(this.#outbox, clientId) !== undefined
      try {
        const stored = await retry(async () => this.#host.transmit(await this.#upload(sending)), wanted, waiting)
        this.#host.unsent.remove(clientId)
        this.#change(withAck(this.#outbox, clientId, stored))
        this.#stored.resolve(clientId, stored)
      } catch (thrown) {
        const error = toChatError(thrown)
        // The message stays in storage for the next session of its author.
        if (this.#closed || error.code === 'signed_out') break
        this.#change(withRefusal(this.#outbox, clientId, error), clientId)
        this.#stored.resolve(clientId, error)
      }
    }
    this.#running = false
  }

  async #upload(draft: Draft): Promise<Draft> {
    const { body, attachment } = draft
    const { clientId } = body
    const upload = this.#uploads.get(clientId)
    if (!attachment || !upload) return draft
    const { file, stop } = upload
    const { kind, name } = attachment
    // The upload succeeded before, and sending failed.
    const known = entryOf(this.#outbox, clientId)?.draft
    if (known?.body[`${kind}Id`]) return known
    const onProgress = (progress: number) => {
      // The message was discarded.
      if (!this.#uploads.has(clientId)) return
      this.#uploads.set(clientId, { ...upload, progress })
      this.#host.changed()
    }
    const { id } = await uploadFile(this.#host.api, kind, file, name, onProgress, stop.signal)
    const ready = { ...draft, body: { ...body, [`${kind}Id`]: id } }
    this.#change(withUpload(this.#outbox, ready), clientId)
    return ready
  }

  /** Sets the outbox, and stores one message of it for after a reload. */
  #change(outbox: Outbox, clientId?: string): void {
    this.#outbox = outbox
    const waiting = clientId && entryOf(outbox, clientId)
    if (waiting) this.#host.unsent.save(this.#host.roomId, waiting)
    this.#host.changed()
  }
}
