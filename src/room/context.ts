/** What the parts of one room share: its stores, its sockets, its order, and the checks that come before everything. */

import { COSTS } from '../actor/budget/costs'
import type { Caller } from '../actor/rpc/caller'
import type { RoomGone, RoomSummary } from '../actor/rpc/summary'
import { type OnClosed, Sockets } from '../actor/sockets/sockets'
import { viewerOrigin } from '../actor/sockets/viewer-origin'
import { Alarm } from '../actor/store/alarm'
import { migrate } from '../actor/store/migrate'
import { Outbox } from '../actor/store/outbox'
import { CLOSE, LIMITS, settings, TIMES } from '../config'
import { imageUrl } from '../media/urls'
import {
  type MessageId,
  type Person,
  type Refused,
  type RoomDown,
  refuse,
  type SessionId,
  type StorageUse,
  type UserId,
} from '../protocol'
import { Announcements } from './outbound/announcements'
import { Attachments } from './outbound/attachments'
import { DirectoryProjection } from './outbound/directory-projection'
import { SidebarPush } from './outbound/sidebar-push'
import { RoomStorage, sentence } from './outbound/storage'
import type { BlockView } from './presenters/block-view'
import { groupTitle, MessageView, participant, roomSummary, sender } from './presenters/message-view'
import { BlockStore } from './store/blocks'
import { InviteStore } from './store/invites'
import { hasSameProfile, isNewerThan, MemberStore } from './store/members'
import { MessageStore } from './store/messages'
import { migrations } from './store/migrations'
import type { MemberRow, MessageRow, RoomRow } from './store/schema'
import { SystemMessageStore } from './store/system-messages'
import { Timeline } from './store/timeline'
import { UnreadCounts } from './store/unread'
import { Blocks } from './usecases/blocks'
import { Mentions } from './usecases/mentions'
import { ReactionFrames, ReactionStore } from './usecases/reactions'
import { SystemMessages } from './usecases/system-messages'

/** What a room remembers of each connection through hibernation, beside who it is. */
export interface RoomSocketData {
  /** When typing was last passed on from here (ms since 1970), 0 once it has ended. */
  typing: number
  /** Whether system messages are told here; absent on sockets that an earlier release opened. */
  system?: boolean
}

/** A session that has no socket open here any more. */
export interface SessionClosed {
  user: UserId
  session: SessionId
  /** The newest unread message that they have seen here, 0 when that is not known. */
  shown: MessageId
}

/** What the room itself does when something happens to a connection. */
export interface ConnectionHooks {
  onClosed: OnClosed<RoomSocketData>
  /** Tells a person's sidebar that this room is open on one of their devices. */
  announce(caller: Caller): Promise<void>
  /** Tells it that no socket of a session is open here any more, if that is so. */
  reportClosed(parting: SessionClosed): Promise<void>
}

export class RoomContext {
  readonly env: Env
  /** The name this object was addressed by. */
  readonly id: number
  readonly sockets: Sockets<RoomSocketData>
  readonly members: MemberStore
  readonly messages: MessageStore
  readonly mentions: Mentions
  readonly reactions: ReactionStore
  /** Messages that people react to, on their way to the sockets. */
  readonly reactionFrames = new ReactionFrames((row) => this.publishMessage('message_updated', row))
  readonly blocks: BlockStore
  readonly invites: InviteStore
  readonly systemMessageStore: SystemMessageStore
  readonly system = new SystemMessages(this)
  readonly blockUsecases = new Blocks(this)
  readonly unread: UnreadCounts
  readonly alarm: Alarm
  readonly outbox: Outbox
  readonly announcements: Announcements
  readonly attachments: Attachments
  readonly storage: RoomStorage
  readonly projection: DirectoryProjection
  readonly #storage: DurableObjectStorage
  #room: RoomRow | undefined
  #timeline: Timeline | undefined
  #sidebars: SidebarPush | undefined

