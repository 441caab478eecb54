/** One chat room: the only writer of its members and messages, and the hub of its sockets. */
import type { RoomQuotes } from '../actor/rpc/room-quotes'
import type { RoomReport } from '../actor/rpc/summary'
import { traced } from '../actor/rpc/traced'
import type { ActiveSessions } from '../actor/sockets/sockets'
import { readUpgrade } from '../actor/sockets/upgrade'
import { TIMES } from '../config'
import type { RoomBlock } from '../directory/rooms/projection'
import type { MessageId, Person, Refused, SessionId, UserId } from '../protocol'
import { MessageRpc } from './rpc/message-rpc'
import type { ArchivePage, ArchivePoint, RestoreStep } from './usecases/archive'
import { type Reopened, reopen } from './usecases/reopening'

/** The code of a close without a Close frame (RFC 6455, 7.1.5). */
const ABNORMAL = 1006

export class Room extends MessageRpc {
  static {
    traced(Room, 'room')
  }

  // Called by the members' sidebars and feeds.

  /** The room as the user's list has it. It subscribes the user's sidebar to every change. */
  summaryFor(user: UserId): RoomReport {
    return this.parts.sidebars.answerQuestion(user)
  }

  /** The present form of what a member's feed copies of these messages and people. */
  quotesFor(user: UserId, ids: MessageId[], people: UserId[]): RoomQuotes {
    return this.parts.history.quotesFor(user, ids, people)
  }

  /** The number of a user's unread messages that are not newer than this one. */
  unreadUpTo(user: UserId, message: MessageId): number {
    return this.parts.stores.unread.upTo(user, message)
  }

  /** A user's sessions that have a socket open here. Sockets whose pings have stopped are closed first. */
  activeSessions(user: UserId): ActiveSessions {
    return this.parts.sockets.closeSilent(user)
  }

  /** Closes the sockets of sessions that have ended. */
  endSessions(user: UserId, sessions: SessionId[]): void {
    this.parts.sockets.endSessions(sessions, user)
  }

  /** A member came online or went offline. `hiddenFrom` may not know; where `only` is given, only these users may. */
  presenceChanged(
    user: UserId,
    online: boolean,
    lastSeen: string,
    hiddenFrom: UserId[] = [],
    only: UserId[] | null = null,
  ): void {
    const event = { type: 'presence', user_id: user, online, last_seen: lastSeen } as const
    this.parts.connections.presenceChanged(event, hiddenFrom, only)
  }

  /** The presence that `viewer` may see of a member has changed. */
  showPresence(viewer: UserId, user: UserId, online: boolean, lastSeen: string): void {
    this.parts.connections.showPresence(viewer, { type: 'presence', user_id: user, online, last_seen: lastSeen })
  }

  /**
   * One of two people has blocked the other, or has ended the block. The room need not exist yet: a direct room may be created
   * later. `shown`: the blocker's profile as the blocked person goes on seeing it. `asked`: when the directory was read (ms since
   * 1970, by the clock of the blocker's sidebar).
   */
  setBlock(blocker: UserId, blocked: UserId, stands: boolean, shown: RoomBlock['shown'] = null, asked?: number): void {
    const { stores, blocks, typing, publisher } = this.parts
    const pair = { blocker, blocked }
    if (asked !== undefined && !stores.blocks.isNewest(pair, asked)) return
    // Typing ends before the block hides it: otherwise a later `stop_typing` would be missing.
    for (const user of stands ? [blocker, blocked] : []) {
      if (typing.stop(user)) publisher.typing('stop_typing', user)
    }
    if (stands) blocks.begin({ ...pair, shown })
    else blocks.end(pair)
  }

  // Called by the API for accounts, by staff and by the operator.

  /** A person who is or was a member has another name or picture. */
  personChanged(person: Person): void {
    this.parts.profiles.changed(person)
  }

  /** Repeating it changes nothing. */
  personErased(user: UserId): void {
    this.parts.erasure.erase(user)
  }

  /** Deletes the room without its owner's consent. */
  removeByStaff(): Promise<true> {
    return this.parts.delivery.after(this.parts.lifecycle.deleteByStaff())
  }

  /** The time of the last activity (ms since 1970) and the stored bytes; null when there is no room. */
  figures(): { last_activity: number; stored_bytes: number } | null {
    const { stores, storage } = this.parts
    const room = stores.room.open
    if (!room) return null
    return {
      last_activity: stores.messages.newest()?.created_at ?? room.created_at,
      stored_bytes: storage.use().used_bytes,
    }
  }

  /** Called by the sweep. See `Alarm.overdueSince`. */
  overdueSince(): number | null {
    this.parts.sidebars.recheck()
    return this.parts.alarm.overdueSince()
  }

  archive(from: ArchivePoint | null): ArchivePage | null {
    return this.parts.archive.page(from)
  }

  /** The last step ends this instance of the actor; `reopen` wakes the next one. */
  restore(step: RestoreStep): Promise<Refused | null> {
    return this.parts.archive.take(step, () => this.ctx.abort('Restored'))
  }

  reopen(): Promise<Reopened | Refused> {
    return this.parts.delivery.after(reopen(this.parts), { projected: TIMES.directory })
  }

  /** Announces to every member that the room is exported. */
  announceExport(): void {
    this.parts.announcements.exported()
  }

  // Runtime hooks.

  override fetch(request: Request): Response {
    return this.parts.connections.open(readUpgrade(request))
  }

  override webSocketMessage(socket: WebSocket, data: string | ArrayBuffer): void {
    const { sockets, inbox } = this.parts
    const connection = sockets.get(socket)
    if (connection) inbox.add(connection, data)
  }

  override webSocketClose(socket: WebSocket, code: number): Promise<void> | undefined {
    return this.#closed(socket, code === ABNORMAL)
  }

  override webSocketError(socket: WebSocket): void {
    void this.#closed(socket, true)
  }

  override async alarm(): Promise<void> {
    const { alarm, archive, stores, sidebars, outbox } = this.parts
    await alarm.ring({
      restore: () => archive.expire(),
      search: () => stores.messages.search.index.rebuildStep(),
      pushes: () => sidebars.onAlarm(),
      outbox: () => outbox.deliver(),
    })
  }

  /** Handles a close after every frame that arrived before it. */
  #closed(socket: WebSocket, lost: boolean): Promise<void> | undefined {
    const { sockets, inbox } = this.parts
    inbox.handleAll()
    const waiting = inbox.waitingOf(sockets.get(socket))
    if (waiting) return waiting.then(() => sockets.closed(socket, lost))
    sockets.closed(socket, lost)
    return undefined
  }
}
