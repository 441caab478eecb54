/** One person's notifications: what happened while they were not looking. */
import { DurableObject } from 'cloudflare:workers'
import { COSTS } from '../actor/budget/costs'
import type { Announcement } from '../actor/rpc/announcement'
import type { Caller } from '../actor/rpc/caller'
import { inTime, roomStub, sidebarStub } from '../actor/rpc/stubs'
import { traced } from '../actor/rpc/traced'
import type { UnreadAnswer, UnreadReport } from '../actor/rpc/unread-room'
import { type Dialect, type FrameRates, receiveOrWait } from '../actor/sockets/receive'
import { type ActiveSessions, type Connection, Sockets } from '../actor/sockets/sockets'
import { readUpgrade } from '../actor/sockets/upgrade'
import { migrate } from '../actor/store/migrate'
import { settings } from '../config'
import { log } from '../log/log'
import {
  type FeedDown,
  FeedUp,
  type InviteStatus,
  LIMITS,
  type MessageId,
  type Notification,
  type RoomId,
  type SessionId,
  type UserId,
} from '../protocol'
import { migrations } from './store/migrations'
import { type NotificationChange, type NotificationKey, NotificationStore, toNotification } from './store/notifications'
import { Retention } from './store/retention'
import type { NotificationRow } from './store/schema'

/** The feed's place among the places that a sidebar knows to be open; rooms have their ids. */
const FEED = 0

/** In milliseconds. */
const DAY = 24 * 3_600_000

/** How many notifications a socket is greeted with. */
const GREETING = 20

/** What each command is counted as. */
export const FEED_RATES: FrameRates<FeedUp, 'action'> = {
  mark_read: 'notice',
  mark_all_read: 'notice',
  get_unread: 'list',
}

/** How often a room is asked anew because something of it was announced while it was asked. */
const MOST_QUOTING = 10

export class Feed extends DurableObject<Env> {
  static {
    traced(Feed, 'feed')
  }

