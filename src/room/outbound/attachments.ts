/** What this room's messages and its picture show of stored images and files, and who hears that they do. */
import type { Reference } from '../../actor/rpc/reference'
import { inTime, uploadsStub } from '../../actor/rpc/stubs'
import type { Outbox } from '../../actor/store/outbox'
import { BOUNDS, TIMES } from '../../config'
import { log } from '../../log/log'
import { type Attachment, readUploadId, type UploadKind } from '../../media/upload-id'
import { ownerOf } from '../../media/urls'
import { type MessageDraft, type MessageId, type Refused, type RoomId, refuse, type UserId } from '../../protocol'
import type { MessageRow } from '../store/schema'

/** Of an object that is about to be shown: whether it is there, undefined when its owner's account did not answer. */
interface Reservation {
  isThere: boolean | undefined
  /** When the answer counts no more, in milliseconds since 1970. */
  until: number
}

/** An answer is used at once; what is sent again later asks again. In milliseconds. */
const ANSWER_COUNTS = 5_000

/** The part of a message that is stored elsewhere: JSON of an `Attachment` each. */
export type Attached = Pick<MessageRow, 'image' | 'file'>

/**
 * The accounts of those who uploaded remove what nothing shows, so they are told what this room shows. Neither sending
 * nor deleting waits for them: it is owed from the same transaction on.
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
   * Reserves what a draft names, so that it stays whatever lets it go meanwhile: an id is good for a day, and by then what
   * it names may have been shown elsewhere, and deleted there.
   * @returns undefined when nothing has to be asked for: it names nothing, or nothing that could be attached, or its
   * reservation has been answered.
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

  /** What a draft names, if the sender uploaded it, it is reserved, and no message here ever showed it. */
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

  /** A message shows these from now on. */
  addReferences(id: MessageId, attached: Attached): void {
    for (const key of keysOf(attached)) {
      this.#sql.exec('INSERT INTO attached (key, message_id) VALUES (?, ?)', key, id)
      this.#enqueue({ key, holder: this.#messageHolder(id), isActive: true })
    }
  }

  /** A message shows these no more. */
  releaseReferences(id: MessageId, attached: Attached): void {
    for (const key of keysOf(attached)) this.#enqueue({ key, holder: this.#messageHolder(id), isActive: false })
  }

  pictureChanged(before: string | null, after: string | null): void {
    if (before === after) return
    const holder = this.#holder
    if (after !== null) this.#enqueue({ key: after, holder, isActive: true })
    if (before !== null) this.#enqueue({ key: before, holder, isActive: false })
  }

  /** The room is gone, with all its messages. */
  releaseAll(): void {
    this.#enqueueAll(false)
    this.#sql.exec('DELETE FROM attached')
  }

  /** The room is back, with all its messages. */
  referenceAll(): void {
    this.#enqueueAll(true)
  }

  /** Told to each uploader in few, long lists. */
  #enqueueAll(held: boolean): void {
    const byOwner = new Map<UserId, Reference[]>()
    const all = this.#sql.exec<{ key: string; message_id: number }>('SELECT key, message_id FROM attached')
    for (const { key, message_id } of all) {
      const holds = byOwner.get(ownerOf(key)) ?? []
      holds.push({ key, holder: this.#messageHolder(message_id), isActive: held })
      byOwner.set(ownerOf(key), holds)
    }
    for (const [owner, holds] of byOwner) {
      for (let from = 0; from < holds.length; from += BOUNDS.mediaBatch) {
        this.#outbox.enqueue(`media:all:${owner}:${from}`, holds.slice(from, from + BOUNDS.mediaBatch))
      }
    }
  }

  /** Pays a debt. */
  static async deliver(env: Pick<Env, 'UPLOADS'>, debt: unknown): Promise<void> {
    const holds = debt as Reference[]
    const [first] = holds
    if (first) await uploadsStub(env, ownerOf(first.key)).applyReferences(holds)
  }

  /** Null for nothing named, undefined for what cannot be attached. */
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

  #enqueue(hold: Reference): void {
    this.#outbox.enqueue(`media:${hold.key}:${hold.holder}`, [hold])
  }
}

const keysOf = ({ image, file }: Attached): string[] =>
  [image, file].filter((json) => json !== null).map((json) => (JSON.parse(json) as Attachment).key)
