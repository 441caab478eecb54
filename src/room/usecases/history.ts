/** Reads messages: one, a page, a search, earlier versions, readers, and the copies in members' notifications. */
import type { Caller } from '../../actor/rpc/caller'
import type { RoomQuotes } from '../../actor/rpc/room-quotes'
import { LIMITS } from '../../config'
import {
  isRefused,
  type Message,
  type MessageId,
  type ReadStatus,
  type Refused,
  type UserId,
  type Version,
} from '../../protocol'
import type { BlockViews } from '../presenters/block-view'
import { MessageView, previewText } from '../presenters/message-view'
import { type Page, pageOf } from '../presenters/page'
import { iso } from '../presenters/time'
import type { Range } from '../store/messages'
import { type SearchQuery, snippet } from '../store/search'
import type { RoomStores } from '../store/stores'
import type { Admission } from './admission'

/** A found message with the part of its text around the match. */
export type Found = Message & { snippet: string }

/** The matches of a search in one room. */
export interface SearchAnswer {
  found: Found[]
  /** Everything since this time (ms since 1970) has been searched; null when the search is complete. */
  searchedSince: number | null
  /** Rows read. */
  read: number
}

export type MessagePage = Page<Message>

export class History {
  readonly #stores: RoomStores
  readonly #admission: Admission
  readonly #blockViews: BlockViews

  constructor(stores: RoomStores, admission: Admission, blockViews: BlockViews) {
    this.#stores = stores
    this.#admission = admission
    this.#blockViews = blockViews
  }

  /** The view of one caller. One answer renders all its messages with the same view. */
  viewOf({ id, origin }: Pick<Caller, 'id' | 'origin'>): MessageView {
    return new MessageView(this.#stores, origin, this.#blockViews.of(id))
  }

  get(caller: Caller, id: number): Message | Refused {
    const found = this.#admission.find(caller, id)
    return isRefused(found) ? found : this.viewOf(caller).of(found.row)
  }

  /** A page of messages, newest first; with `words`, of those that contain them. */
  page(caller: Caller, range: Range, words?: string): MessagePage | Refused {
    if (words) return this.#search(caller, { ...range, words })
    const admitted = this.#admission.admit(caller)
    if (isRefused(admitted)) return admitted
    // One more than asked for tells whether there are more in the direction of reading.
    const rows = this.#stores.messages.page({ ...range, limit: range.limit + 1 })
    const view = this.viewOf(caller)
    return pageOf(rows, range, (row) => view.of(row))
  }

  /** Matches, newest first, each with the part of its text around the match. */
  search(caller: Caller, query: SearchQuery): SearchAnswer | Refused {
    const page = this.#search(caller, query)
    if (isRefused(page)) return page
    const { results, searchedFrom = null, read = 0 } = page
    const found = results.map((message) => ({ ...message, snippet: snippet(message.content ?? '', query.words) }))
    const oldest = searchedFrom === null ? undefined : this.#stores.messages.get(searchedFrom)
    return { found, searchedSince: oldest?.created_at ?? null, read }
  }

  #search(caller: Caller, query: SearchQuery): MessagePage | Refused {
    const admitted = this.#admission.admit(caller)
    if (isRefused(admitted)) return admitted
    const { rows, searchedFrom, read } = this.#stores.messages.search.find({ ...query, limit: query.limit + 1 })
    const view = this.viewOf(caller)
    const results = rows.slice(0, query.limit).map((row) => view.of(row))
    const isFull = rows.length > query.limit
    return { results, older: searchedFrom !== null, newer: false, searchedFrom: isFull ? null : searchedFrom, read }
  }

  /** Earlier texts, oldest first; `after` is when the last one of the page before was replaced (ms since 1970). */
  versions(caller: Caller, id: number, limit: number = LIMITS.listMax, after = 0): Version[] | Refused {
    const found = this.#admission.find(caller, id)
    if (isRefused(found)) return found
    return this.#stores.messages.versions(id, limit, after).map(({ content, written_at, replaced_at }) => ({
      content,
      timestamp: iso(written_at),
      replaced_at: iso(replaced_at),
    }))
  }

  readers(caller: Caller, id: number): ReadStatus[] | Refused {
    const found = this.#admission.find(caller, id)
    if (isRefused(found)) return found
    return this.viewOf(caller).readers(found.row, Number.POSITIVE_INFINITY)
  }

  /** The present form of texts and names that a member's notifications copy; nothing for anybody else. */
  quotesFor(user: UserId, ids: MessageId[], people: UserId[]): RoomQuotes {
    const { members, timeline } = this.#stores
    const rows = members.get(user) ? people.map((id) => members.everJoined(id)) : []
    const blockView = this.#blockViews.of(user)
    const names = rows.flatMap((row) => (row ? [[row.user_id, (blockView?.of(row) ?? row).full_name] as const] : []))
    return { seq: timeline.seq, texts: this.#textsFor(user, ids), names: new Map(names) }
  }

  /** One line for each message that still exists. Nothing of a sender whom the user has blocked, not even an edit. */
  #textsFor(user: UserId, ids: MessageId[]): Map<MessageId, string> {
    const { members, messages, blocks } = this.#stores
    const rows = members.get(user) ? messages.existing(ids) : []
    const visible = rows.filter(({ sender_id }) => !blocks.has(user, sender_id))
    return new Map(visible.map((row) => [row.id, previewText(row)]))
  }
}
