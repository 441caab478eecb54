/** The room as lists, notifications and people outside show it. */
import type { RoomGone, RoomSummary } from '../../actor/rpc/summary'
import type { LastMessage, UserId } from '../../protocol'
import type { MemberRow, MessageRow, RoomRow } from '../store/schema'
import type { RoomStores } from '../store/stores'
import type { BlockView, BlockViews } from './block-view'
import { previewText } from './message-view'
import { iso } from './time'

/** A group as people outside see it before they join. `picture` is a storage key. */
export interface PublicPreview {
  room: number
  name: string
  description: string
  picture: string | null
  members: number
}

export class RoomSummaries {
  readonly #stores: RoomStores
  readonly #blockViews: BlockViews
  /** The newest undeleted message, as read at `#newestAt`. */
  #newestRow: MessageRow | undefined
  #newestAt = -1

  constructor(stores: RoomStores, blockViews: BlockViews) {
    this.#stores = stores
    this.#blockViews = blockViews
  }

  /** The room as one member has it in their list; `gone` for everybody else. */
  of(user: UserId): RoomSummary | RoomGone {
    const { room, members, messages, unread, timeline, roomId } = this.#stores
    const member = members.get(user)
    const row = room.open
    if (!row || !member) return { room: roomId, version: timeline.seq, gone: true }
    const blockView = this.#blockViews.of(user)
    const newest = this.#newest()
    const newestUnread = unread.newestFor(user)
    // Most often the newest unread message is the newest message.
    const lastUnread = newestUnread === newest?.id ? newest : messages.get(newestUnread ?? 0)
    const people = this.#peopleFor(blockView)
    const partner = row.is_group ? undefined : members.partnerOf(user)
    const peer = partner && (blockView?.of(partner) ?? partner)
    // A direct room shows its peer, or its only member when nobody else ever joined.
    const shown = peer ?? (row.is_group ? undefined : member)
    return {
      room: row.id,
      version: timeline.seq,
      is_group: Boolean(row.is_group),
      name: row.name,
      title: shown?.full_name ?? groupTitle(row, people, member),
      description: row.description,
      picture: shown ? shown.picture : row.picture,
      // A former member's presence is not shown.
      peer: peer?.left_at === null ? peer.user_id : null,
      members: people.length,
      joined_seq: member.joined_seq,
      created_at: row.created_at,
      last_activity: newest?.created_at ?? row.created_at,
      last_message: newest ? this.#lastMessage(newest, blockView) : null,
      unread: unread.of(user),
      last_unread: lastUnread ? this.#lastMessage(lastUnread, blockView) : null,
      rewritten: Math.max(messages.lastRewriteSeq(), members.lastRename(), row.changed_seq),
    }
  }

  /** The group's name in a member's notifications; empty for a direct room without a row. */
  titleFor(user: UserId): string {
    const row = this.#stores.room.row
    return row ? groupTitle(row, this.#peopleFor(this.#blockViews.of(user))) : ''
  }

  /**
   * The group for people outside; undefined when it does not exist or was deleted. `hidden` are members separated from the
   * viewer by a block: they do not appear in the title of a group without a name.
   */
  publicPreview(hidden: readonly UserId[] = []): PublicPreview | undefined {
    const row = this.#stores.room.open
    if (!row) return undefined
    const people = this.#stores.members.current()
    const shown = people.filter(({ user_id }) => !hidden.includes(user_id))
    const { id, description, picture } = row
    return { room: id, name: groupTitle(row, shown), description, picture, members: people.length }
  }

  #peopleFor(blockView: BlockView | undefined): MemberRow[] {
    const people = this.#stores.members.current()
    return blockView ? people.map((row) => blockView.of(row)) : people
  }

  #lastMessage(row: MessageRow, blockView: BlockView | undefined): LastMessage {
    const author = this.#stores.members.everJoined(row.sender_id)
    return {
      id: row.id,
      content: row.content,
      text: previewText(row),
      sender: row.sender_id,
      sender_name: (author && (blockView?.of(author) ?? author).full_name) ?? '',
      timestamp: iso(row.created_at),
    }
  }

  #newest(): MessageRow | undefined {
    const { messages, timeline } = this.#stores
    if (this.#newestAt !== timeline.seq) {
      this.#newestRow = messages.newest()
      this.#newestAt = timeline.seq
    }
    return this.#newestRow
  }
}

/** A group's name; the title of a group without one lists its first three members other than the viewer. */
function groupTitle(room: RoomRow, people: MemberRow[], viewer?: MemberRow): string {
  if (room.name !== '') return room.name
  const others = people.filter((row) => row.user_id !== viewer?.user_id).map((row) => row.full_name)
  return others.slice(0, 3).join(', ') || viewer?.full_name || 'Group'
}
