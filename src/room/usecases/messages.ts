/** What is said in a room: sending, editing, deleting, reading. Every way in, socket or REST, ends here. */

import { COSTS } from '../../actor/budget/costs'
import type { Caller } from '../../actor/rpc/caller'
import type { RoomQuotes } from '../../actor/rpc/room-quotes'
import type { Connection } from '../../actor/sockets/sockets'
import { LIMITS } from '../../config'
import {
  type Edit,
  isRefused,
  isVisible,
  type Message,
  type MessageDraft,
  type MessageId,
  type ReadStatus,
  type Refused,
  refuse,
  type UserId,
  type Version,
} from '../../protocol'
import { type RoomContext, type RoomSocketData, textCost } from '../context'
import { pageOf, previewText } from '../presenters/message-view'
import { deliveredFrame, readFrame } from '../presenters/receipts'
import type { Range } from '../store/messages'
import type { MemberRow, MessageRow } from '../store/schema'
import { type SearchQuery, snippet } from '../store/search'
import { type CursorMove, CursorWriter } from './cursors'
import { mayDelete, mayEdit } from './policy'

/** A stored message and whether this call stored it, or an earlier one with the same client_id did. */
export interface Posted {
  row: MessageRow
  created: boolean
}

/** A message that was searched for. */
export type Found = Message & { snippet: string }

/** What a search found in one room. */
export interface SearchAnswer {
  found: Found[]
  /** When the message was sent from which on everything has been looked at (ms since 1970); null at the end. */
  searchedSince: number | null
  /** Rows read. */
  read: number
}

/** A page of messages, newest first, and what may lie beyond it in both directions. */
export interface MessagePage<M = Message> {
  results: M[]
  /** Whether there are messages older, and newer, than these. */
  older: boolean
  newer: boolean
  /** A search that has not come to its end has looked at everything from this message on. */
  searchedFrom?: MessageId | null
  /** Rows that a search has read. */
  read?: number
}

export class Messages {
  readonly #context: RoomContext
  readonly cursors: CursorWriter

