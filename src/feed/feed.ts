/** The notification feed of one user, its owner: what happened while they were not looking. */
import { DurableObject } from 'cloudflare:workers'
import { COSTS } from '../actor/budget/costs'
import type { Announcement } from '../actor/rpc/announcement'
import type { Caller } from '../actor/rpc/caller'
import { inTime, roomStub, sidebarStub } from '../actor/rpc/stubs'
import { traced } from '../actor/rpc/traced'
import type { UnreadAnswer, UnreadReport } from '../actor/rpc/unread-room'
import type { Connection } from '../actor/sockets/connection'
import { receiveOrWait } from '../actor/sockets/receive'
import { type ActiveSessions, Sockets } from '../actor/sockets/sockets'
import { readUpgrade } from '../actor/sockets/upgrade'
import { migrate } from '../actor/store/migrate'
import { settings } from '../config'
import { log } from '../log/log'
import type { InviteStatus, MessageId, Notification, RoomId, SessionId, UserId } from '../protocol'
import { toNotification } from './presenters/notification'
import { feedDialect } from './sockets/frames'
import { Publisher } from './sockets/publisher'
import { DismissalStore } from './store/dismissals'
import { migrations, snapshot } from './store/migrations'
import { type NotificationKey, NotificationStore } from './store/notifications'
import { Retention } from './store/retention'
import { SpentSubjectStore } from './store/spent-subjects'
import { Announcements } from './usecases/announcements'
import { Quotes } from './usecases/quotes'
import { ReadState } from './usecases/read-state'
import { UnreadRooms } from './usecases/unread-rooms'

/** In milliseconds. */
const DAY = 24 * 3_600_000

/** Requests in a row to a room for quotes, while announcements of it keep arriving. */
const MAX_QUOTE_REQUESTS = 10

/** Addressed by its owner's id. */
export class Feed extends DurableObject<Env> {
  static {
    traced(Feed, 'feed')
  }