  readonly #user: UserId = Number(this.ctx.id.name)
  /** The name of this life, which begins each time that the feed wakes. */
  readonly #instance = crypto.randomUUID()
  readonly #notifications: NotificationStore
  readonly #retention: Retention
  readonly #sockets: Sockets<null>
  readonly #dialect: Dialect<FeedUp, 'action', null>

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env)
    migrate(ctx.storage, migrations)
    this.#notifications = new NotificationStore(ctx.storage.sql)
    const { NOTIFICATIONS_KEPT: most, NOTIFICATION_DAYS } = settings(env)
    this.#retention = new Retention(ctx.storage.sql, { most, readFor: NOTIFICATION_DAYS * DAY })
    this.#sockets = new Sockets(ctx, 'feed', (connection) => this.#onClosed(connection))
    this.#dialect = {
      schema: FeedUp,
      name: 'action',
      rates: FEED_RATES,
      handlers: {
        mark_read: ({ notification_id, ref }, from) => {
          const success = this.setRead(notification_id, true) !== null
          this.#sockets.send(from, { type: 'mark_read_response', notification_id, success, ref })
        },
        mark_all_read: ({ ref }, from) => {
          this.#sockets.send(from, { type: 'mark_all_read_response', count: this.markAllRead(), success: true, ref })
        },
        get_unread: ({ ref }, from) => {
          const unread = this.#notifications.unread(LIMITS.listDefault, 0)
          this.#sockets.send(from, { ...this.#listFrame(unread.map(toNotification)), ref })
        },
      },
    }
  }

  // What others announce

  /**
   * The sidebar says how much is unread in a room. Resolves when nothing stands here that is otherwise by now, or
   * at once when it was sent to another life: to be told again.
   */
  async unreadChanged(state: UnreadReport): Promise<UnreadAnswer> {
    const [mine, sentTo] = [this.#instance, state.instance]
    if (sentTo && sentTo !== mine) return { life: mine, taken: false }
    this.#announceAll(this.#notifications.roomUnread(state, await this.#dismissedCount(state)))
    await this.#updateQuotes(state)
    return sentTo === undefined || { life: mine, taken: true }
  }

  /** Asks the room for what notifications repeat of it, where that may have changed, until nothing may have. */
  async #updateQuotes({ room, gone, chat_name, rewritten }: UnreadReport): Promise<void> {
    const { quotes } = this.#notifications
    if (gone) return this.#announceUpdated(quotes.forget(room))
    for (let tries = 0; tries < MOST_QUOTING; tries++) {
      const asked = quotes.toAsk(room, rewritten, chat_name)
      if (!asked) return
      const answer = await inTime(roomStub(this.env, room).quotesFor(this.#user, asked.messages, asked.people))
      this.#announceUpdated(quotes.update(room, chat_name, asked, answer))
    }
  }

  /** How many of a room's unread messages have been dealt with here. Which of them are still unread only the room knows. */
  async #dismissedCount({ room, unread, last_unread }: UnreadReport): Promise<number> {
    for (;;) {
      const upTo = this.#notifications.dismissedTo(room)
      if (upTo === 0 || !last_unread) return 0
      if (last_unread.id <= upTo) return unread
      const count = await inTime(roomStub(this.env, room).unreadUpTo(this.#user, upTo))
      // Unless something was dealt with, or undone, in the meantime.
      if (upTo === this.#notifications.dismissedTo(room)) return count
    }
  }

  /** Announces something once, or brings what was announced up to date; saying it again changes nothing. */
  announce(news: Announcement): Notification | null {
    const outcomes = this.#notifications.add(news, Date.now())
    this.#announceAll(outcomes)
    const announced = outcomes.at(-1)
    return announced ? toNotification(announced.row) : null
  }

  /** A message mentions me no longer. What I have not read of it goes; what I have read stays as it was. */
  withdrawMention(room: RoomId, message: MessageId): void {
    for (const row of this.#notifications.unreadMentions(room, message)) {
      this.#notifications.remove(row)
      this.#announceRemoval(row.id)
    }
  }

  /**
   * An invitation back to a room needs no answer any more; of one that has not been announced by now nothing is said.
   * @param version the one that was answered
   */
  inviteAnswered(room: RoomId, how: Exclude<InviteStatus, 'open'>, version: number): void {
    const answered = this.#notifications.answerInvite(room, how, version)
    if (answered) this.#announce({ kind: 'updated', row: answered })
  }

  /** Invitations that wait for my answer, newest first. */
  openInvites(): Notification[] {
    return this.#notifications.openInvites().map(toNotification)
  }

  /** What was announced is dealt with: it counts as read. What has not been announced by now is not any more. */
  markReadBySubject(subject: string): void {
    const row = this.#notifications.bySubject(subject)
    if (row) this.setRead(row.id, true)
    else this.#notifications.subjects.spend(subject, Date.now())
  }

  // What the Worker asks; it has settled the sidebar before

  /** Newest first; `after` is the time and the id of the last before this part. */
  list(limit: number, offset: number, after?: NotificationKey): Notification[] {
    return this.#notifications.list(limit, offset, after).map(toNotification)
  }

  unread(limit: number, offset: number, after?: NotificationKey): Notification[] {
    return this.#notifications.unread(limit, offset, after).map(toNotification)
  }

  get(id: number): Notification | null {
    const row = this.#notifications.get(id)
    return row ? toNotification(row) : null
  }

  setRead(id: number, is_read: boolean): Notification | null {
    const row = this.#notifications.get(id)
    if (!row) return null
    if (is_read) {
      const read = this.#notifications.markRead(row)
      if (read !== row) this.#announce({ kind: 'updated', row: read })
      return toNotification(read)
    }
    const { row: unread, absorbed } = this.#notifications.markUnread(row)
    if (absorbed) this.#announceRemoval(absorbed.id)
    if (unread !== row) this.#announce({ kind: 'updated', row: unread })
    return toNotification(unread)
  }

  /** @returns how many were unread. */
  markAllRead(): number {
    const changed = this.#notifications.markAllRead()
    this.#sockets.leases.charge(this.#user, changed.length * COSTS.notificationMarked)
    for (const row of changed) this.#announce({ kind: 'updated', row })
    return changed.length
  }

  remove(id: number): boolean {
    const row = this.#notifications.get(id)
    if (!row) return false
    this.#notifications.remove(row)
    this.#announceRemoval(id)
    return true
  }

  // What my sidebar asks

  /** My sessions that have a socket open here. */
  activeSessions(): ActiveSessions {
    return this.#sockets.closeSilent(this.#user)
  }

  endSessions(sessions: SessionId[]): void {
    for (const connection of this.#sockets.all()) {
      if (sessions.includes(connection.state.caller.session)) this.#sockets.endSession(connection)
    }
  }

  /** Somebody else's account is erased: no notification names or quotes them any more. */
  personErased(user: UserId): void {
    this.#announceUpdated(this.#notifications.forgetSender(user))
  }

  /** My account is erased: my devices are cut off, and nothing stays. */
  async erase(): Promise<void> {
    for (const connection of this.#sockets.all()) this.#sockets.endSession(connection)
    const wiped = this.ctx.storage.deleteAll()
    migrate(this.ctx.storage, migrations)
    await wiped
  }

  // Runtime hooks

  override fetch(request: Request): Response {
    const { caller, query, protocol, hasCredit } = readUpgrade(request)
    const session = { caller, batch: query.get('batch') === '1', hasCredit, data: null }
    const { connection, answer } = this.#sockets.accept(session, protocol)
    connection.live = false
    this.ctx.waitUntil(this.#greet(connection, caller))
    return answer
  }

  override async webSocketMessage(socket: WebSocket, data: string | ArrayBuffer): Promise<void> {
    const connection = this.#sockets.get(socket)
    if (connection) await receiveOrWait(this.#sockets, connection, data, this.#dialect)
  }

  override webSocketClose(socket: WebSocket): void {
    this.#sockets.closed(socket)
  }

  override webSocketError(socket: WebSocket): void {
    this.#sockets.closed(socket)
  }

  /** Nothing is shown before the sidebar has brought this feed up to date, or is known not to answer. */
  async #greet(connection: Connection<null>, caller: Caller): Promise<void> {
    try {
      const ended = await inTime(sidebarStub(this.env, this.#user).targetOpened(FEED, caller))
      if (ended) return this.#sockets.endSession(connection)
    } catch (error) {
      log('warn', 'feed.unsettled', { error })
    }
    if (this.#sockets.get(connection.socket) !== connection) return
    this.#sockets.flush()
    this.#sockets.send(connection, this.#listFrame(this.list(GREETING, 0)))
    connection.live = true
  }

  #listFrame(notifications: Notification[]): FeedDown {
    return { type: 'notification_list', notifications, unread_count: this.#notifications.unreadCount() }
  }

  /** Tells what came of something, and lets go what the feed has no room for any more. */
  #announceAll(outcomes: NotificationChange[]): void {
    for (const outcome of outcomes) this.#announce(outcome)
    if (!outcomes.some(({ kind }) => kind === 'new')) return
    for (const id of this.#retention.prune(Date.now())) this.#announceRemoval(id)
  }

  #announce(outcome: NotificationChange): void {
    if (outcome.kind === 'removed') {
      this.#announceRemoval(outcome.row.id)
      return
    }
    if (this.#sockets.size === 0) return
    const type = outcome.kind === 'new' ? 'new_notification' : 'notification_updated'
    const unread_count = this.#notifications.unreadCount()
    this.#sockets.broadcast({ type, notification: toNotification(outcome.row), unread_count } satisfies FeedDown)
  }

  #announceUpdated(rows: NotificationRow[]): void {
    for (const row of rows) this.#announce({ kind: 'updated', row })
  }

  #announceRemoval(notification_id: number): void {
    const unread_count = this.#notifications.unreadCount()
    this.#sockets.broadcast({ type: 'notification_removed', notification_id, unread_count } satisfies FeedDown)
  }

  #onClosed(connection: Connection<null>): void {
    const { session } = connection.state.caller
    if (this.#sockets.of(this.#user).some((other) => other.state.caller.session === session)) return
    const told = inTime(sidebarStub(this.env, this.#user).targetClosed(FEED, session))
    // Not told, the sidebar asks before it calls the person online again.
    this.ctx.waitUntil(told.catch(() => undefined))
  }
}