  constructor(ctx: DurableObjectState, env: Env, hooks: ConnectionHooks) {
    this.env = env
    this.id = Number(ctx.id.name)
    this.#storage = ctx.storage
    migrate(ctx.storage, migrations)
    const { sql } = ctx.storage
    this.members = new MemberStore(sql)
    this.messages = new MessageStore(sql)
    this.mentions = new Mentions(this.members)
    this.reactions = new ReactionStore(sql)
    this.blocks = new BlockStore(sql)
    this.invites = new InviteStore(sql)
    this.systemMessageStore = new SystemMessageStore(sql)
    this.unread = new UnreadCounts(this.members, this.messages, this.blocks)
    this.alarm = new Alarm(ctx.storage)
    this.outbox = new Outbox(sql, this.alarm, {
      directory: (debt) => this.projection.deliver(env.DIRECTORY, debt),
      opened: (caller) => hooks.announce(caller as Caller),
      closed: (parting) => hooks.reportClosed(parting as SessionClosed),
      announcement: (debt) => this.announcements.deliver(debt),
      media: (debt) => Attachments.deliver(env, debt),
      storage: () => this.storage.project(env.DIRECTORY),
    })
    this.projection = new DirectoryProjection(this.outbox, this)
    this.announcements = new Announcements(this, this.outbox)
    this.attachments = new Attachments(this.id, env, sql, this.outbox)
    const isThere = () => this.room !== undefined && this.room.deleted_at === null
    const source = { isThere, onLevel: (use: StorageUse) => this.announcements.storageUsed(sentence(use)) }
    this.storage = new RoomStorage(this.id, sql, this.outbox, source, settings(env).STORAGE_PER_ROOM)
    this.sockets = new Sockets(ctx, 'room', hooks.onClosed)
    void ctx.blockConcurrencyWhile(async () => {
      await this.alarm.load()
      // Whether or not an alarm is pending: while it rings, none is.
      const authors = (await ctx.storage.get<UserId[]>(AUTHORS)) ?? []
      const known = this.alarm.pending ? -1 : this.timeline.seq
      this.#sidebars = new SidebarPush(env, this.alarm, this.#pushSource(), known, authors)
      // After the lists: an alarm that is set for this owes them nothing.
      if (this.room) this.scheduleRebuild()
    })
  }

  /** Asks the alarm to ring for the next step of the search index, if it is still being rebuilt. */
  scheduleRebuild(): void {
    if (this.messages.search.index.indexedFrom > 0) this.alarm.ringBy(Date.now() + TIMES.searchRebuild)
  }

  /** The room's own row; undefined before it is created. A deleted room keeps it. */
  get room(): RoomRow | undefined {
    this.#room ??= this.#storage.sql.exec<RoomRow & Record<string, SqlStorageValue>>('SELECT * FROM room').toArray()[0]
    return this.#room
  }

