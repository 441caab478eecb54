/** Rows as the outside sees them. */
import type { RoomSummary } from '../../actor/rpc/summary'
import { LIMITS } from '../../config'
import type { Attachment } from '../../media/upload-id'
import { imageUrl } from '../../media/urls'
import {
  isAdmin,
  type LastMessage,
  type Message,
  type MessageStatus,
  type Participant,
  type Reaction,
  type ReadStatus,
  type Sender,
  type UserId,
} from '../../protocol'
import type { MemberStore } from '../store/members'
import type { MessageStore, Range } from '../store/messages'
import type { MemberRow, MessageRow, RoomRow } from '../store/schema'
import type { Mentions } from '../usecases/mentions'
import type { ReactionStore } from '../usecases/reactions'
import type { BlockView, VisibleMember } from './block-view'

const iso = (time: number): string => new Date(time).toISOString()

const attachment = (json: string | null): Attachment | null => (json === null ? null : JSON.parse(json))

export function sender(row: MemberRow, origin: string): Sender {
  const { user_id: id, username, full_name, picture } = row
  return { id, username, full_name, profile_pic: imageUrl(origin, picture) }
}

/**
 * A member, as everybody in the room may be told of them: without their presence, which is not for everybody. That is
 * told apart (`presence`), or added by those who know for whom.
 */
export function participant(row: MemberRow, origin: string): Participant {
  return {
    ...sender(row, origin),
    is_admin: isAdmin(row.role),
    role: row.role,
    online_status: false,
    last_seen: iso(row.joined_at),
    joined_at: iso(row.joined_at),
  }
}

/** Where a view finds what a message row does not say itself. */
export interface ViewSource {
  members: MemberStore
  messages: MessageStore
  mentions: Mentions
  reactions: ReactionStore
}

/**
 * Turns message rows into messages for one answer. Status and readers come from the members' cursors; a message's
 * audience is those who were in the room when it was sent and still are, without its sender.
 */
export class MessageView {
  readonly #room: number
  readonly #members: MemberStore
  readonly #origin: string
  readonly #quote: (id: number) => MessageRow | undefined
  readonly #mentions: Mentions
  readonly #reactions: (row: MessageRow) => Reaction[]
  readonly #blockView: BlockView | undefined
  #audience: VisibleMember[] | undefined

  constructor(room: number, origin: string, source: ViewSource, blockView?: BlockView) {
    this.#room = room
    this.#blockView = blockView
    this.#origin = origin
    this.#members = source.members
    this.#mentions = source.mentions
    this.#quote = (id) => source.messages.get(id)
    this.#reactions = (row) => source.reactions.of(row)
  }

  of(row: MessageRow): Message {
    const image = attachment(row.image)
    const file = attachment(row.file)
    return {
      id: row.id,
      seq: row.changed_seq ?? row.id,
      room: this.#room,
      sender: this.#sender(row.sender_id),
      content: row.content,
      mentions: this.#mentions.of(row),
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
      edited_at: row.edited_at === null ? null : iso(row.edited_at),
      deleted: row.deleted_at !== null,
      client_id: row.client_id,
      reactions: this.#reactions(row),
      status: this.status(row),
      read_statuses: this.readers(row, LIMITS.readersPerMessage),
    }
  }

