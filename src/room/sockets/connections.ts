/** Accepts connections to this room, greets or resumes them, and reports opened and closed sessions to sidebars. */
import type { Caller } from '../../actor/rpc/caller'
import { inTime, sidebarStub } from '../../actor/rpc/stubs'
import type { RoomReport } from '../../actor/rpc/summary'
import type { Upgrade } from '../../actor/sockets/upgrade'
import type { Outbox } from '../../actor/store/outbox'
import { BOUNDS } from '../../config'
import { isRefused, type MessageId, type RoomDown, type SessionId, type UserId } from '../../protocol'
import type { RoomConnection, RoomSockets } from '../outbound/room-sockets'
import type { SidebarPush } from '../outbound/sidebar-push'
import type { BlockView } from '../presenters/block-view'
import type { RoomRow } from '../store/schema'
import type { Admission } from '../usecases/admission'
import type { Profiles } from '../usecases/profiles'
import { replay } from './replay'
import type { Typing } from './typing'
import { type ReplayParts, replaySource } from './viewer-replay'

type Presence = Extract<RoomDown, { type: 'presence' }>

/** A session that has no open connection here any more. */
interface SessionClosed {
  user: UserId
  session: SessionId
  /** The newest unread message that the connection has shown, 0 when that is not known. */
  shown: MessageId
}

export interface ConnectionParts extends ReplayParts {
  ctx: DurableObjectState
  env: Env
  sockets: RoomSockets
  outbox: Outbox
  admission: Admission
  profiles: Profiles
  sidebars: SidebarPush
  typing: Typing
}

export class Connections {
  readonly #parts: ConnectionParts

  constructor(parts: ConnectionParts) {
    this.#parts = parts
  }

