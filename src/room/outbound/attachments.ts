/** References of this room's messages and picture to stored objects, reported to the accounts that uploaded them. */
import type { Reference } from '../../actor/rpc/reference'
import { inTime, uploadsStub } from '../../actor/rpc/stubs'
import type { Outbox } from '../../actor/store/outbox'
import { BOUNDS, TIMES } from '../../config'
import { log } from '../../log/log'
import { type Attachment, readUploadId, type UploadKind } from '../../media/upload-id'
import { ownerOf } from '../../media/urls'
import { type MessageDraft, type MessageId, type Refused, type RoomId, refuse, type UserId } from '../../protocol'
import type { MessageRow } from '../store/schema'

/** The answer about an object that a draft names. */
interface Reservation {
  /** Whether the object is stored; undefined when its owner's account did not answer. */
  isThere: boolean | undefined
  /** When the answer expires, in milliseconds since 1970. */
  until: number
}

/** Milliseconds until an answer expires. It is used at once; a repeated draft asks again. */
const ANSWER_COUNTS = 5_000

/** The attachments of a message: JSON of an `Attachment` each. */
export type Attached = Pick<MessageRow, 'image' | 'file'>

/**
 * An account deletes uploads without an active reference, so this room reports its references through the outbox. Neither sending
 * nor deleting a message waits for that.
 */
export class Attachments {
  readonly #room: RoomId
  readonly #env: Pick<Env, 'UPLOADS'>
  readonly #sql: SqlStorage
  readonly #outbox: Outbox
  readonly #reserved = new Map<string, Reservation>()

  constructor(room: RoomId, env: Pick<Env, 'UPLOADS'>, sql: SqlStorage, outbox: Outbox) {
    this.#room = room
    this.#env = env
    this.#sql = sql
    this.#outbox = outbox
  }

  /**
   * Reserves the uploads that a draft names, so that they stay until the message is stored: an upload id is valid for a day, in
   * which the upload may have been on another message, and deleted with it.
   * @returns undefined when nothing has to be asked: the draft names no valid upload, or the answer has arrived
   */
  reserve(draft: MessageDraft, sender: UserId): Promise<void> | undefined {
    const named = [this.#read(draft.image_id, 'image', sender), this.#read(draft.file_id, 'file', sender)]
    const keys = named.flatMap((attachment) => attachment?.key ?? []).filter((key) => !this.#reservationOf(key))
    return keys.length === 0 ? undefined : this.#ask(sender, keys)
  }

  async #ask(owner: UserId, keys: string[]): Promise<void> {
    let there: string[] | undefined
    try {
      there = await inTime(uploadsStub(this.#env, owner).reserve(this.#holder, keys), TIMES.media)
    } catch (error) {
      log('warn', 'uploads.unreserved', { error })
    }
    const until = Date.now() + ANSWER_COUNTS
    for (const key of keys) this.#reserved.set(key, { isThere: there?.includes(key), until })
  }

  #reservationOf(key: string): Reservation | undefined {
    for (const [old, { until }] of this.#reserved) if (until <= Date.now()) this.#reserved.delete(old)
    return this.#reserved.get(key)
  }

  /** The attachments of a draft: uploads of the sender that are reserved and were never on a message here. */
  resolve(draft: MessageDraft, sender: UserId): Attached | Refused {
    const image = this.#read(draft.image_id, 'image', sender)
    const file = this.#read(draft.file_id, 'file', sender)
    if (image === undefined || file === undefined) return refuse('unknown_attachment')
    const keys = [image, file].flatMap((attachment) => attachment?.key ?? [])
    const answers = keys.map((key) => this.#reservationOf(key)?.isThere)
    for (const key of keys) this.#reserved.delete(key)
    if (answers.includes(false)) return refuse('unknown_attachment')
    if (!answers.every((isThere) => isThere)) return { refused: 'unavailable', retryAfter: 1 }
    return { image: image && JSON.stringify(image), file: file && JSON.stringify(file) }
  }

  /** A message has these attachments from now on. */
  addReferences(id: MessageId, attached: Attached): void {
    for (const key of keysOf(attached)) {
      this.#sql.exec('INSERT INTO attached (key, message_id) VALUES (?, ?)', key, id)
      this.#enqueue({ key, holder: this.#messageHolder(id), isActive: true })
    }
  }

  /** A message has these attachments no more. */
  releaseReferences(id: MessageId, attached: Attached): void {
    for (const key of keysOf(attached)) this.#enqueue({ key, holder: this.#messageHolder(id), isActive: false })
  }

  pictureChanged(before: string | null, after: string | null): void {
    if (before === after) return
    const holder = this.#holder
    if (after !== null) this.#enqueue({ key: after, holder, isActive: true })
    if (before !== null) this.#enqueue({ key: before, holder, isActive: false })
  }

  /** The room was deleted with all its messages. */
  releaseAll(): void {
    this.#enqueueAll(false)
    this.#sql.exec('DELETE FROM attached')
  }

  /** The room was restored with all its messages. */
  referenceAll(): void {
    this.#enqueueAll(true)
  }

  /** Enqueues the references of all messages, in few long lists for each uploader. */
  #enqueueAll(isActive: boolean): void {
    const byOwner = new Map<UserId, Reference[]>()
    const all = this.#sql.exec<{ key: string; message_id: number }>('SELECT key, message_id FROM attached')
    for (const { key, message_id } of all) {
      const references = byOwner.get(ownerOf(key)) ?? []
      references.push({ key, holder: this.#messageHolder(message_id), isActive })
      byOwner.set(ownerOf(key), references)
    }
    for (const [owner, references] of byOwner) {
      for (let from = 0; from < references.length; from += BOUNDS.mediaBatch) {
        this.#outbox.enqueue(`media:all:${owner}:${from}`, references.slice(from, from + BOUNDS.mediaBatch))
      }
    }
  }

  /** Delivers an outbox entry. */
  static async deliver(env: Pick<Env, 'UPLOADS'>, payload: unknown): Promise<void> {
    const references = payload as Reference[]
    const [first] = references
    if (first) await uploadsStub(env, ownerOf(first.key)).applyReferences(references)
  }

  /** The upload that an id names; null without an id, undefined for one that cannot be attached. */
  #read(id: string | null | undefined, kind: UploadKind, sender: UserId): Attachment | null | undefined {
    if (id === undefined || id === null) return null
    const attachment = readUploadId(id, kind, sender, Date.now())
    if (!attachment) return undefined
    const used = this.#sql.exec('SELECT 1 FROM attached WHERE key = ?', attachment.key).toArray()
    return used.length > 0 ? undefined : attachment
  }

  get #holder(): string {
    return `room ${this.#room}`
  }

  #messageHolder(message: MessageId): string {
    return `${this.#holder} message ${message}`
  }

  #enqueue(reference: Reference): void {
    this.#outbox.enqueue(`media:${reference.key}:${reference.holder}`, [reference])
  }
}

const keysOf = ({ image, file }: Attached): string[] =>
  [image, file].filter((json) => json !== null).map((json) => (JSON.parse(json) as Attachment).key)
