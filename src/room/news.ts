/** What a room tells single members apart from its messages: that they were invited, promoted, named. */

import type { Caller } from '../actor/caller'
import type { News } from '../actor/news'
import type { Outbox } from '../actor/outbox'
import { inTime, sidebarStub } from '../actor/stubs'
import { type InviteStatus, inviteSubject, isAdmin, type Mention, type MessageId, type UserId } from '../protocol'
import type { RoomContext } from './context'
import type { MemberRow, MessageRow } from './schema'

/** What is owed to one person: news, that they are no longer mentioned in a message, or what became of an invitation. */
type OwedNews =
  | { user: UserId; news: News }
  | { user: UserId; unmentionedIn: MessageId }
  | { user: UserId; answered: Exclude<InviteStatus, 'open'> }

/** Of what one member is owed about one message that mentions them, or no longer does, only the last counts. */
const keyOf = (user: UserId, message: MessageId): string => `news:${user}:mention:${message}`

/** Owed through the outbox: told soon, and told again until the member's sidebar has it. */
export class RoomNews {
  readonly #context: RoomContext
  readonly #outbox: Outbox

  constructor(context: RoomContext, outbox: Outbox) {
    this.#context = context
    this.#outbox = outbox
  }

  invited(member: MemberRow, by: Caller): void {
    this.#owe(member, by, {
      type: 'room_invite',
      subject: `room_invite:${this.#context.id}`,
      version: member.joined_seq,
      message: `${by.full_name} added you to ${this.#title(member)}`,
    })
  }

  /** Somebody who left is asked whether they come back. */
  asked(known: MemberRow, by: Caller, now: number): void {
    this.#owe(known, by, {
      type: 'room_invite',
      subject: inviteSubject(this.#context.id),
      version: now,
      message: `${by.full_name} invites you back to ${this.#title(known)}`,
      invitation: 'open',
    })
  }

  /** An invitation needs no answer any more. */
  answered(user: UserId, answered: Exclude<InviteStatus, 'open'>): void {
    // Under the key of the question: who has not been asked yet need not be, and is not asked after the answer.
    this.#outbox.owe(`news:${user}:${inviteSubject(this.#context.id)}`, { user, answered } satisfies OwedNews)
  }

  roleChanged(member: MemberRow, by: Caller | null): void {
    const role = { owner: 'the owner', admin: 'an admin', member: 'a member' }[member.role]
    this.#owe(member, by, {
      type: 'role_changed',
      subject: `role_changed:${this.#context.id}`,
      version: member.changed_seq,
      message: `You are now ${role} of ${this.#title(member)}`,
    })
  }

  /** Those who run the room hear how much it takes of what it may. */
  storageUsed(message: string): void {
    const { room, timeline, members } = this.#context
    const told = members.current().filter(({ role }) => room?.is_group === 0 || isAdmin(role))
    const news = { type: 'system', subject: `storage:${this.#context.id}`, version: timeline.seq, message } as const
    for (const member of told) this.#owe(member, null, news)
  }

  /** The operator makes a backup of the room: what is said in it can be read by whoever gets the file. */
  exported(): void {
    const { timeline, members } = this.#context
    const subject = `room_exported:${this.#context.id}:${timeline.now()}`
    for (const member of members.current()) {
      const message = `The operator of this server has made a backup of ${this.#title(member)}.`
      this.#owe(member, null, { type: 'system', subject, message })
    }
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
      this.#owe(member, by, {
        type: 'mention',
        // An edit that mentions somebody again is news again.
        subject: ['mention', this.#context.id, message.id, message.changed_seq]
          .filter((part) => part !== null)
          .join(':'),
        message: `${by.full_name} mentioned you in ${this.#title(member)}`,
        content: message.content,
        message_id: message.id,
      })
    }
    for (const user of before) {
      if (now.has(user) || user === by.id) continue
      this.#outbox.owe(keyOf(user, message.id), { user, unmentionedIn: message.id } satisfies OwedNews)
    }
  }

  /** Pays a debt. */
  async tell(debt: unknown): Promise<void> {
    const owed = debt as OwedNews
    const sidebar = sidebarStub(this.#context.env, owed.user)
    if ('news' in owed) await inTime(sidebar.news(owed.news))
    else if ('answered' in owed) await inTime(sidebar.inviteAnswered(this.#context.id, owed.answered))
    else await inTime(sidebar.unmentioned(this.#context.id, owed.unmentionedIn))
  }

  /** Nobody is told anything of what is done by somebody between whom and them a block stands. */
  #owe(member: MemberRow, by: Caller | null, news: Pick<News, 'type' | 'subject' | 'message'> & Partial<News>): void {
    if (by && this.#context.blocking.sightOf(member.user_id)?.hides(by.id)) return
    const owed: Extract<OwedNews, { news: News }> = {
      user: member.user_id,
      news: {
        sender: by?.full_name ?? null,
        sender_id: by?.id ?? null,
        content: null,
        chat_name: this.#title(member),
        room_id: this.#context.id,
        message_id: null,
        ...news,
      },
    }
    const { message_id, subject, type } = owed.news
    const key =
      type === 'mention' && message_id !== null ? keyOf(owed.user, message_id) : `news:${owed.user}:${subject}`
    this.#outbox.owe(key, owed)
  }

  #title({ user_id }: MemberRow): string {
    return this.#context.titleFor(user_id)
  }
}