  save(room: RoomRow): void {
    this.#storage.sql.exec(
      `INSERT OR REPLACE INTO room (id, is_group, name, description, picture, created_at, changed_seq, deleted_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
      room.id,
      room.is_group,
      room.name,
      room.description,
      room.picture,
      room.created_at,
      room.changed_seq,
      room.deleted_at,
    )
    this.#room = room
  }

  get timeline(): Timeline {
    if (!this.#timeline) {
      const last = this.messages.last()
      const seq = Math.max(
        last?.id ?? 0,
        this.messages.lastChangeSeq(),
        this.members.lastSeq(),
        this.blocks.lastSeq(),
        this.room?.changed_seq ?? 0,
      )
      const time = Math.max(last?.created_at ?? 0, this.messages.lastChangeTime(), this.members.lastTime())
      this.#timeline = new Timeline(seq, time)
    }
    return this.#timeline
  }

  get sidebars(): SidebarPush {
    if (!this.#sidebars) throw new Error('The room is still waking')
    return this.#sidebars
  }

  /**
   * The room and the caller's membership, or why not. Strangers, former members and people asking for a room that is
   * gone get one and the same answer.
   */
  admit(caller: Caller): { room: RoomRow; member: MemberRow } | Refused {
    const { room } = this
    const member = this.members.get(caller.id)
    if (!room || room.deleted_at !== null || !member) return refuse('not_found')
    return { room, member }
  }

  /** A message of this room, for one of its members. */
  find(caller: Caller, id: MessageId): { row: MessageRow; member: MemberRow } | Refused {
    const admitted = this.admit(caller)
    if ('refused' in admitted) return admitted
    const row = this.messages.get(id)
    return row ? { row, member: admitted.member } : refuse('not_found')
  }

  /**
   * Shows a person under a new name or picture, if it is one. Never from what an open socket remembers of its person:
   * that is how they were called when it was opened. What is told of them may come in any order; the newest version
   * counts, also for those who have left: their messages have their name.
   */
  updateProfile(member: MemberRow, person: Person): MemberRow {
    if (isNewerThan(member, person)) return member
    const { version = member.person_version } = person
    if (hasSameProfile(member, person)) {
      return version === member.person_version ? member : this.members.confirmVersion(member, version)
    }
    const renamed = this.members.rename(member, person, this.timeline.next())
    this.announcements.inviteBackAgain(member.user_id)
    this.sidebars.causedBy(person.id)
    if (renamed.left_at === null) this.announceMember('member_updated', renamed, true)
    else {
      this.publishPerViewer((blockView) =>
        blockView?.isBlockedBy(renamed.user_id) ? null : this.removalFrame(renamed, blockView),
      )
      this.sidebars.changed()
    }
    return renamed
  }

  /** Everything that needs rendering in one answer shares one view: that of the person who asks. */
  view({ id, origin }: Pick<Caller, 'id' | 'origin'>): MessageView {
    return new MessageView(this.id, origin, this, this.blockUsecases.blockViewOf(id))
  }

  /** A view for frames. Without a blockView it is that of everybody between whom and others nothing stands. */
  frameView(blockView?: BlockView): MessageView {
    return new MessageView(this.id, viewerOrigin(), this, blockView)
  }

  /** A URL for a frame. */
  imageUrl(key: string | null): string | null {
    return imageUrl(viewerOrigin(), key)
  }

  /** Whether this is a direct room whose other person is gone for good: nobody would read what is written here. */
  get isAbandoned(): boolean {
    return this.room?.is_group === 0 && this.members.current().length < 2
  }

  /** Whether this is a direct room between whose people a block stands: nothing is said there. */
  get isBlocked(): boolean {
    return this.room?.is_group !== 1 && this.blocks.all().length > 0
  }

  /** Tells the others that somebody types, or no longer does. */
  publishTyping(type: 'typing' | 'stop_typing', user: UserId): void {
    const username = this.members.everJoined(user)?.username ?? ''
    this.publish({ type, user_id: user, username }, [user, ...this.#hiddenFrom(user)])
  }

  publish(fact: RoomDown, exceptUsers: readonly UserId[] = []): void {
    if ('seq' in fact) this.reactionFrames.flush()
    this.sockets.broadcast(fact, exceptUsers)
  }

  /** Tells everybody how far somebody has read or received, but those between whom and them a block stands. */
  publishReceipt(fact: RoomDown, user: UserId): void {
    this.publish(fact, this.#hiddenFrom(user))
  }

  /**
   * Tells everybody a fact that those see otherwise between whom and others a block stands: `frame` makes it for each of
   * them, and once for all the rest. Null where there is nothing to tell.
   */
  publishPerViewer(frame: (blockView: BlockView | undefined) => RoomDown | null): void {
    const apart = [...this.blockUsecases.viewers()].filter((user) => this.sockets.has(user))
    const fact = frame(undefined)
    if (fact) this.publish(fact, apart)
    for (const user of apart) {
      const seen = frame(this.blockUsecases.blockViewOf(user))
      if (!seen) continue
      for (const connection of this.sockets.of(user)) if (connection.live) this.sockets.send(connection, seen)
    }
  }

  publishMessage(type: 'new_message' | 'message_updated' | 'message_deleted', row: MessageRow): void {
    const seq = row.changed_seq ?? row.id
    this.publishPerViewer((blockView) => ({ type, seq, message: this.frameView(blockView).of(row) }))
  }

  memberFrame(type: 'member_added' | 'member_updated', row: MemberRow, blockView?: BlockView): RoomDown {
    return { type, seq: row.changed_seq, user: participant(blockView?.of(row) ?? row, viewerOrigin()) }
  }

  /** Somebody left, or a former member is called otherwise: their messages have their name. */
  removalFrame(row: MemberRow, blockView?: BlockView): RoomDown {
    return { type: 'member_removed', seq: row.changed_seq, user: sender(blockView?.of(row) ?? row, viewerOrigin()) }
  }

  #hiddenFrom(user: UserId): UserId[] {
    return this.blocks.of(user).map(({ blocker, blocked }) => (blocker === user ? blocked : blocker))
  }

  /**
   * A member came or changed: sockets hear it now, lists and the directory soon. A new name or picture alone (`looks`)
   * is nothing to those whom the member has blocked.
   */
  announceMember(type: 'member_added' | 'member_updated', row: MemberRow, looks = false): void {
    this.publishPerViewer((blockView) =>
      looks && blockView?.isBlockedBy(row.user_id) ? null : this.memberFrame(type, row, blockView),
    )
    this.projection.changed(row.changed_seq)
    this.sidebars.changed()
  }

  /** Closes everything a person has open here. */
  closeSockets(
    user: UserId,
    code: number = CLOSE.notMember,
    reason = 'You are no longer a member of this room.',
  ): void {
    for (const connection of this.sockets.of(user)) this.sockets.close(connection, code, reason)
  }

  /**
   * What people outside see of a group they are invited to; undefined when there is no such room any more. `hidden` are
   * those between whom and the viewer a block stands: a group without a name is not called after them.
   */
  publicPreview(hidden: readonly UserId[] = []) {
    const { room } = this
    if (!room || room.deleted_at !== null) return undefined
    const { description, picture } = room
    const people = this.members.current()
    const shown = people.filter(({ user_id }) => !hidden.includes(user_id))
    return { room: room.id, name: groupTitle(room, shown), description, picture, members: people.length }
  }

  /** What the group is called in a member's notifications. */
  titleFor(user: UserId): string {
    const { room } = this
    if (room?.name !== '') return room?.name ?? ''
    const blockView = this.blockUsecases.blockViewOf(user)
    const people = this.members.current()
    return groupTitle(room, blockView ? people.map((row) => blockView.of(row)) : people)
  }

  /** The room as this person's list has it. */
  summaryFor(user: UserId): RoomSummary | RoomGone {
    const { room } = this
    const member = this.members.get(user)
    if (!room || room.deleted_at !== null || !member) {
      return { room: this.id, version: this.timeline.seq, gone: true }
    }
    const newest = this.#newest()
    const newestUnread = this.unread.newestFor(user)
    return roomSummary(room, member, this.members, this.blockUsecases.blockViewOf(user), {
      seq: this.timeline.seq,
      unread: this.unread.of(user),
      // Most often they are one and the same: what others said last.
      newestUnread: newestUnread === newest?.id ? newest : this.messages.get(newestUnread ?? 0),
      rewritten: Math.max(this.messages.lastRewriteSeq(), this.members.lastRename(), room.changed_seq),
      newest,
      lastActivity: newest?.created_at ?? room.created_at,
    })
  }

  #newestAt = -1
  #newestRow: MessageRow | undefined

  #newest(): MessageRow | undefined {
    if (this.#newestAt !== this.timeline.seq) {
      this.#newestRow = this.messages.newest()
      this.#newestAt = this.timeline.seq
    }
    return this.#newestRow
  }

  #pushSource() {
    return {
      seq: () => this.timeline.seq,
      subscribed: () => this.members.subscribed(),
      subscribedToAll: () => this.members.subscribedToAll(),
      unread: (user: UserId) => this.unread.of(user),
      summaryFor: (user: UserId) => this.summaryFor(user),
      personVersion: (user: UserId) => this.members.everJoined(user)?.person_version,
      isConnected: (user: UserId) => this.sockets.has(user),
      subscriptionOf: (user: UserId) => this.members.everJoined(user)?.sidebar,
      setSubscription: (user: UserId, state: 'awake' | 'idle' | 'asleep') => {
        this.members.setSubscription(user, state)
        if (state !== 'awake') this.unread.forget(user)
      },
      isMember: (user: UserId) => this.room?.deleted_at === null && this.members.get(user) !== undefined,
      cover: (user: UserId, work: number) => this.sockets.leases.cover(user, work),
      charge: (user: UserId, work: number) => this.sockets.leases.charge(user, work),
      release: (user: UserId) => this.sockets.leases.release(user),
      saveAuthors: (authors: UserId[] | null) => {
        if (authors) void this.#storage.put(AUTHORS, authors)
        else void this.#storage.delete(AUTHORS)
      },
    }
  }
}

/** The key under which the authors are stored whose changes lists are told of later. */
const AUTHORS = 'push_authors'

/** Units of work, at most, that a text causes: people who are notified of being named, and its length. */
export const textWork = (content: string): number =>
  Math.min(content.split(/[@＠]/).length - 1, LIMITS.mentionsPerMessage) * COSTS.mention + textCost(content)

/** What the length of a text costs, in units; in UTF-8, most take one byte for each unit of their length or three. */
export const textCost = (content: string | null): number => ((content?.length ?? 0) / 1_000) * COSTS.kilobyte
