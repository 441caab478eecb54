/** Announcements of this room to single members: invites, roles, mentions, storage and exports. */
import { COSTS } from '../../actor/budget/costs'
import type { Announcement } from '../../actor/rpc/announcement'
import type { Caller } from '../../actor/rpc/caller'
import { inTime, sidebarStub } from '../../actor/rpc/stubs'
import type { Outbox } from '../../actor/store/outbox'
import { type InviteStatus, inviteSubject, isAdmin, type Mention, type MessageId, type UserId } from '../../protocol'
import type { BlockViews } from '../presenters/block-view'
import type { RoomSummaries } from '../presenters/room-summary'
import type { MemberRow, MessageRow } from '../store/schema'
import type { RoomStores } from '../store/stores'
import type { RoomSockets } from './room-sockets'

/**
 * An outbox entry for one user: an announcement, the end of a mention, or the answer to an invite (of the invite with that
 * version). An announcement is stored as it was when it was enqueued, and brought up to date when it is delivered.
 */
type PendingAnnouncement =
  | { user: UserId; announcement: Announcement }
  | { user: UserId; unmentionedIn: MessageId }
  | { user: UserId; answered: Exclude<InviteStatus, 'open'>; version?: number }

/** The user who caused an announcement. */
export type Author = Pick<Caller, 'id' | 'full_name'>

/** The part of an announcement that does not follow from the room. */
type Occasion = Pick<Announcement, 'type' | 'subject'> & Partial<Announcement>

/** A mention and its end share a key, so that only the last of them is delivered. */
const mentionKey = (user: UserId, message: MessageId): string => `announcement:${user}:mention:${message}`

const ROLES = { owner: 'the owner', admin: 'an admin', member: 'a member' } as const

/** Enqueued in the outbox, which retries each one until the member's sidebar has it. */
export class Announcements {
  readonly #env: Env
  readonly #stores: RoomStores
  readonly #blockViews: BlockViews
  readonly #summaries: RoomSummaries
  readonly #sockets: RoomSockets
  readonly #outbox: Outbox

  constructor(
    env: Env,
    stores: RoomStores,
    blockViews: BlockViews,
    summaries: RoomSummaries,
    sockets: RoomSockets,
    outbox: Outbox,
  ) {
    this.#env = env
    this.#stores = stores
    this.#blockViews = blockViews
    this.#summaries = summaries
    this.#sockets = sockets
    this.#outbox = outbox
  }

