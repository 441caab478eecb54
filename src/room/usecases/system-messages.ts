/**
 * System messages: what happened to the room and its people, for those who ask for it. A message of this kind is no
 * `MessageRow`: it is never unread, in no notification, in no search, and nobody edits, deletes or answers it.
 */
import type { Caller } from '../../actor/rpc/caller'
import { viewerOrigin } from '../../actor/sockets/viewer-origin'
import type { Refused, SystemKind, SystemMessage, SystemMessageEvent, UserId } from '../../protocol'
import type { RoomContext } from '../context'
import type { BlockView } from '../presenters/block-view'
import { pageOf, sender } from '../presenters/message-view'
import type { Range } from '../store/messages'
import type { SystemMessageRow } from '../store/schema'
import type { MessagePage } from './messages'

/** Whom it happened to, who did it, and the new name or role. */
interface Happening {
  user?: UserId
  by?: UserId | null
  value?: string
}

/** What a message of this kind has nothing of. */
const NOTHING = {
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
  readonly #context: RoomContext

  constructor(context: RoomContext) {
    this.#context = context
  }

  /**
   * Keeps what is about to happen to a group. It takes a seq below the one of the change itself, so that the newest seq of the
   * room is found without this table: also by an earlier release, which does not know it.
   * @returns tells it to those who are live and have asked for it
   */
  note(kind: SystemKind, { user, by = null, value }: Happening): () => void {
    const { systemMessageStore: lines, room, timeline } = this.#context
    if (!room?.is_group) return () => undefined
    const row: SystemMessageRow = {
      id: timeline.next(),
      kind,
      user_id: user ?? null,
      by_id: by,
      value: value ?? null,
      created_at: timeline.now(),
    }
    lines.add(row)
    return () => this.#tell(row)
  }

  /** A page of them, newest first. */
  page(caller: Caller, range: Range): MessagePage<SystemMessage> | Refused {
    const admitted = this.#context.admit(caller)
    if ('refused' in admitted) return admitted
    const blockView = this.#context.blockUsecases.blockViewOf(caller.id)
    const rows = this.#context.systemMessageStore.page({ ...range, limit: range.limit + 1 })
    return pageOf(rows, range, (row) => this.#message(row, caller.origin, blockView))
  }

  /** Those after a seq, oldest first, for a resume. */
  facts(after: number, limit: number, blockView: BlockView | undefined): { seq: number; frame: SystemMessageEvent }[] {
    return this.#context.systemMessageStore
      .page({ after, limit })
      .map((row) => ({ seq: row.id, frame: this.#fact(row, blockView) }))
  }

  #tell(row: SystemMessageRow): void {
    const { blockUsecases: blocking, reactionFrames: changes, sockets } = this.#context
    // What is held back has a lower seq.
    changes.flush()
    for (const connection of sockets.all()) {
      if (!connection.live || !connection.state.data.system) continue
      sockets.send(connection, this.#fact(row, blocking.blockViewOf(connection.userId)))
    }
  }

  #fact(row: SystemMessageRow, blockView: BlockView | undefined): SystemMessageEvent {
    return { type: 'new_message', seq: row.id, message: this.#message(row, viewerOrigin(), blockView) }
  }

  #message(row: SystemMessageRow, origin: string, blockView: BlockView | undefined): SystemMessage {
    const known = (id: UserId | null) => {
      const member = id === null ? undefined : this.#context.members.everJoined(id)
      return member ? sender(blockView?.of(member) ?? member, origin) : null
    }
    const { id, kind, user_id, by_id, value, created_at } = row
    return {
      ...NOTHING,
      mentions: [],
      reactions: [],
      read_statuses: [],
      id,
      seq: id,
      room: this.#context.id,
      type: 'system',
      sender: null,
      timestamp: new Date(created_at).toISOString(),
      data: {
        kind,
        user: known(user_id),
        by: known(by_id),
        room_name: kind === 'renamed' ? value : null,
        role: kind === 'role_changed' ? (value as SystemMessage['data']['role']) : null,
      },
    }
  }
}
