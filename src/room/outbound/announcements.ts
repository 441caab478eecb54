/** What a room tells single members apart from its messages: that they were invited, promoted, named. */

import { COSTS } from '../../actor/budget/costs'
import type { Announcement } from '../../actor/rpc/announcement'
import type { Caller } from '../../actor/rpc/caller'
import { inTime, sidebarStub } from '../../actor/rpc/stubs'
import type { Outbox } from '../../actor/store/outbox'
import { type InviteStatus, inviteSubject, isAdmin, type Mention, type MessageId, type UserId } from '../../protocol'
import type { RoomContext } from '../context'
import type { MemberRow, MessageRow } from '../store/schema'

/**
 * What is owed to one person: news, that they are no longer mentioned in a message, or what became of an invitation (of
 * the one with that version). News are kept as they were when they came to be owed; told is what is so when they are told.
 */
type PendingAnnouncement =
  | { user: UserId; announcement: Announcement }
  | { user: UserId; unmentionedIn: MessageId }
  | { user: UserId; answered: Exclude<InviteStatus, 'open'>; version?: number }

/** Who causes news. */
type Author = Pick<Caller, 'id' | 'full_name'>

/** What is to be said of news; the rest follows from the room. */
type OneNews = Pick<Announcement, 'type' | 'subject'> & Partial<Announcement>

/** Of what one member is owed about one message that mentions them, or no longer does, only the last counts. */
const keyOf = (user: UserId, message: MessageId): string => `announcement:${user}:mention:${message}`

const ROLES = { owner: 'the owner', admin: 'an admin', member: 'a member' } as const

/** Owed through the outbox: told soon, and told again until the member's sidebar has it. */
export class Announcements {
  readonly #context: RoomContext
  readonly #outbox: Outbox

  constructor(context: RoomContext, outbox: Outbox) {
    this.#context = context
    this.#outbox = outbox
  }

