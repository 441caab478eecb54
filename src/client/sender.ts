/** Sends the messages of one room's outbox until each is stored or refused. */
import { ChatError, closed, toChatError } from './error'
import type { Api } from './http'
import { insist } from './insist'
import {
  acknowledged,
  again,
  type Draft,
  EMPTY,
  type Outbox,
  refused,
  toSend,
  uploaded,
  type Waiting,
  without,
  written,
} from './outbox'
import type { Unsent } from './unsent'

/** A file that is being sent, and how much of it has gone out (0 to 1). */
export interface Upload {
  readonly file: Blob
  readonly progress: number
}

/** What the server says of a stored message. */
export interface Stored {
  id: number
  timestamp: string
}

/** The ways of a message out of here. */
export interface Outlet {
  room: number
  api: Api
  unsent: Unsent
  /** Stores one message. @throws {ChatError} */
  transmit(draft: Draft): Promise<Stored>
  changed(): void
}

export class Sender {
  readonly #outlet: Outlet
  #outbox: Outbox = EMPTY
  readonly #uploads = new Map<string, Upload>()
  readonly #settled = new Map<string, { resolve(stored: Stored): void; reject(error: ChatError): void }>()
  #running = false
  #closed = false
  #wake: (() => void) | undefined

  constructor(outlet: Outlet) {
    this.#outlet = outlet
    this.restore()
  }

  /** Takes up what an earlier visit left unsent. */
  restore(): void {
    for (const waiting of this.#outlet.unsent.of(this.#outlet.room)) this.#restore(waiting)
    this.#outlet.changed()
    void this.#run()
  }

  get outbox(): Outbox {
    return this.#outbox
  }

  uploadOf(client_id: string): Upload | null {
    return this.#uploads.get(client_id) ?? null
  }

  /** Puts a message into the outbox. @returns a promise of its being stored, which fails when it is refused */
  send(draft: Draft, file: Blob | null): Promise<Stored> {
    if (file) this.#uploads.set(draft.client_id, { file, progress: 0 })
    this.#change(written(this.#outbox, draft))
    this.#keep(draft.client_id)
    void this.#run()
    const stored = new Promise<Stored>((resolve, reject) => this.#settled.set(draft.client_id, { resolve, reject }))
    // Who does not wait for it sees the message fail.
    stored.catch(() => undefined)
    return stored
  }

  retry(client_id: string): void {
    this.#change(again(this.#outbox, client_id))
    this.#keep(client_id)
    void this.#run()
  }

  discard(client_id: string): void {
    this.#forget(client_id)
    this.#settle(client_id, closed())
  }

  /** It is among the room's messages. */
  arrived(client_id: string, stored: Stored): void {
    this.#forget(client_id)
    this.#settle(client_id, stored)
  }

  /** Something has changed for the better: what waits to be tried again is tried now. */
  hurry(): void {
    this.#wake?.()
  }

  close(): void {
    this.#closed = true
    this.#wake?.()
  }

  #restore(waiting: Waiting): void {
    const { attachment, image_id, file_id, state } = waiting
    if (this.#outbox.some(({ client_id }) => client_id === waiting.client_id)) return
    this.#outbox = [...this.#outbox, waiting]
    // The bytes of a file do not survive a reload; what has been uploaded does.
    if (attachment && state === 'sending' && image_id === null && file_id === null) {
      const lost = { code: 'attachment_lost', message: `${attachment.name} has to be chosen again.` }
      this.#outbox = refused(this.#outbox, waiting.client_id, lost)
    }
  }

  async #run(): Promise<void> {
    if (this.#running) return
    this.#running = true
    for (let draft = toSend(this.#outbox); draft && !this.#closed; draft = toSend(this.#outbox)) {
      const { client_id } = draft
      const wish = {
        wanted: () => !this.#closed,
        waiting: (wake: () => void) => {
          this.#wake = wake
        },
      }
      try {
        const sending = draft
        const stored = await insist(async () => this.#outlet.transmit(await this.#upload(sending)), wish)
        this.#outlet.unsent.forget(client_id)
        this.#change(acknowledged(this.#outbox, client_id, stored))
        this.#settle(client_id, stored)
      } catch (thrown) {
        const error = toChatError(thrown)
        // Kept for when somebody is signed in again.
        if (this.#closed || error.code === 'signed_out') break
        this.#change(refused(this.#outbox, client_id, error))
        this.#keep(client_id)
        this.#settle(client_id, error)
      }
    }
    this.#running = false
  }

  async #upload(draft: Draft): Promise<Draft> {
    const { client_id, attachment, image_id, file_id } = draft
    const file = this.#uploads.get(client_id)?.file
    if (!attachment || !file || image_id !== null || file_id !== null) return draft
    const { id } = await uploadFile(this.#outlet.api, attachment.kind, file, attachment.name, (progress) => {
      this.#uploads.set(client_id, { file, progress })
      this.#outlet.changed()
    })
    const known = attachment.kind === 'image' ? { image_id: id } : { file_id: id }
    this.#change(uploaded(this.#outbox, client_id, known))
    this.#keep(client_id)
    return { ...draft, ...known }
  }

  #forget(client_id: string): void {
    this.#uploads.delete(client_id)
    const rest = without(this.#outbox, client_id)
    if (rest === this.#outbox) return
    this.#outlet.unsent.forget(client_id)
    this.#change(rest)
  }

  #settle(client_id: string, outcome: Stored | ChatError): void {
    const waiting = this.#settled.get(client_id)
    this.#settled.delete(client_id)
    if (outcome instanceof ChatError) waiting?.reject(outcome)
    else waiting?.resolve(outcome)
  }

  #change(outbox: Outbox): void {
    if (outbox === this.#outbox) return
    this.#outbox = outbox
    this.#outlet.changed()
  }

  #keep(client_id: string): void {
    const waiting = this.#outbox.find((each) => each.client_id === client_id)
    if (waiting) this.#outlet.unsent.keep(this.#outlet.room, waiting)
  }
}

/** What an upload is known by afterwards. */
export interface Uploaded {
  id: string
  url: string
}

/** Uploads an image or a file, to be named by its id when sending. */
export function uploadFile(
  api: Api,
  kind: 'image' | 'file',
  file: Blob,
  name: string,
  onProgress?: (fraction: number) => void,
  signal?: AbortSignal,
): Promise<Uploaded> {
  const form = new FormData()
  form.append(kind, file, name)
  return api.ask('POST', `/${kind}s/`, { body: form, onProgress, signal })
}