  /** A member was added to the group. */
  added(member: MemberRow, by: Caller): void {
    this.#enqueue(member, by, {
      type: 'room_invite',
      subject: `room_invite:${this.#stores.roomId}`,
      version: member.joined_seq,
    })
  }

  /** A former member is invited back. `invitedAt` (ms since 1970) orders the invites of one person. */
  invited(former: MemberRow, by: Author, invitedAt: number): void {
    this.#enqueue(former, by, {
      type: 'room_invite',
      subject: inviteSubject(this.#stores.roomId),
      version: invitedAt,
      invitation: 'open',
    })
  }

  /** Announces open invites anew with the new name of the room, or of their author `by`. */
  refreshInvites(by?: UserId): void {
    const { invites, members } = this.#stores
    for (const { user_id, invited_by: id, invited_at } of invites.allOpen()) {
      const [former, author] = [members.everJoined(user_id), members.everJoined(id)]
      if (former && author && (by ?? id) === id) {
        this.invited(former, { id, full_name: author.full_name }, invited_at)
      }
    }
  }

  /** An invite was accepted, declined or withdrawn. It takes the key of the invite, and so replaces one not delivered yet. */
  inviteEnded(user: UserId, answered: Exclude<InviteStatus, 'open'>, version: number): void {
    const pending: PendingAnnouncement = { user, answered, version }
    this.#outbox.enqueue(`announcement:${user}:${inviteSubject(this.#stores.roomId)}`, pending)
  }

  roleChanged(member: MemberRow, by: Caller | null): void {
    this.#enqueue(member, by, {
      type: 'role_changed',
      subject: `role_changed:${this.#stores.roomId}`,
      version: member.changed_seq,
    })
  }

  /** The room reached a storage level. A group announces it to its admins, a direct room to both members. */
  storageLevel(message: string): void {
    const { room, timeline, members, roomId } = this.#stores
    const admins = members.current().filter(({ role }) => room.row?.is_group === 0 || isAdmin(role))
    const occasion = { type: 'system', subject: `storage:${roomId}`, version: timeline.seq, message } as const
    for (const member of admins) this.#enqueue(member, null, occasion)
  }

  /** The operator exports the room: every member learns that its messages are in a backup. */
  exported(): void {
    const { timeline, members, roomId } = this.#stores
    const subject = `room_exported:${roomId}:${timeline.now()}`
    for (const member of members.current()) this.#enqueue(member, null, { type: 'system', subject })
  }

  /**
   * Announces a message to the members whom its text mentions and the `earlier` text did not, also where the room is muted,
   * but not to members with a connection here. For members whom it mentions no longer, an unread notification is removed.
   * `payer`: whose budget pays for it.
   */
  mentionsChanged(earlier: Mention[], message: MessageRow, by: Author, payer: UserId = by.id): void {
    const { members, mentions, roomId } = this.#stores
    const before = new Set(earlier.map(({ id }) => id))
    const now = new Set(mentions.of(message).map(({ id }) => id))
    for (const user of now) {
      const member = members.get(user)
      if (!member || before.has(user) || user === by.id || this.#sockets.has(user)) continue
      this.#sockets.leases.charge(payer, COSTS.mention)
      // An edit that mentions a member again has a subject of its own.
      const subject = ['mention', roomId, message.id, message.changed_seq].filter((part) => part !== null).join(':')
      this.#enqueue(member, by, { type: 'mention', subject, content: message.content, message_id: message.id })
    }
    for (const user of before) {
      if (now.has(user) || user === by.id) continue
      const pending: PendingAnnouncement = { user, unmentionedIn: message.id }
      this.#outbox.enqueue(mentionKey(user, message.id), pending)
    }
  }

  /** Delivers an outbox entry in its present state, and once more if that changed during the call. */
  async deliver(payload: unknown): Promise<void> {
    const pending = payload as PendingAnnouncement
    const { roomId } = this.#stores
    const sidebar = () => sidebarStub(this.#env, pending.user)
    if ('unmentionedIn' in pending) {
      await inTime(sidebar().withdrawMention(roomId, pending.unmentionedIn))
      return
    }
    if ('answered' in pending) {
      await inTime(sidebar().inviteAnswered(roomId, pending.answered, pending.version ?? 0))
      return
    }
    const { message_id, subject } = pending.announcement
    for (let delivered = ''; ; ) {
      const current = this.#current(pending.user, pending.announcement)
      if (!current) break
      const { as_of, ...content } = current
      if (JSON.stringify(content) === delivered) return
      delivered = JSON.stringify(content)
      await inTime(sidebar().announce(current))
    }
    // The sidebar may have it all the same: an earlier answer was lost, or it was true until now.
    if (message_id === null) return
    const isStill = this.#isMentioned(pending.user, message_id)
    if (isStill && subject !== null) await inTime(sidebar().markReadBySubject(subject))
    else await inTime(sidebar().withdrawMention(roomId, message_id))
  }

  #isMentioned(user: UserId, id: MessageId): boolean {
    const { members, messages, mentions, room } = this.#stores
    const message = members.get(user) && room.open ? messages.get(id) : undefined
    return message !== undefined && mentions.of(message).some((mention) => mention.id === user)
  }

  /** An announcement brought up to date; null when it is no longer true, was read, or a block separates the two people. */
  #current(user: UserId, stored: Announcement): Announcement | null {
    const { members, messages, timeline, room, invites } = this.#stores
    const isInvited = stored.invitation === 'open' && invites.getOpen(user)?.invited_at === stored.version
    const member = isInvited ? members.everJoined(user) : members.get(user)
    const by = members.everJoined(stored.sender_id ?? 0)
    if (!member || !room.open || (by && this.#blockViews.of(user)?.hides(by.user_id))) return null
    const sender = by?.full_name ?? stored.sender
    const chat_name = this.#summaries.titleFor(user)
    const current = {
      ...stored,
      sender,
      message: sentence(stored, member, sender, chat_name),
      chat_name,
      as_of: timeline.seq,
    }
    const { message_id } = stored
    if (message_id === null) return current
    const isUnread = message_id > member.read_to && this.#isMentioned(user, message_id)
    return isUnread ? { ...current, content: messages.get(message_id)?.content ?? null } : null
  }

  /** Nothing is announced to a member about an author from whom a block separates them. */
  #enqueue({ user_id: user, ...row }: MemberRow, by: Author | null, occasion: Occasion): void {
    if (by && this.#blockViews.of(user)?.hides(by.id)) return
    const chat_name = this.#summaries.titleFor(user)
    const sender = by?.full_name ?? null
    const announcement: Announcement = {
      message: sentence(occasion, row, sender, chat_name),
      sender,
      sender_id: by?.id ?? null,
      content: null,
      chat_name,
      room_id: this.#stores.roomId,
      message_id: null,
      ...occasion,
    }
    const { message_id, subject, type } = announcement
    const isMention = type === 'mention' && message_id !== null
    const key = isMention ? mentionKey(user, message_id) : `announcement:${user}:${subject}`
    this.#outbox.enqueue(key, { user, announcement } satisfies PendingAnnouncement)
  }
}

/** The sentence that a notification shows. */
function sentence(
  { type, subject, message, invitation }: Occasion,
  { role }: Pick<MemberRow, 'role'>,
  sender: string | null,
  title: string,
): string {
  if (subject?.startsWith('storage:')) return message ?? ''
  if (type === 'system') return `The operator of this server has made a backup of ${title}.`
  if (type === 'role_changed') return `You are now ${ROLES[role]} of ${title}`
  if (invitation) return `${sender} invites you back to ${title}`
  return type === 'mention' ? `${sender} mentioned you in ${title}` : `${sender} added you to ${title}`
}