  readonly #user: UserId = Number(this.ctx.id.name)
  /** Names this instance: reports that were sent to an earlier one are not accepted. */
  readonly #instance = crypto.randomUUID()
  readonly #notifications = new NotificationStore(this.ctx.storage.sql)
  readonly #dismissals = new DismissalStore(this.ctx.storage.sql)
  readonly #spent = new SpentSubjectStore(this.ctx.storage.sql)
  readonly #quotes = new Quotes(this.#notifications, this.#dismissals)
  readonly #announcements = new Announcements(this.#notifications, this.#spent, this.#quotes)
  readonly #unreadRooms = new UnreadRooms(this.#notifications, this.#dismissals, this.#quotes)
  readonly #readState = new ReadState(this.#notifications, this.#dismissals, this.#spent)
  readonly #sockets = new Sockets<null>(this.ctx, 'feed', (connection) => this.#onClosed(connection))
  readonly #publisher = new Publisher(this.#sockets, this.#notifications, retentionOf(this.env, this.ctx))
  readonly #dialect = feedDialect(this.#sockets, this.#publisher, this)

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env)
    migrate(ctx.storage, migrations, snapshot)
  }

  // Called by the sidebar and by the Worker, with what happened

  /** The sidebar reports a room's unread messages. Resolves when the notifications about the room are up to date. */
  async unreadChanged(report: UnreadReport): Promise<UnreadAnswer> {
    const instance = this.#instance
    if (report.instance && report.instance !== instance) return { instance, accepted: false }
    this.#publisher.publish(this.#unreadRooms.apply(report, await this.#countDismissed(report)))
    await this.#updateQuotes(report)
    return { instance, accepted: true }
  }

  /** Makes or updates a notification; null when there is nothing new to announce. */
  announce(announcement: Announcement): Notification | null {
    const changes = this.#announcements.add(announcement, Date.now())
    this.#publisher.publish(changes)
    const last = changes.at(-1)
    return last ? toNotification(last.row) : null
  }

  /** A message no longer mentions the owner: its unread notification goes, a read one stays. */
  withdrawMention(room: RoomId, message: MessageId): void {
    for (const row of this.#notifications.unreadMentions(room, message)) this.#remove(row.id)
  }

  /** The owner's invite to a room was answered or withdrawn. @param version of the invite that was answered */
  inviteAnswered(room: RoomId, status: Exclude<InviteStatus, 'open'>, version: number): void {
    const answered = this.#announcements.answerInvite(room, status, version, Date.now())
    if (answered) this.#publisher.updated([answered])
  }

  /** The owner dealt with a subject elsewhere: its notification is read, and if there is none yet, none is made. */
  markReadBySubject(subject: string): void {
    const row = this.#notifications.bySubject(subject)
    if (row) this.setRead(row.id, true)
    else this.#spent.add(subject, Date.now())
  }

  // Called by the Worker, which refreshes the sidebar's stale rooms first

  /** Newest first; `after` is the last notification of the page before. */
  list(limit: number, offset: number, after?: NotificationKey): Notification[] {
    return this.#notifications.list(limit, offset, after).map(toNotification)
  }

  unread(limit: number, offset: number, after?: NotificationKey): Notification[] {
    return this.#notifications.unread(limit, offset, after).map(toNotification)
  }

  /** Invites that wait for an answer, newest first. */
  openInvites(): Notification[] {
    return this.#notifications.openInvites().map(toNotification)
  }

  get(id: number): Notification | null {
    const row = this.#notifications.get(id)
    return row ? toNotification(row) : null
  }

  setRead(id: number, isRead: boolean): Notification | null {
    const row = this.#notifications.get(id)
    if (!row) return null
    const { row: changed, absorbed } = isRead
      ? { row: this.#readState.markRead(row), absorbed: undefined }
      : this.#readState.markUnread(row)
    if (absorbed) this.#publisher.removed(absorbed.id)
    if (changed !== row) this.#publisher.updated([changed])
    return toNotification(changed)
  }

  /** @returns how many were unread */
  markAllRead(): number {
    const changed = this.#readState.markAllRead()
    this.#sockets.leases.charge(this.#user, changed.length * COSTS.notificationMarked)
    this.#publisher.updated(changed)
    return changed.length
  }

  remove(id: number): boolean {
    return this.#remove(id)
  }

  // Called by the sidebar

  /** The owner's sessions that have a socket open here. */
  activeSessions(): ActiveSessions {
    return this.#sockets.closeSilent(this.#user)
  }

  endSessions(sessions: SessionId[]): void {
    this.#sockets.endSessions(sessions)
  }

  /** Another user's account is erased: no notification names or quotes them from now on. */
  personErased(user: UserId): void {
    this.#publisher.updated(this.#quotes.forgetSender(user))
  }

  /** The owner's account is erased: connections close, and nothing is kept. */
  async erase(): Promise<void> {
    this.#sockets.endSessions()
    const wiped = this.ctx.storage.deleteAll()
    migrate(this.ctx.storage, migrations, snapshot)
    await wiped
  }

  // Called by the runtime

  override fetch(request: Request): Response {
    const { caller, query, protocol, hasCredit } = readUpgrade(request)
    const state = { caller, batch: query.get('batch') === '1', hasCredit, data: null }
    const { connection, answer } = this.#sockets.accept(state, protocol)
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

  /** The greeting waits until the sidebar brought the feed up to date, or failed to. */
  async #greet(connection: Connection<null>, caller: Caller): Promise<void> {
    try {
      const hasEnded = await inTime(sidebarStub(this.env, this.#user).targetOpened('feed', caller))
      if (hasEnded) return this.#sockets.endSession(connection)
    } catch (error) {
      log('warn', 'feed.unsettled', { error })
    }
    if (this.#sockets.get(connection.socket) === connection) this.#publisher.greet(connection)
  }

  #onClosed(connection: Connection<null>): void {
    const { session } = connection.state.caller
    if (this.#sockets.of(this.#user).some((other) => other.state.caller.session === session)) return
    const reported = inTime(sidebarStub(this.env, this.#user).targetClosed('feed', session))
    // Without the report the sidebar asks for active sessions before it takes the owner for online.
    this.ctx.waitUntil(reported.catch(() => undefined))
  }

  #remove(id: number): boolean {
    const row = this.#notifications.get(id)
    if (!row) return false
    this.#readState.remove(row, Date.now())
    this.#publisher.removed(id)
    return true
  }

  /** How many of a room's unread messages are dismissed. Only the room knows which of them are still unread. */
  async #countDismissed({ room, unread, last_unread }: UnreadReport): Promise<number> {
    for (;;) {
      const dismissedTo = this.#dismissals.dismissedTo(room)
      if (dismissedTo === 0 || !last_unread) return 0
      if (last_unread.id <= dismissedTo) return unread
      const count = await inTime(roomStub(this.env, room).unreadUpTo(this.#user, dismissedTo))
      // Again if a notification was dismissed, or a dismissal undone, meanwhile.
      if (dismissedTo === this.#dismissals.dismissedTo(room)) return count
    }
  }

  /** Requests quotes from a room in which they may have changed, until none may have. */
  async #updateQuotes({ room, gone, chat_name, rewritten }: UnreadReport): Promise<void> {
    if (gone) return this.#publisher.updated(this.#quotes.forgetRoom(room))
    for (let requests = 0; requests < MAX_QUOTE_REQUESTS; requests++) {
      const request = this.#quotes.request(room, rewritten, chat_name)
      if (!request) return
      const answer = await inTime(roomStub(this.env, room).quotesFor(this.#user, request.messages, request.people))
      this.#publisher.updated(this.#quotes.apply(room, chat_name, request, answer))
    }
  }
}

const retentionOf = (env: Env, ctx: DurableObjectState): Retention => {
  const { NOTIFICATIONS_KEPT: maxCount, NOTIFICATION_DAYS } = settings(env)
  return new Retention(ctx.storage.sql, { maxCount, readAge: NOTIFICATION_DAYS * DAY })
}