  /** Accepts an upgrade of a member, and answers 404 to everybody else. */
  open({ caller, query, protocol, hasCredit, online, hidden }: Upgrade): Response {
    const { ctx, stores, sockets, outbox, admission, profiles, publisher } = this.#parts
    const admitted = admission.admit(caller)
    if (isRefused(admitted)) return new Response(null, { status: 404 })
    const hasSystem = query.get('system') === '1'
    const state = { caller, batch: query.get('batch') === '1', hasCredit, data: { typing: 0, system: hasSystem } }
    profiles.update(admitted.member, caller)
    // Pending events are older than this connection.
    publisher.flush()
    const after = resumePoint(query.get('after'))
    const before = this.#reportBefore(caller.id, after)
    const { connection, answer } = sockets.accept(state, protocol)
    // A sidebar that does not answer now is called later; the connection does not wait for it.
    const enqueue = () => outbox.enqueue(`opened:${caller.id}:${caller.session}`, caller)
    ctx.waitUntil(this.reportOpened(caller, before).catch(enqueue))
    const ready = () => this.#ready(connection, stores.room.row as RoomRow, online, hidden)
    if (after === null) ready()
    else {
      connection.live = false
      ctx.waitUntil(replay(sockets, connection, replaySource(this.#parts, caller.id, hasSystem), after, ready))
    }
    return answer
  }

  /**
   * Reports to the user's sidebar that a session has this room open: for presence, for notifications that are not needed, and so
   * that the end of the session reaches this connection. If the session has ended meanwhile, the connection is closed.
   * `before` is the user's report before they opened the room, unless that was long ago.
   */
  async reportOpened(caller: Caller, before?: RoomReport): Promise<void> {
    const { env, stores, sockets } = this.#parts
    if (!sockets.sessionsOf(caller.id).includes(caller.session)) return
    const ended = await inTime(sidebarStub(env, caller.id).targetOpened(stores.roomId, caller, before))
    if (ended) sockets.endSessions([caller.session], caller.id)
  }

  /** Ends typing with its connection, and reports a session whose last connection is closed. */
  onClosed(connection: RoomConnection, lost: boolean): void {
    const { ctx, stores, sockets, outbox, publisher, typing } = this.#parts
    const { id: user, session } = connection.state.caller
    if (typing.endedWith(connection)) publisher.typing('stop_typing', user)
    if (sockets.sessionsOf(user).includes(session)) return
    // The connection has shown everything, unless it was lost or closed by the server.
    const shown = lost ? 0 : (stores.unread.newestFor(user) ?? 0)
    const closed: SessionClosed = { user, session, shown }
    // Without the report the sidebar keeps the user online, and sends no notifications about this room.
    const enqueue = () => outbox.enqueue(`closed:${user}:${session}`, closed)
    ctx.waitUntil(this.reportClosed(closed).catch(enqueue))
  }

  /** Reports a closed session, unless it has a connection again. */
  async reportClosed(payload: unknown): Promise<void> {
    const { env, stores, sockets } = this.#parts
    const { user, session, shown } = payload as SessionClosed
    if (sockets.sessionsOf(user).includes(session)) return
    await inTime(sidebarStub(env, user).targetClosed(stores.roomId, session, shown))
  }

  /** Publishes a member's presence to the others but `hiddenFrom`; where `only` is given, to these users alone. */
  presenceChanged(event: Presence, hiddenFrom: UserId[], only: UserId[] | null): void {
    const { stores, sockets, publisher } = this.#parts
    if (!stores.members.get(event.user_id)) return
    const excluded = [...hiddenFrom, event.user_id]
    if (only === null) publisher.publish(event, excluded)
    for (const user of only?.filter((each) => !excluded.includes(each)) ?? []) sockets.sendTo(user, event)
  }

  /** Sends one member the presence of another. */
  showPresence(viewer: UserId, event: Presence): void {
    const { members } = this.#parts.stores
    if (members.get(viewer) && members.get(event.user_id)) this.#parts.sockets.sendTo(viewer, event)
  }

  /** A user's report before they open the room. Their device has shown the messages up to `after`. */
  #reportBefore(user: UserId, after: number | null): RoomReport {
    const { state, open } = this.#parts.sidebars.report(user)
    const newest = 'gone' in state ? 0 : (state.last_unread?.id ?? 0)
    return { state, open: open || newest <= (after ?? 0) }
  }

  #ready(connection: RoomConnection, room: RoomRow, onlineElsewhere: UserId[], hidden: UserId[] | null): void {
    const { stores, sockets, blockViews } = this.#parts
    const user = connection.userId
    const connected = [...sockets.all()].map((other) => other.userId)
    const blockView = blockViews.of(user)
    const isHidden = (other: UserId) =>
      hidden === null ? other !== user : hidden.includes(other) || blockView?.hides(other)
    const online = [...new Set([...connected, ...onlineElsewhere])].filter(
      (other) => stores.members.get(other) && !isHidden(other),
    )
    const seq = blockView ? this.#seqFor(room, blockView) : stores.timeline.seq
    const cursors = this.#cursorsFor(user, blockView)
    sockets.send(connection, { type: 'ready', seq, room: room.id, you: user, online, cursors } satisfies RoomDown)
  }

  /** The cursors of all members; in a large room, whose clients do not show each reader, only the viewer's own. */
  #cursorsFor(user: UserId, blockView: BlockView | undefined) {
    const members = this.#parts.stores.members.current()
    const shown = members.length > BOUNDS.presenceRoomSize ? members.filter((row) => row.user_id === user) : members
    return shown
      .map((row) => blockView?.of(row) ?? row)
      .map(({ user_id, read_to: read, delivered_to: delivered }) => ({ user_id, read, delivered }))
  }

  /** The newest seq that a viewer may know of: receipts of members whom the block view hides raise the room's own. */
  #seqFor(room: RoomRow, blockView: BlockView): number {
    const { messages, members } = this.#parts.stores
    const seqs = members.allEverJoined().map((row) => {
      return blockView.hides(row.user_id) ? row.changed_seq : Math.max(row.changed_seq, row.read_seq, row.delivered_seq)
    })
    return Math.max(room.changed_seq, messages.last()?.id ?? 0, messages.lastChangeSeq(), ...seqs)
  }
}

/** `?after=` as a seq; null when it is absent or no number: then only new events are sent. */
function resumePoint(after: string | null): number | null {
  return after !== null && /^\d{1,16}$/.test(after) ? Number(after) : null
}
