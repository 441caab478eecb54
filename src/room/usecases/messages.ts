/** Sends, edits and deletes messages. Sockets and REST both end here. */
import { COSTS } from '../../actor/budget/costs'
import type { Caller } from '../../actor/rpc/caller'
import { type Edit, isRefused, isVisible, type MessageDraft, type Refused, refuse, type UserId } from '../../protocol'
import type { Announcements, Author } from '../outbound/announcements'
import type { Attachments } from '../outbound/attachments'
import type { Publisher } from '../outbound/publisher'
import type { RoomConnection, RoomSockets } from '../outbound/room-sockets'
import type { SidebarPush } from '../outbound/sidebar-push'
import type { RoomStorage } from '../outbound/storage'
import { iso } from '../presenters/time'
import type { MemberRow, MessageRow } from '../store/schema'
import type { RoomStores } from '../store/stores'
import type { Admission } from './admission'
import { lengthWork } from './message-work'
import { mayDelete, mayEdit } from './policy'

/** A stored message, and whether this call stored it or an earlier one with the same client_id did. */
export interface Posted {
  row: MessageRow
  created: boolean
}

export interface MessageParts {
  stores: RoomStores
  admission: Admission
  attachments: Attachments
  storage: RoomStorage
  publisher: Publisher
  sockets: RoomSockets
  announcements: Announcements
  sidebars: SidebarPush
}

export class Messages {
  readonly #parts: MessageParts

  constructor(parts: MessageParts) {
    this.#parts = parts
  }

  /**
   * Stores a message and publishes it, with the acknowledgement for `from` just before it. Both leave after the commit.
   */
  post(caller: Caller, draft: MessageDraft, from?: RoomConnection, ref?: string | number): Posted | Refused {
    const { admission, sockets } = this.#parts
    const admitted = admission.admit(caller)
    if (isRefused(admitted)) return admitted
    const posted = this.#store(admitted.member, draft)
    if (isRefused(posted)) return posted
    const { row, created } = posted
    if (from) {
      const { id, client_id } = row
      sockets.send(from, { type: 'message.ack', client_id, id, seq: id, timestamp: iso(row.created_at), ref })
    }
    if (created) this.#publishNew(row, caller, caller.id)
    return posted
  }

  /** The same for an author who is no member, as the bot of an incoming hook. `payer`: whose budget pays for it. */
  postAs(author: MemberRow, draft: MessageDraft, payer: UserId): Posted | Refused {
    if (!this.#parts.stores.room.open) return refuse('not_found')
    const posted = this.#store(author, draft)
    if (isRefused(posted)) return posted
    const { user_id: id, full_name } = author
    if (posted.created) this.#publishNew(posted.row, { id, full_name }, payer)
    return posted
  }

  /** Reserves the uploads that a draft names; undefined when nothing has to be asked for before it is posted. */
  reserve(caller: Caller, draft: MessageDraft): Promise<void> | undefined {
    const { admission, attachments } = this.#parts
    if (isRefused(admission.admit(caller)) || this.isRepeat(caller.id, draft)) return undefined
    return attachments.reserve(draft, caller.id)
  }

  /** Whether the message is stored already. A client that reconnects repeats what was not acknowledged, at any rate. */
  isRepeat(sender: UserId, { client_id }: MessageDraft): boolean {
    return client_id !== undefined && this.#parts.stores.messages.byClientId(sender, client_id) !== undefined
  }

  #store(member: MemberRow, draft: MessageDraft): Posted | Refused {
    const { stores, admission, attachments, storage } = this.#parts
    const { messages, mentions, timeline } = stores
    const client_id = draft.client_id ?? null
    if (client_id !== null) {
      const earlier = messages.byClientId(member.user_id, client_id)
      if (earlier) return { row: earlier, created: false }
    }
    const refused = admission.refusesWriting()
    if (refused) return refused
    const attached = attachments.resolve(draft, member.user_id)
    if (isRefused(attached)) return attached
    const content = clean(draft.content)
    if (content === null && attached.image === null && attached.file === null) return refuse('empty_message')
    const reply_to = draft.reply_to ?? null
    if (reply_to !== null && !messages.get(reply_to)) {
      return refuse('invalid', 'reply_to: there is no such message in this room.')
    }
    const full = storage.refuses(content?.length ?? 0, attached)
    if (full) return full
    const row = messages.add(timeline.next(), timeline.now(), {
      sender_id: member.user_id,
      client_id,
      content,
      ...attached,
      image_alt: attached.image === null ? null : (draft.image_alt ?? null),
      reply_to,
      mentions: mentions.storedFor(content),
    })
    attachments.addReferences(row.id, attached)
    storage.grew(attached)
    return { row, created: true }
  }

