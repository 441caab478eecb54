/**
 * System messages report changes of a group to callers and connections that ask for them. They are never unread, notified,
 * found by a search, edited, deleted or replied to.
 */
import type { Caller } from '../../actor/rpc/caller'
import { viewerOrigin } from '../../actor/sockets/viewer-origin'
import {
  isRefused,
  NO_MESSAGE_DETAILS,
  type Refused,
  type SystemKind,
  type SystemMessage,
  type SystemMessageEvent,
  type UserId,
} from '../../protocol'
import type { Publisher } from '../outbound/publisher'
import type { BlockView, BlockViews } from '../presenters/block-view'
import { type Page, pageOf } from '../presenters/page'
import { sender } from '../presenters/participant'
import { iso } from '../presenters/time'
import type { Range } from '../store/messages'
import type { SystemMessageRow } from '../store/schema'
import type { RoomStores } from '../store/stores'
import type { Admission } from './admission'

/** The member whom the change is about, the member who made it, and the new name or role. */
interface Change {
  user?: UserId
  by?: UserId | null
  value?: string
}

/** Fields of a message that a system message leaves empty. */
const EMPTY = {
  content: null,
  image: null,
  image_width: null,
  image_height: null,
  image_alt: null,
  file: null,
  file_name: null,
  file_size: null,
  reply_to: null,
  reply_preview: null,
  edited_at: null,
  deleted: false,
  client_id: null,
  status: 'sent',
} as const

export class SystemMessages {
  readonly #stores: RoomStores
  readonly #admission: Admission
  readonly #blockViews: BlockViews
  readonly #publisher: Publisher

  constructor(stores: RoomStores, admission: Admission, blockViews: BlockViews, publisher: Publisher) {
    this.#stores = stores
    this.#admission = admission
    this.#blockViews = blockViews
    this.#publisher = publisher
  }

  /**
   * Stores a system message before the change that it reports. Its seq is lower than that of the change, so the newest seq of
   * the room is found without this table.
   * @returns publishes it, to be called once the change is stored
   */
  add(kind: SystemKind, { user, by = null, value }: Change): () => void {
    const { systemMessages, room, timeline } = this.#stores
    if (!room.row?.is_group) return () => undefined
    const row: SystemMessageRow = {
      id: timeline.next(),
      kind,
      user_id: user ?? null,
      by_id: by,
      value: value ?? null,
      created_at: timeline.now(),
    }
    systemMessages.add(row)
    return () => this.#publisher.systemMessage((blockView) => this.#event(row, blockView))
  }

  page(caller: Caller, range: Range): Page<SystemMessage> | Refused {
    const admitted = this.#admission.admit(caller)
    if (isRefused(admitted)) return admitted
    const blockView = this.#blockViews.of(caller.id)
    const rows = this.#stores.systemMessages.page({ ...range, limit: range.limit + 1 })
    return pageOf(rows, range, (row) => this.#message(row, caller.origin, blockView))
  }

  /** Events of system messages after a seq, oldest first, for a replay. */
  eventsSince(
    after: number,
    limit: number,
    blockView: BlockView | undefined,
  ): { seq: number; event: SystemMessageEvent }[] {
    return this.#stores.systemMessages
      .page({ after, limit })
      .map((row) => ({ seq: row.id, event: this.#event(row, blockView) }))
  }

  #event(row: SystemMessageRow, blockView: BlockView | undefined): SystemMessageEvent {
    return { type: 'new_message', seq: row.id, message: this.#message(row, viewerOrigin(), blockView) }
  }

  #message(row: SystemMessageRow, origin: string, blockView: BlockView | undefined): SystemMessage {
    const senderOf = (id: UserId | null) => {
      const member = id === null ? undefined : this.#stores.members.everJoined(id)
      return member ? sender(blockView?.of(member) ?? member, origin) : null
    }
    const { id, kind, user_id, by_id, value, created_at } = row
    return {
      ...EMPTY,
      ...NO_MESSAGE_DETAILS,
      id,
      seq: id,
      room: this.#stores.roomId,
      type: 'system',
      sender: null,
      timestamp: iso(created_at),
      data: {
        kind,
        user: senderOf(user_id),
        by: senderOf(by_id),
        room_name: kind === 'renamed' ? value : null,
        role: kind === 'role_changed' ? (value as SystemMessage['data']['role']) : null,
      },
    }
  }
}