  invited(member: MemberRow, by: Caller): void {
    this.#enqueue(member, by, {
      type: 'room_invite',
      subject: `room_invite:${this.#context.id}`,
      version: member.joined_seq,
    })
  }

  /** Somebody who left is asked whether they come back. */
  inviteBack(known: MemberRow, by: Author, now: number): void {
    this.#enqueue(known, by, {
      type: 'room_invite',
      subject: inviteSubject(this.#context.id),
      version: now,
      invitation: 'open',
    })
  }

  /** The room is called otherwise, or `by` is: invitations that wait for an answer say so. */
  inviteBackAgain(by?: UserId): void {
    const { invites, members } = this.#context
    for (const { user_id, invited_by: id, invited_at } of invites.open()) {
      const [known, author] = [members.everJoined(user_id), members.everJoined(id)]
      if (known && author && (by ?? id) === id) this.inviteBack(known, { id, full_name: author.full_name }, invited_at)
    }
  }

  /** An invitation needs no answer any more. */
  inviteEnded(user: UserId, answered: Exclude<InviteStatus, 'open'>, version: number): void {
    // Under the key of the question: who has not been asked yet need not be, and is not asked after the answer.
    this.#outbox.enqueue(`announcement:${user}:${inviteSubject(this.#context.id)}`, {
      user,
      answered,
      version,
    } satisfies PendingAnnouncement)
  }

  roleChanged(member: MemberRow, by: Caller | null): void {
    this.#enqueue(member, by, {
      type: 'role_changed',
      subject: `role_changed:${this.#context.id}`,
      version: member.changed_seq,
    })
  }

  /** Those who run the room hear how much it takes of what it may. */
  storageUsed(message: string): void {
    const { room, timeline, members } = this.#context
    const told = members.current().filter(({ role }) => room?.is_group === 0 || isAdmin(role))
    const news = { type: 'system', subject: `storage:${this.#context.id}`, version: timeline.seq, message } as const
    for (const member of told) this.#enqueue(member, null, news)
  }

  /** The operator makes a backup of the room: what is said in it can be read by whoever gets the file. */
  exported(): void {
    const { timeline, members } = this.#context
    const subject = `room_exported:${this.#context.id}:${timeline.now()}`
    for (const member of members.current()) this.#enqueue(member, null, { type: 'system', subject })
  }

  /**
   * Tells those whom a message mentions since it was sent or edited, also where the room is muted; who has it open sees
   * it there. Those whom it mentions no longer are told so: a notification that they have not read goes.
   */
  mentionsChanged(earlier: Mention[], message: MessageRow, by: Caller): void {
    const { members, mentions, sockets } = this.#context
    const before = new Set(earlier.map(({ id }) => id))
    const now = new Set(mentions.of(message).map(({ id }) => id))
    for (const user of now) {
      const member = members.get(user)
      if (!member || before.has(user) || user === by.id || sockets.has(user)) continue
      sockets.leases.charge(by.id, COSTS.mention)
      this.#enqueue(member, by, {
        type: 'mention',
        // An edit that mentions somebody again is news again.
        subject: ['mention', this.#context.id, message.id, message.changed_seq]
          .filter((part) => part !== null)
          .join(':'),
        content: message.content,
        message_id: message.id,
      })
    }
    for (const user of before) {
      if (now.has(user) || user === by.id) continue
      this.#outbox.enqueue(keyOf(user, message.id), { user, unmentionedIn: message.id } satisfies PendingAnnouncement)
    }
  }

  /** Pays a debt: tells what is so now, and once more if that changed while it was told. */
  async deliver(debt: unknown): Promise<void> {
    const owed = debt as PendingAnnouncement
    const sidebar = () => sidebarStub(this.#context.env, owed.user)
    if ('unmentionedIn' in owed) {
      await inTime(sidebar().withdrawMention(this.#context.id, owed.unmentionedIn))
      return
    }
    if ('answered' in owed) {
      await inTime(sidebar().inviteAnswered(this.#context.id, owed.answered, owed.version ?? 0))
      return
    }
    const { message_id, subject } = owed.announcement
    for (let told = ''; ; ) {
      const news = this.#current(owed.user, owed.announcement)
      if (!news) break
      const { as_of, ...said } = news
      if (JSON.stringify(said) === told) return
      told = JSON.stringify(said)
      await inTime(sidebar().announce(news))
    }
    // It may have been told all the same: an earlier answer was lost, or it was so until now.
    if (message_id === null) return
    const isStill = this.#isMentioned(owed.user, message_id)
    if (isStill && subject !== null) await inTime(sidebar().markReadBySubject(subject))
    else await inTime(sidebar().withdrawMention(this.#context.id, message_id))
  }

  #isMentioned(user: UserId, id: MessageId): boolean {
    const { members, messages, mentions, room } = this.#context
    const message = members.get(user) && room?.deleted_at === null ? messages.get(id) : undefined
    return message !== undefined && mentions.of(message).some((mention) => mention.id === user)
  }

  /** What is owed, as of now; null when it is not so any more, or a block stands between the two. */
  #current(user: UserId, news: Announcement): Announcement | null {
    const { members, messages, timeline, room, blockUsecases: blocking, invites } = this.#context
    const invite = invites.of(user)
    const isAsked = news.invitation === 'open' && invite?.declined_at === null && invite.invited_at === news.version
    const member = isAsked ? members.everJoined(user) : members.get(user)
    const by = members.everJoined(news.sender_id ?? 0)
    if (!member || room?.deleted_at !== null || (by && blocking.blockViewOf(user)?.hides(by.user_id))) return null
    const sender = by?.full_name ?? news.sender
    const said = { ...news, sender, message: this.#sentence(news, member, sender), chat_name: this.#title(member) }
    const now = { ...said, as_of: timeline.seq }
    const { message_id } = news
    if (message_id === null) return now
    // What has been read meanwhile is not announced any more.
    const isNews = message_id > member.read_to && this.#isMentioned(user, message_id)
    return isNews ? { ...now, content: messages.get(message_id)?.content ?? null } : null
  }

  #sentence({ type, subject, message, invitation }: OneNews, member: MemberRow, sender: string | null): string {
    const title = this.#title(member)
    if (subject?.startsWith('storage:')) return message ?? ''
    if (type === 'system') return `The operator of this server has made a backup of ${title}.`
    if (type === 'role_changed') return `You are now ${ROLES[member.role]} of ${title}`
    if (invitation) return `${sender} invites you back to ${title}`
    return type === 'mention' ? `${sender} mentioned you in ${title}` : `${sender} added you to ${title}`
  }

  /** Nobody is told anything of what is done by somebody between whom and them a block stands. */
  #enqueue(member: MemberRow, by: Author | null, news: OneNews): void {
    if (by && this.#context.blockUsecases.blockViewOf(member.user_id)?.hides(by.id)) return
    const owed: Extract<PendingAnnouncement, { announcement: Announcement }> = {
      user: member.user_id,
      announcement: {
        message: this.#sentence(news, member, by?.full_name ?? null),
        sender: by?.full_name ?? null,
        sender_id: by?.id ?? null,
        content: null,
        chat_name: this.#title(member),
        room_id: this.#context.id,
        message_id: null,
        ...news,
      },
    }
    const { message_id, subject, type } = owed.announcement
    const key =
      type === 'mention' && message_id !== null ? keyOf(owed.user, message_id) : `announcement:${owed.user}:${subject}`
    this.#outbox.enqueue(key, owed)
  }

  #title({ user_id }: MemberRow): string {
    return this.#context.titleFor(user_id)
  }
}