  edit(caller: Caller, id: number, edit: Edit): MessageRow | Refused {
    const { stores, admission, storage, announcements } = this.#parts
    const found = admission.find(caller, id)
    if (isRefused(found)) return found
    if (!mayEdit(caller.id, found.row.sender_id)) return refuse('not_your_message')
    if (found.row.deleted_at !== null) return refuse('message_deleted')
    // An edit reaches the peer like a message does.
    const refused = admission.refusesWriting()
    if (refused) return refused
    const { image, file, image_alt } = found.row
    const content = edit.content === undefined ? found.row.content : clean(edit.content)
    const alt = image === null || edit.image_alt === undefined ? image_alt : edit.image_alt
    if (content === null && image === null && file === null) return refuse('empty_message')
    if (content === found.row.content && alt === image_alt) return found.row
    // Earlier texts stay stored as versions.
    const full = storage.refuses(content?.length ?? 0)
    if (full) return full
    const { messages, mentions, timeline } = stores
    const seq = timeline.next()
    let { row } = found
    const earlier = mentions.of(row)
    if (content !== row.content) {
      row = messages.edit(row, { content, mentions: mentions.storedFor(content) }, seq, timeline.now())
    }
    if (alt !== image_alt) row = messages.setImageAlt(row, alt, seq)
    storage.grew()
    this.#publishChange('message_updated', row, caller)
    announcements.mentionsChanged(earlier, row, caller)
    return row
  }

  /** Deletes a message. Deleting it again changes nothing. */
  deleteMessage(caller: Caller, id: number): MessageRow | Refused {
    const { stores, admission, attachments, storage } = this.#parts
    const found = admission.find(caller, id)
    if (isRefused(found)) return found
    if (!mayDelete(caller.id, found.member.role, found.row.sender_id)) return refuse('not_your_message')
    if (found.row.deleted_at !== null) return found.row
    const { messages, messageDetails, timeline, unread } = stores
    const row = messages.markDeleted(found.row, timeline.next(), timeline.now())
    for (const details of messageDetails) details.removeAll(row.id)
    attachments.releaseReferences(row.id, found.row)
    storage.shrank(found.row)
    unread.deleted(row)
    this.#publishChange('message_deleted', row, caller)
    return row
  }

  #publishNew(row: MessageRow, author: Author, payer: UserId): void {
    const { stores, publisher, sockets, announcements, sidebars } = this.#parts
    stores.unread.posted(row)
    publisher.message('new_message', row)
    sidebars.changed()
    sidebars.causedBy(payer)
    sockets.leases.charge(payer, lengthWork(row.content))
    announcements.mentionsChanged([], row, author, payer)
  }

  #publishChange(type: 'message_updated' | 'message_deleted', row: MessageRow, by: Caller): void {
    const { publisher, sidebars, sockets } = this.#parts
    publisher.message(type, row)
    sidebars.changed()
    sidebars.causedBy(by.id)
    sockets.leases.charge(by.id, COSTS.rewrite + lengthWork(row.content))
  }
}

/** The text without surrounding white space; null when no character of it is visible. */
function clean(text = ''): string | null {
  return isVisible(text) ? text.trim() : null
}
