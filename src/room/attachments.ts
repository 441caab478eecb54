/** What this room's messages and its picture show of stored images and files, and who hears that they do. */
import type { Hold } from '../actor/hold'
import type { Outbox } from '../actor/outbox'
import { uploadsStub } from '../actor/stubs'
import { BOUNDS } from '../config'
import { type Attachment, readUploadId, type UploadKind } from '../media/upload-id'
import { ownerOf } from '../media/urls'
import { type MessageDraft, type MessageId, type Refused, type RoomId, refuse, type UserId } from '../protocol'
import type { MessageRow } from './schema'

/** The part of a message that is stored elsewhere: JSON of an `Attachment` each. */
export type Attached = Pick<MessageRow, 'image' | 'file'>

/**
 * The accounts of those who uploaded remove what nothing shows, so they are told what this room shows. Neither sending
 * nor deleting waits for them: it is owed from the same transaction on.
 */
export class Attachments {
  readonly #room: RoomId
  readonly #sql: SqlStorage
  readonly #outbox: Outbox

  constructor(room: RoomId, sql: SqlStorage, outbox: Outbox) {
    this.#room = room
    this.#sql = sql
    this.#outbox = outbox
  }

  /**
   * What a draft names, if the sender uploaded it, it can still be used, and no message here ever showed it. Asks
   * nobody: the ids say it themselves.
   */
  namedBy(draft: MessageDraft, sender: UserId): Attached | Refused {
    const image = this.#named(draft.image_id, 'image', sender)
    const file = this.#named(draft.file_id, 'file', sender)
    return image === undefined || file === undefined ? refuse('unknown_attachment') : { image, file }
  }

  /** A message shows these from now on. */
  shown(id: MessageId, attached: Attached): void {
    for (const key of keysOf(attached)) {
      this.#sql.exec('INSERT INTO attached (key, message_id) VALUES (?, ?)', key, id)
      this.#owe({ key, holder: this.#holder(id), held: true })
    }
  }

  /** A message shows these no more. */
  gone(id: MessageId, attached: Attached): void {
    for (const key of keysOf(attached)) this.#owe({ key, holder: this.#holder(id), held: false })
  }

  pictureChanged(before: string | null, after: string | null): void {
    if (before === after) return
    const holder = `room ${this.#room}`
    if (after !== null) this.#owe({ key: after, holder, held: true })
    if (before !== null) this.#owe({ key: before, holder, held: false })
  }

  /** The room is gone, with all its messages. */
  allGone(): void {
    this.#tellAll(false)
    this.#sql.exec('DELETE FROM attached')
  }

  /** The room is back, with all its messages. */
  allShown(): void {
    this.#tellAll(true)
  }

  /** Told to each uploader in few, long lists. */
  #tellAll(held: boolean): void {
    const byOwner = new Map<UserId, Hold[]>()
    const all = this.#sql.exec<{ key: string; message_id: number }>('SELECT key, message_id FROM attached')
    for (const { key, message_id } of all) {
      const holds = byOwner.get(ownerOf(key)) ?? []
      holds.push({ key, holder: this.#holder(message_id), held })
      byOwner.set(ownerOf(key), holds)
    }
    for (const [owner, holds] of byOwner) {
      for (let from = 0; from < holds.length; from += BOUNDS.mediaBatch) {
        this.#outbox.owe(`media:all:${owner}:${from}`, holds.slice(from, from + BOUNDS.mediaBatch))
      }
    }
  }

  /** Pays a debt. */
  static async tell(env: Pick<Env, 'UPLOADS'>, debt: unknown): Promise<void> {
    const holds = debt as Hold[]
    const [first] = holds
    if (first) await uploadsStub(env, ownerOf(first.key)).settle(holds)
  }

  /** Null for nothing named, undefined for what cannot be attached. */
  #named(id: string | null | undefined, kind: UploadKind, sender: UserId): string | null | undefined {
    if (id === undefined || id === null) return null
    const attachment = readUploadId(id, kind, sender, Date.now())
    if (!attachment) return undefined
    const used = this.#sql.exec('SELECT 1 FROM attached WHERE key = ?', attachment.key).toArray()
    return used.length > 0 ? undefined : JSON.stringify(attachment)
  }

  #holder(message: MessageId): string {
    return `room ${this.#room} message ${message}`
  }

  #owe(hold: Hold): void {
    this.#outbox.owe(`media:${hold.key}:${hold.holder}`, [hold])
  }
}

const keysOf = ({ image, file }: Attached): string[] =>
  [image, file].filter((json) => json !== null).map((json) => (JSON.parse(json) as Attachment).key)
