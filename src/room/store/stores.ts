/** All stores of one room, and the timeline that numbers their changes. */
import type { MessageId, RoomId, UserId } from '../../protocol'
import { BanStore } from './bans'
import { BlockStore } from './blocks'
import { HookStore } from './hooks'
import { InviteStore } from './invites'
import { LinkStore } from './links'
import { MemberStore } from './members'
import { Mentions } from './mentions'
import { MessageStore } from './messages'
import { ReactionStore } from './reactions'
import { RoomStore } from './room'
import { SystemMessageStore } from './system-messages'
import { type Newest, Timeline } from './timeline'
import { UnreadCounts } from './unread'
import { WebhookStore } from './webhooks'

/** A store of rows that users add to messages, such as reactions. */
export interface MessageDetailStore {
  /** Removes the rows of a deleted message. */
  removeAll(message: MessageId): void
  /** Removes the rows of an erased user. @returns the messages that had one */
  removeOf(user: UserId): MessageId[]
  /** Removes the rows of a deleted room. */
  clear(): void
}

export class RoomStores {
  /** The id that this object is addressed by. */
  readonly roomId: RoomId
  readonly room: RoomStore
  readonly members: MemberStore
  readonly messages: MessageStore
  readonly mentions: Mentions
  readonly reactions: ReactionStore
  readonly messageDetails: readonly MessageDetailStore[]
  readonly systemMessages: SystemMessageStore
  readonly blocks: BlockStore
  readonly bans: BanStore
  readonly links: LinkStore
  readonly invites: InviteStore
  readonly hooks: HookStore
  readonly webhooks: WebhookStore
  readonly unread: UnreadCounts
  readonly timeline: Timeline

  constructor(roomId: RoomId, sql: SqlStorage) {
    this.roomId = roomId
    this.room = new RoomStore(sql)
    this.members = new MemberStore(sql)
    this.messages = new MessageStore(sql)
    this.mentions = new Mentions(this.members)
    this.reactions = new ReactionStore(sql)
    this.messageDetails = [this.reactions]
    this.systemMessages = new SystemMessageStore(sql)
    this.timeline = new Timeline(() => this.#newest())
    this.blocks = new BlockStore(sql, this.members, this.timeline)
    this.bans = new BanStore(sql)
    this.links = new LinkStore(sql)
    this.invites = new InviteStore(sql)
    this.hooks = new HookStore(sql)
    this.webhooks = new WebhookStore(sql)
    this.unread = new UnreadCounts(this.members, this.messages, this.blocks)
  }

  /** System messages are left out: each takes a seq below that of the change it reports. */
  #newest(): Newest {
    const { members, messages, blocks, room } = this
    const last = messages.last()
    return {
      seq: Math.max(
        last?.id ?? 0,
        messages.lastChangeSeq(),
        members.lastSeq(),
        blocks.lastSeq(),
        room.row?.changed_seq ?? 0,
      ),
      time: Math.max(last?.created_at ?? 0, messages.lastChangeTime(), members.lastTime()),
    }
  }
}