  constructor(context: RoomContext) {
    this.#context = context
    this.cursors = new CursorWriter((user, move) => this.#moved(user, move))
  }

  /**
   * Stores a message and queues it for everyone, with the acknowledgement for `from` just before it: both leave after
   * the commit.
   */
  post(
    caller: Caller,
    draft: MessageDraft,
    from?: Connection<RoomSocketData>,
    ref?: string | number,
  ): Posted | Refused {
    const admitted = this.#context.admit(caller)
    if ('refused' in admitted) return admitted
    const { unread, sidebars, sockets } = this.#context
    const posted = this.#store(admitted.member, draft)
    if ('refused' in posted) return posted
    const { row, created } = posted
    if (from) {
      const timestamp = new Date(row.created_at).toISOString()
      sockets.send(from, { type: 'message.ack', client_id: row.client_id, id: row.id, seq: row.id, timestamp, ref })
    }
    if (created) {
      unread.posted(row)
      this.#context.publishMessage('new_message', row)
      sidebars.changed()
      sidebars.causedBy(caller.id)
      this.#context.sockets.leases.charge(caller.id, textCost(row.content))
      this.#context.announcements.mentionsChanged([], row, caller)
    }
    return posted
  }

  /** Asks for what a draft names, where that has to be asked for before it is posted. */
  reserve(caller: Caller, draft: MessageDraft): Promise<void> | undefined {
    if (isRefused(this.#context.admit(caller)) || this.isRepeat(caller.id, draft)) return undefined
    return this.#context.attachments.reserve(draft, caller.id)
  }

  /** Whether this is stored already: a client that comes back sends what it is not sure of, and is not held up. */
  isRepeat(sender: UserId, { client_id }: MessageDraft): boolean {
    return client_id !== undefined && this.#context.messages.byClientId(sender, client_id) !== undefined
  }

  #store(member: MemberRow, draft: MessageDraft): Posted | Refused {
    const { messages, timeline } = this.#context
    const client_id = draft.client_id ?? null
    if (client_id !== null) {
      const earlier = messages.byClientId(member.user_id, client_id)
      if (earlier) return { row: earlier, created: false }
    }
    if (this.#context.isAbandoned) return refuse('account_erased')
    if (this.#context.isBlocked) return refuse('blocked')
    const attached = this.#context.attachments.resolve(draft, member.user_id)
    if ('refused' in attached) return attached
    const content = clean(draft.content)
    if (content === null && attached.image === null && attached.file === null) return refuse('empty_message')
    const reply_to = draft.reply_to ?? null
    if (reply_to !== null && !messages.get(reply_to)) {
      return refuse('invalid', 'reply_to: there is no such message in this room.')
    }
    const full = this.#context.storage.refuses(content?.length ?? 0, attached)
    if (full) return full
    const row = messages.add(timeline.next(), timeline.now(), {
      sender_id: member.user_id,
      client_id,
      content,
      ...attached,
      image_alt: attached.image === null ? null : (draft.image_alt ?? null),
      reply_to,
      mentions: this.#context.mentions.storedFor(content),
    })
    this.#context.attachments.addReferences(row.id, attached)
    this.#context.storage.grew(attached)
    return { row, created: true }
  }

  edit(caller: Caller, id: number, edit: Edit): MessageRow | Refused {
    const found = this.#context.find(caller, id)
    if ('refused' in found) return found
    if (!mayEdit(caller.id, found.row.sender_id)) return refuse('not_your_message')
    if (found.row.deleted_at !== null) return refuse('message_deleted')
    // An edit reaches the other person like a message does.
    if (this.#context.isAbandoned) return refuse('account_erased')
    if (this.#context.isBlocked) return refuse('blocked')
    const { image, file, image_alt } = found.row
    const content = edit.content === undefined ? found.row.content : clean(edit.content)
    const alt = image === null || edit.image_alt === undefined ? image_alt : edit.image_alt
    if (content === null && image === null && file === null) return refuse('empty_message')
    if (content === found.row.content && alt === image_alt) return found.row
    // Earlier texts are kept.
    const full = this.#context.storage.refuses(content?.length ?? 0)
    if (full) return full
    const { messages, mentions, announcements: news, timeline } = this.#context
    const seq = timeline.next()
    let { row } = found
    const earlier = mentions.of(row)
    if (content !== row.content) {
      row = messages.edit(row, { content, mentions: mentions.storedFor(content) }, seq, timeline.now())
    }
    if (alt !== image_alt) row = messages.setImageAlt(row, alt, seq)
    this.#context.storage.grew()
    this.#announceChange('message_updated', row, caller)
    news.mentionsChanged(earlier, row, caller)
    return row
  }

  deleteMessage(caller: Caller, id: number): MessageRow | Refused {
    const found = this.#context.find(caller, id)
    if ('refused' in found) return found
    if (!mayDelete(caller.id, found.member.role, found.row.sender_id)) return refuse('not_your_message')
    if (found.row.deleted_at !== null) return found.row
    const { messages, timeline, unread } = this.#context
    const row = messages.markDeleted(found.row, timeline.next(), timeline.now())
    this.#context.reactions.removeAll(row.id)
    this.#context.attachments.releaseReferences(row.id, found.row)
    this.#context.storage.shrank(found.row)
    unread.deleted(row)
    this.#announceChange('message_deleted', row, caller)
    return row
  }

  /** Moves the caller's read cursor to a message, at once. */
  markRead(caller: Caller, id: number): true | Refused {
    const found = this.#context.find(caller, id)
    if ('refused' in found) return found
    this.cursors.moveNow(caller.id, { read: id })
    return true
  }

  get(caller: Caller, id: number): Message | Refused {
    const found = this.#context.find(caller, id)
    return 'refused' in found ? found : this.#context.view(caller).of(found.row)
  }

  /** A page of the history; with `words`, of the messages that contain them. */
  page(caller: Caller, range: Range, words?: string): MessagePage | Refused {
    if (words) return this.#found(caller, { ...range, words })
    const admitted = this.#context.admit(caller)
    if ('refused' in admitted) return admitted
    // One more than asked for tells whether there is more in the direction of reading.
    const rows = this.#context.messages.page({ ...range, limit: range.limit + 1 })
    const view = this.#context.view(caller)
    return pageOf(rows, range, (row) => view.of(row))
  }

  /** Messages that contain what is sought, newest first, each with the part of its text around it. */
  search(caller: Caller, sought: SearchQuery): SearchAnswer | Refused {
    const page = this.#found(caller, sought)
    if ('refused' in page) return page
    const { results, searchedFrom = null, read = 0 } = page
    const found = results.map((message) => ({ ...message, snippet: snippet(message.content ?? '', sought.words) }))
    const oldest = searchedFrom === null ? undefined : this.#context.messages.get(searchedFrom)
    return { found, searchedSince: oldest?.created_at ?? null, read }
  }

  #found(caller: Caller, sought: SearchQuery): MessagePage | Refused {
    const admitted = this.#context.admit(caller)
    if ('refused' in admitted) return admitted
    const { rows, searchedFrom, read } = this.#context.messages.search.find({ ...sought, limit: sought.limit + 1 })
    const view = this.#context.view(caller)
    const results = rows.slice(0, sought.limit).map((row) => view.of(row))
    const isFull = rows.length > sought.limit
    return { results, older: searchedFrom !== null, newer: false, searchedFrom: isFull ? null : searchedFrom, read }
  }

  /** Earlier texts, oldest first. */
  messageVersions(caller: Caller, id: number, limit: number = LIMITS.listMax, after = 0): Version[] | Refused {
    const found = this.#context.find(caller, id)
    if ('refused' in found) return found
    return this.#context.messages.versions(id, limit, after).map(({ content, written_at, replaced_at }) => ({
      content,
      timestamp: new Date(written_at).toISOString(),
      replaced_at: new Date(replaced_at).toISOString(),
    }))
  }

  /** One line for each of these messages that is left, for a member's notifications; none for anybody else. */
  textsFor(user: UserId, ids: MessageId[]): Map<MessageId, string> {
    const { members, messages } = this.#context
    const left = members.get(user) ? messages.existing(ids) : []
    // What somebody says whom they have blocked reaches their notifications in no way, an edit neither.
    const isFromBlocked = ({ sender_id }: MessageRow) => this.#context.blocks.has(user, sender_id)
    return new Map(left.filter((row) => !isFromBlocked(row)).map((row) => [row.id, previewText(row)]))
  }

  /** What a member's notifications repeat of this room, as it is now; nothing for anybody else. */
  quotesFor(user: UserId, ids: MessageId[], people: UserId[]): RoomQuotes {
    const { members, timeline, blockUsecases: blocking } = this.#context
    const known = members.get(user) ? people.map((id) => members.everJoined(id)) : []
    const blockView = blocking.blockViewOf(user)
    const names = known.flatMap((row) => (row ? [[row.user_id, (blockView?.of(row) ?? row).full_name] as const] : []))
    return { seq: timeline.seq, texts: this.textsFor(user, ids), names: new Map(names) }
  }

  readers(caller: Caller, id: number): ReadStatus[] | Refused {
    const found = this.#context.find(caller, id)
    if ('refused' in found) return found
    return this.#context.view(caller).readers(found.row, Number.POSITIVE_INFINITY)
  }

  /** Writes and announces a cursor's move, if it is one: never back, never past the newest message. */
  #moved(user: UserId, move: CursorMove): void {
    const { members, messages, timeline, unread, sidebars } = this.#context
    const { leases } = this.#context.sockets
    let member = members.get(user)
    if (!member) return
    const newest = messages.last()?.id ?? 0
    const delivered = Math.min(Math.max(move.delivered ?? 0, move.read ?? 0), newest)
    const read = Math.min(move.read ?? 0, newest)
    if (read > member.read_to) {
      const step = { to: read, at: timeline.now(), seq: timeline.next() }
      const allRead = messages.unread(user, read).count === 0
      member = members.readTo(member, step, allRead)
      unread.forget(user)
      this.#context.publishReceipt(readFrame(member, step), user)
      sidebars.changed(user)
      leases.charge(user, COSTS.cursor)
    }
    // Also after reading: what was held back together may have come further than what was read.
    if (delivered > member.delivered_to) {
      leases.charge(user, COSTS.cursor)
      this.#context.publishReceipt(deliveredFrame(members.deliveredTo(member, delivered, timeline.next())), user)
    }
  }

  #announceChange(type: 'message_updated' | 'message_deleted', row: MessageRow, by: Caller): void {
    this.#context.publishMessage(type, row)
    this.#context.sidebars.changed()
    this.#context.sidebars.causedBy(by.id)
    this.#context.sockets.leases.charge(by.id, COSTS.rewrite + textCost(row.content))
  }
}

/** The text as it is kept: without surrounding blanks, null when nothing of it can be seen. */
function clean(text = ''): string | null {
  return isVisible(text) ? text.trim() : null
}
