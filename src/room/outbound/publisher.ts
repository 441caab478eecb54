/** Sends the room's events to its connections: to everybody, or to each viewer as their block view shows it. */
import { viewerOrigin } from '../../actor/sockets/viewer-origin'
import { CLOSE } from '../../config'
import type { RoomDown, SystemMessageEvent, UserId } from '../../protocol'
import type { BlockView, BlockViews } from '../presenters/block-view'
import { memberEvent, removalEvent, roomEvent } from '../presenters/events'
import { MessageView } from '../presenters/message-view'
import type { MemberRow, MessageRow, RoomRow } from '../store/schema'
import type { RoomStores } from '../store/stores'
import { ReactionEvents } from './reaction-events'
import type { RoomSockets } from './room-sockets'
import type { WebhookChanges } from './webhook-changes'

type MessageEventType = 'new_message' | 'message_updated' | 'message_deleted'

/** The events of sockets by their names for webhooks. */
const CHANGES = {
  message_updated: 'message.updated',
  message_deleted: 'message.deleted',
  member_added: 'member.added',
  member_updated: 'member.updated',
} as const

export class Publisher {
  readonly #stores: RoomStores
  readonly #blockViews: BlockViews
  readonly #sockets: RoomSockets
  readonly #webhooks: WebhookChanges
  readonly #reactions = new ReactionEvents((row) => this.#message('message_updated', row))

  constructor(stores: RoomStores, blockViews: BlockViews, sockets: RoomSockets, webhooks: WebhookChanges) {
    this.#stores = stores
    this.#blockViews = blockViews
    this.#sockets = sockets
    this.#webhooks = webhooks
  }

  /** Publishes an event to every live connection but those of `exceptUsers`. */
  publish(event: RoomDown, exceptUsers: readonly UserId[] = []): void {
    if ('seq' in event) this.flush()
    this.#sockets.broadcast(event, exceptUsers)
  }

  /** Publishes pending reaction events. Whatever follows has a higher seq. */
  flush(): void {
    this.#reactions.flush()
  }

  /** The room has another name, description or picture. */
  room(row: RoomRow): void {
    this.#webhooks.changed(row.changed_seq, 'room.updated', null)
    this.publish(roomEvent(row))
  }

  /** The room was deleted. Its connections are closed by then, so only webhooks are told. */
  roomDeleted(seq: number): void {
    this.#webhooks.changed(seq, 'room.deleted', null)
  }

  /**
   * Publishes an event that viewers with a block view see otherwise. `event` makes it for each of them, and once, without a
   * block view, for all others; null publishes nothing.
   */
  perViewer(event: (blockView: BlockView | undefined) => RoomDown | null): void {
    const viewers = [...this.#blockViews.viewers()].filter((user) => this.#sockets.has(user))
    const common = event(undefined)
    if (common) this.publish(common, viewers)
    for (const user of viewers) {
      const own = event(this.#blockViews.of(user))
      if (own) this.#sockets.sendTo(user, own)
    }
  }

  message(type: MessageEventType, row: MessageRow): void {
    if (type === 'new_message') this.#webhooks.posted()
    else this.#webhooks.changed(row.changed_seq ?? row.id, CHANGES[type], row.id)
    this.#message(type, row)
  }

  #message(type: MessageEventType, row: MessageRow): void {
    const seq = row.changed_seq ?? row.id
    this.perViewer((blockView) => ({ type, seq, message: this.messageView(blockView).of(row) }))
  }

  /** Publishes a message whose reactions changed, coalesced with the next such changes. */
  reaction(row: MessageRow): void {
    this.#webhooks.changed(row.changed_seq ?? row.id, 'reaction.updated', row.id)
    this.#reactions.add(row)
  }

  /**
   * Publishes a member who was added or changed. A change of names and picture only (`isProfile`) is not published to users
   * whom the member has blocked.
   */
  member(type: 'member_added' | 'member_updated', row: MemberRow, isProfile = false): void {
    this.#webhooks.changed(row.changed_seq, CHANGES[type], row.user_id)
    this.perViewer((blockView) =>
      isProfile && blockView?.isBlockedBy(row.user_id) ? null : memberEvent(type, row, blockView),
    )
  }

  /** Publishes that a member is gone, or that a former member has another name. */
  removal(row: MemberRow, isProfile = false): void {
    if (!isProfile) this.#webhooks.changed(row.changed_seq, 'member.removed', row.user_id)
    this.perViewer((blockView) =>
      isProfile && blockView?.isBlockedBy(row.user_id) ? null : removalEvent(row, blockView),
    )
  }

  /** Publishes a member's receipt, but not to users separated from the member by a block. */
  receipt(event: RoomDown, user: UserId): void {
    this.publish(event, this.#stores.blocks.separatedFrom(user))
  }

  /** The same for typing, which its author does not receive. */
  typing(type: 'typing' | 'stop_typing', user: UserId): void {
    const username = this.#stores.members.everJoined(user)?.username ?? ''
    this.publish({ type, user_id: user, username }, [user, ...this.#stores.blocks.separatedFrom(user)])
  }

  /** Publishes a signal to the connections of the other members whom no block separates from its author. */
  signal(user: UserId, name: string, data: unknown): void {
    const others = [user, ...this.#stores.blocks.separatedFrom(user)]
    this.publish({ type: 'signal', user_id: user, name, data }, others)
  }

  /** Publishes a system message to the live connections that receive them. */
  systemMessage(event: (blockView: BlockView | undefined) => SystemMessageEvent): void {
    this.flush()
    for (const connection of this.#sockets.all()) {
      if (!connection.live || !connection.state.data.system) continue
      this.#sockets.send(connection, event(this.#blockViews.of(connection.userId)))
    }
  }

  /** The view for messages in events. Without a block view it is that of viewers without blocks. */
  messageView(blockView?: BlockView): MessageView {
    return new MessageView(this.#stores, viewerOrigin(), blockView)
  }

  /** Closes every connection of a user. */
  close(user: UserId, code: number = CLOSE.notMember, reason = 'You are no longer a member of this room.'): void {
    for (const connection of this.#sockets.of(user)) this.#sockets.close(connection, code, reason)
  }
}
