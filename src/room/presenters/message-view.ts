/** Message rows as the messages of one answer or event. */
import { LIMITS } from '../../config'
import type { Attachment } from '../../media/upload-id'
import { imageUrl } from '../../media/urls'
import type { Message, MessageStatus, ReadStatus, Sender, UserId } from '../../protocol'
import type { MemberRow, MessageRow } from '../store/schema'
import type { RoomStores } from '../store/stores'
import type { BlockView, VisibleMember } from './block-view'
import { sender } from './participant'
import { iso, isoOrNull } from './time'

const attachment = (json: string | null): Attachment | null => (json === null ? null : JSON.parse(json))

/**
 * Status and readers come from the members' cursors. A message's audience is the members who were in the room when it was
 * sent and still are, without its sender.
 */
export class MessageView {
  readonly #stores: RoomStores
  readonly #origin: string
  readonly #blockView: BlockView | undefined
  #audience: VisibleMember[] | undefined

  /** @param origin of the URLs in the answer @param blockView of the viewer; undefined for viewers without blocks */
  constructor(stores: RoomStores, origin: string, blockView?: BlockView) {
    this.#stores = stores
    this.#origin = origin
    this.#blockView = blockView
  }

  of(row: MessageRow): Message {
    const image = attachment(row.image)
    const file = attachment(row.file)
    return {
      id: row.id,
      seq: row.changed_seq ?? row.id,
      room: this.#stores.roomId,
      sender: this.#sender(row.sender_id),
      content: row.content,
      mentions: this.#stores.mentions.of(row),
      image: imageUrl(this.#origin, image?.key ?? null),
      image_width: image?.width ?? null,
      image_height: image?.height ?? null,
      image_alt: row.image_alt,
      file: imageUrl(this.#origin, file?.key ?? null),
      file_name: file?.name ?? null,
      file_size: file?.size ?? null,
      reply_to: row.reply_to,
      reply_preview: this.#preview(row.reply_to),
      timestamp: iso(row.created_at),
      edited_at: isoOrNull(row.edited_at),
      deleted: row.deleted_at !== null,
      client_id: row.client_id,
      reactions: this.#stores.reactions.of(row),
      status: this.status(row),
      read_statuses: this.readers(row, LIMITS.readersPerMessage),
    }
  }

  /** Members whose read cursor has passed the message, in the order in which it did, without the sender. */
  readers(row: MessageRow, limit: number): ReadStatus[] {
    const hasRead = (member: VisibleMember) => member.read_to >= row.id && isAudience(member, row)
    return this.#members()
      .filter(hasRead)
      .map((member) => ({ member, at: this.#stores.members.timeRead(member.user_id, row.id) }))
      .sort((a, b) => a.at - b.at)
      .slice(0, limit)
      .map(({ member: { user_id: id, username }, at }) => ({ id, user: { id, username }, timestamp: iso(at) }))
  }

  status(row: MessageRow): MessageStatus {
    let status: MessageStatus | undefined
    for (const member of this.#members()) {
      if (!isAudience(member, row)) continue
      if (member.delivered_to < row.id) return 'sent'
      if (member.read_to < row.id) status = 'delivered'
      else status ??= 'read'
    }
    return status ?? 'sent'
  }

  #members(): VisibleMember[] {
    this.#audience ??= this.#stores.members.current().map((row) => this.#visible(row))
    return this.#audience
  }

  #visible(row: MemberRow): VisibleMember {
    return this.#blockView?.of(row) ?? row
  }

  #sender(id: UserId): Sender {
    const row = this.#stores.members.everJoined(id)
    if (!row) throw new Error(`Message by ${id}, who never joined room ${this.#stores.roomId}`)
    return sender(this.#visible(row), this.#origin)
  }

  #preview(id: number | null): Message['reply_preview'] {
    const row = id === null ? undefined : this.#stores.messages.get(id)
    if (!row) return null
    const by = this.#sender(row.sender_id)
    return {
      id: row.id,
      sender: by.id,
      sender_name: by.full_name,
      content: row.content,
      deleted: row.deleted_at !== null,
    }
  }
}

/** Whether a message was sent to a member, as far as the viewer may know. */
const isAudience = ({ user_id, joined_seq, audience_to }: VisibleMember, { id, sender_id }: MessageRow): boolean =>
  user_id !== sender_id && joined_seq < id && (audience_to === undefined || id <= audience_to)

/** A message as one line: its text, or else the kind or name of its attachment. */
export function previewText({ content, image, file }: MessageRow): string {
  return content ?? (image ? 'Image' : (attachment(file)?.name ?? ''))
}
