/** What a room tells single members apart from its messages: that they were invited, promoted, named. */

import type { Caller } from '../actor/caller'
import type { News } from '../actor/news'
import type { Outbox } from '../actor/outbox'
import { inTime, sidebarStub } from '../actor/stubs'
import type { RoomContext } from './context'
import type { MemberRow, MessageRow } from './schema'

/** A debt to one member. */
interface OwedNews {
  user: number
  news: News
}

/** Names of people who may be meant: `@` at the start of a word, then a username. */
const MENTION = /(?<![\p{L}\p{N}_.+-])@([\p{L}\p{N}_.+-]+)/gu

/** At most this many people are told of one message that names them. */
const MOST_MENTIONED = 50

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
      subject: `room_invite:${this.#context.id}:${member.joined_seq}`,
      message: `${by.full_name} added you to ${this.#title()}`,
    })
  }

  roleChanged(member: MemberRow, by: Caller | null): void {
    const role = { owner: 'the owner', admin: 'an admin', member: 'a member' }[member.role]
    this.#owe(member, by, {
      type: 'role_changed',
      subject: `role_changed:${this.#context.id}:${member.changed_seq}`,
      message: `You are now ${role} of ${this.#title()}`,
    })
  }

  /** The operator makes a backup of the room: what is said in it can be read by whoever gets the file. */
  exported(): void {
    const { timeline, members } = this.#context
    const subject = `room_exported:${this.#context.id}:${timeline.now()}`
    for (const member of members.current()) {
      const message = `The operator of this server has made a backup of ${this.#title()}.`
      this.#owe(member, null, { type: 'system', subject, message })
    }
  }

  /** Tells those whom a message names with `@username`, also where the room is muted; who has it open sees it there. */
  mentioned(message: MessageRow, by: Caller): void {
    if (!message.content?.includes('@')) return
    const named = new Set([...message.content.matchAll(MENTION)].map(([, name]) => name?.toLowerCase()))
    const members = this.#context.members
      .current()
      .filter((row) => named.has(row.username.toLowerCase()) && row.user_id !== by.id)
      .filter((row) => !this.#context.sockets.has(row.user_id))
    for (const member of members.slice(0, MOST_MENTIONED)) {
      this.#owe(member, by, {
        type: 'mention',
        subject: `mention:${this.#context.id}:${message.id}`,
        message: `${by.full_name} mentioned you in ${this.#title()}`,
        content: message.content,
        message_id: message.id,
      })
    }
  }

  /** Pays a debt. */
  async tell(debt: unknown): Promise<void> {
    const { user, news } = debt as OwedNews
    await inTime(sidebarStub(this.#context.env, user).news(news))
  }

  #owe(member: MemberRow, by: Caller | null, news: Pick<News, 'type' | 'subject' | 'message'> & Partial<News>): void {
    const owed: OwedNews = {
      user: member.user_id,
      news: {
        sender: by?.full_name ?? null,
        sender_id: by?.id ?? null,
        content: null,
        chat_name: this.#title(),
        room_id: this.#context.id,
        message_id: null,
        ...news,
      },
    }
    this.#outbox.owe(`news:${member.user_id}:${news.subject}`, owed)
  }

  #title(): string {
    return this.#context.publicFace()?.name ?? ''
  }
}