  /** Everyone who has read it, without the sender; the first to come past it first. */
  readers(row: MessageRow, limit: number): ReadStatus[] {
    const hasRead = (member: VisibleMember) => member.read_to >= row.id && isAudience(member, row)
    return this.#others()
      .filter(hasRead)
      .map((member) => ({ member, at: this.#members.timeRead(member.user_id, row.id) }))
      .sort((a, b) => a.at - b.at)
      .slice(0, limit)
      .map(({ member: { user_id: id, username }, at }) => ({ id, user: { id, username }, timestamp: iso(at) }))
  }

  status(row: MessageRow): MessageStatus {
    let status: MessageStatus | undefined
    for (const member of this.#others()) {
      if (!isAudience(member, row)) continue
      if (member.delivered_to < row.id) return 'sent'
      if (member.read_to < row.id) status = 'delivered'
      else status ??= 'read'
    }
    return status ?? 'sent'
  }

  #others(): VisibleMember[] {
    const current = this.#members.current()
    this.#audience ??= this.#blockView ? current.map((row) => this.#seen(row)) : current
    return this.#audience
  }

  #seen(row: MemberRow): VisibleMember {
    return this.#blockView?.of(row) ?? row
  }

  #sender(id: UserId): Sender {
    const row = this.#members.everJoined(id)
    if (!row) throw new Error(`Message by ${id}, who never was in room ${this.#room}`)
    return sender(this.#seen(row), this.#origin)
  }

  #preview(id: number | null): Message['reply_preview'] {
    const row = id === null ? undefined : this.#quote(id)
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
const isAudience = (
  { user_id, joined_seq, audience_to: counts_to }: VisibleMember,
  { id, sender_id }: MessageRow,
): boolean => user_id !== sender_id && joined_seq < id && (counts_to === undefined || id <= counts_to)

/** What to show of a message where there is one line for it. */
export function previewText({ content, image, file }: MessageRow): string {
  return content ?? (image ? 'Image' : (attachment(file)?.name ?? ''))
}

export function lastMessage(row: MessageRow, members: MemberStore, blockView?: BlockView): LastMessage {
  const known = members.everJoined(row.sender_id)
  return {
    id: row.id,
    content: row.content,
    text: previewText(row),
    sender: row.sender_id,
    sender_name: (known && (blockView?.of(known) ?? known).full_name) ?? '',
    timestamp: iso(row.created_at),
  }
}

/** The room as one of its members has it in their list. */
export function roomSummary(
  room: RoomRow,
  member: MemberRow,
  members: MemberStore,
  blockView: BlockView | undefined,
  state: {
    seq: number
    unread: number
    newestUnread: MessageRow | undefined
    rewritten: number
    newest: MessageRow | undefined
    lastActivity: number
  },
): RoomSummary {
  const seen = (row: MemberRow): MemberRow => blockView?.of(row) ?? row
  const people = blockView ? members.current().map(seen) : members.current()
  const partner = room.is_group ? undefined : members.partnerOf(member.user_id)
  const peer = partner && seen(partner)
  const shown = peer ?? (room.is_group ? undefined : member)
  return {
    room: room.id,
    version: state.seq,
    is_group: Boolean(room.is_group),
    name: room.name,
    title: shown?.full_name ?? groupTitle(room, people, member),
    description: room.description,
    picture: shown ? shown.picture : room.picture,
    // Nobody's presence is to be shown of somebody who is gone.
    peer: peer?.left_at === null ? peer.user_id : null,
    members: people.length,
    joined_seq: member.joined_seq,
    created_at: room.created_at,
    last_activity: state.lastActivity,
    last_message: state.newest ? lastMessage(state.newest, members, blockView) : null,
    unread: state.unread,
    last_unread: state.newestUnread ? lastMessage(state.newestUnread, members, blockView) : null,
    rewritten: state.rewritten,
  }
}

/** A group's name; one without is called after the people in it. */
export function groupTitle(room: RoomRow, people: MemberRow[], viewer?: MemberRow): string {
  if (room.name !== '') return room.name
  const others = people.filter((row) => row.user_id !== viewer?.user_id).map((row) => row.full_name)
  return others.slice(0, 3).join(', ') || viewer?.full_name || 'Group'
}

/** A page newest first, of rows in the order in which `range` reads, one of which may be more than asked for. */
export function pageOf<Row, M>(
  rows: readonly Row[],
  { before, after, limit }: Range,
  of: (row: Row) => M,
): { results: M[]; older: boolean; newer: boolean } {
  const more = rows.length > limit
  const shown = rows.slice(0, limit)
  return {
    results: (after === undefined ? shown : shown.reverse()).map(of),
    older: after === undefined ? more : after > 0,
    newer: after === undefined ? before !== undefined : more,
  }
}
