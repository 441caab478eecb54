/** People's connections to this room: let in, brought up to date, made known to their sidebar, seen out. */
import type { Caller } from '../../actor/rpc/caller'
import { inTime, sidebarStub } from '../../actor/rpc/stubs'
import type { RoomReport } from '../../actor/rpc/summary'
import type { Connection } from '../../actor/sockets/sockets'
import type { Upgrade } from '../../actor/sockets/upgrade'
import { BOUNDS } from '../../config'
import { isRefused, type RoomDown, type SessionId, type UserId } from '../../protocol'
import type { RoomContext, RoomSocketData, SessionClosed } from '../context'
import type { BlockView } from '../presenters/block-view'
import { deliveredFrame, readFrame } from '../presenters/receipts'
import type { ReadStep } from '../store/read-steps'
import type { MemberRow, RoomRow } from '../store/schema'
import type { Members } from '../usecases/members'
import { type ReplaySource, replay } from './replay'
import type { Typing } from './typing'

type Presence = Extract<RoomDown, { type: 'presence' }>

export class Connections {
  readonly #ctx: DurableObjectState
  readonly #context: RoomContext
  readonly #membership: Members
  readonly #typing: Typing

  constructor(ctx: DurableObjectState, context: RoomContext, membership: Members, typing: Typing) {
    this.#ctx = ctx
    this.#context = context
    this.#membership = membership
    this.#typing = typing
  }

  /** Takes an upgrade over: 404 for anyone who is no member, else a socket that is greeted or resumed. */
  open({ caller, query, protocol, hasCredit, online, hidden }: Upgrade): Response {
    const { sockets, outbox } = this.#context
    const admitted = this.#context.admit(caller)
    if (isRefused(admitted)) return new Response(null, { status: 404 })
    const session = {
      caller,
      batch: query.get('batch') === '1',
      hasCredit,
      data: { typing: 0, system: query.get('system') === '1' },
    }
    this.#context.updateProfile(admitted.member, caller)
    // As what is queued: what is held back happened before this one came.
    this.#context.reactionFrames.flush()
    const after = resumePoint(query.get('after'))
    const before = this.#before(caller.id, after)
    const { connection, answer } = sockets.accept(session, protocol)
    // A sidebar that does not answer now is told later; the conversation does not wait for it.
    const owed = () => outbox.enqueue(`opened:${caller.id}:${caller.session}`, caller)
    this.#ctx.waitUntil(this.announce(caller, before).catch(owed))
    const ready = () => this.#ready(connection, admitted.room, online, hidden)
    if (after === null) ready()
    else {
      connection.live = false
      this.#ctx.waitUntil(replay(sockets, connection, this.#replaySource(caller.id, session.data.system), after, ready))
    }
    return answer
  }

  /** Which of a person's sessions have a socket open here. */
  sessionsOf(user: UserId): SessionId[] {
    return [...new Set(this.#context.sockets.of(user).map((connection) => connection.state.caller.session))]
  }

  /** Closes the sockets of sessions that have ended. */
  end(user: UserId, sessions: SessionId[]): void {
    for (const connection of this.#context.sockets.of(user)) {
      if (!sessions.includes(connection.state.caller.session)) continue
      this.#context.sockets.endSession(connection)
    }
  }

  /**
   * Tells the person's sidebar that they have this room open: for presence, for notifications they need not get, and so
   * that the end of their session finds this socket. A session that ended on the way here is closed again.
   * @param before how the room stood for them until then, unless that is long ago.
   */
  async announce(caller: Caller, before?: RoomReport): Promise<void> {
    if (!this.sessionsOf(caller.id).includes(caller.session)) return
    const ended = await inTime(sidebarStub(this.#context.env, caller.id).targetOpened(this.#context.id, caller, before))
    if (ended) this.end(caller.id, [caller.session])
  }

  /** A connection is gone: nobody types there any more, and the sidebar hears it if it was the session's last. */
  onClosed(connection: Connection<RoomSocketData>, lost: boolean): void {
    const { id, session } = connection.state.caller
    if (this.#typing.endedWith(connection)) this.#context.publishTyping('stop_typing', id)
    if (this.sessionsOf(id).includes(session)) return
    // What was said here up to now they have seen, unless the socket was lost or closed by us.
    const shown = lost ? 0 : (this.#context.unread.newestFor(id) ?? 0)
    const parting = { user: id, session, shown }
    // Not told, the sidebar would keep its person online, and keep from them what is said here.
    const owed = () => this.#context.outbox.enqueue(`closed:${id}:${session}`, parting)
    this.#ctx.waitUntil(this.reportClosed(parting).catch(owed))
  }

  async reportClosed({ user, session, shown }: SessionClosed): Promise<void> {
    if (this.sessionsOf(user).includes(session)) return
    await inTime(sidebarStub(this.#context.env, user).targetClosed(this.#context.id, session, shown))
  }

  /** Tells everybody but the person themselves, and those who may not know: where `only` is given, only those may. */
  presenceChanged(fact: Presence, hiddenFrom: UserId[], only: UserId[] | null): void {
    if (!this.#context.members.get(fact.user_id)) return
    const { sockets } = this.#context
    const without = [...hiddenFrom, fact.user_id]
    if (only === null) this.#context.publish(fact, without)
    for (const user of only?.filter((each) => !without.includes(each)) ?? []) {
      for (const connection of sockets.of(user)) if (connection.live) sockets.send(connection, fact)
    }
  }

  /** Tells one person of another, where both are members. */
  showPresence(viewer: UserId, fact: Presence): void {
    const { members, sockets } = this.#context
    if (!members.get(viewer) || !members.get(fact.user_id)) return
    for (const connection of sockets.of(viewer)) if (connection.live) sockets.send(connection, fact)
  }

  /** How the room stands for somebody before they enter it; what came before `after` their device has shown. */
  #before(user: UserId, after: number | null): RoomReport {
    const { state, open } = this.#context.sidebars.report(user)
    const newest = 'gone' in state ? 0 : (state.last_unread?.id ?? 0)
    return { state, open: open || newest <= (after ?? 0) }
  }

  #ready(connection: Connection<RoomSocketData>, room: RoomRow, elsewhere: UserId[], hidden: UserId[]): void {
    const here = [...this.#context.sockets.all()].map((other) => other.userId)
    const present = [...new Set([...here, ...elsewhere])]
    const blockView = this.#context.blockUsecases.blockViewOf(connection.userId)
    const isHidden = (user: UserId) => hidden.includes(user) || blockView?.hides(user)
    const online = present.filter((user) => this.#context.members.get(user) && !isHidden(user))
    const seq = blockView ? this.#seqFor(room, blockView) : this.#context.timeline.seq
    const cursors = this.#cursorsFor(connection.userId)
    const ready: RoomDown = { type: 'ready', seq, room: room.id, you: connection.userId, online, cursors }
    this.#context.sockets.send(connection, ready)
  }

  /** How far everybody has come; in a large room, where nobody looks at each, how far this person has. */
  #cursorsFor(user: UserId) {
    const blockView = this.#context.blockUsecases.blockViewOf(user)
    const members = this.#context.members.current()
    const shown = members.length > BOUNDS.presenceRoomSize ? members.filter((row) => row.user_id === user) : members
    return shown
      .map((row) => blockView?.of(row) ?? row)
      .map(({ user_id, read_to: read, delivered_to: delivered }) => ({ user_id, read, delivered }))
  }

  /** The newest seq that the viewer may know of: that somebody whom they do not hear of reads moves the room's own. */
  #seqFor(room: RoomRow, blockView: BlockView): number {
    const { messages, members } = this.#context
    const seqs = members.allEverJoined().map((row) => {
      return blockView.hides(row.user_id) ? row.changed_seq : Math.max(row.changed_seq, row.read_seq, row.delivered_seq)
    })
    return Math.max(room.changed_seq, messages.last()?.id ?? 0, messages.lastChangeSeq(), ...seqs)
  }

  #replaySource(viewer: UserId, system: boolean): ReplaySource {
    const context = this.#context
    const blockView = context.blockUsecases.blockViewOf(viewer)
    return {
      seq: () => context.timeline.seq,
      flush: () => context.reactionFrames.flush(),
      room: () => context.room as RoomRow,
      members: context.members,
      messages: context.messages,
      messageFrame: (type, seq, row) => ({ type, seq, message: context.frameView(blockView).of(row) }),
      memberFrames: (since, after) =>
        context.members.changedSince(since).flatMap((row) => this.#memberFrames(row, since, after, blockView)),
      roomFrame: (room) => this.#membership.roomFrame(room),
      systemFacts: (since, limit) => (system ? context.system.facts(since, limit, blockView) : []),
    }
  }

  /** What a resume after `after`, that has come to `since`, says about one person. */
  #memberFrames(
    row: MemberRow,
    since: number,
    after: number,
    blockView?: BlockView,
  ): { seq: number; frame: RoomDown }[] {
    const { changed_seq: seq } = row
    const frames: { seq: number; frame: RoomDown }[] = []
    if (seq > since && row.left_at !== null) {
      frames.push({ seq, frame: this.#context.removalFrame(row, blockView) })
    } else if (seq > since) {
      const type = row.joined_seq > after ? 'member_added' : 'member_updated'
      frames.push({ seq, frame: this.#context.memberFrame(type, row, blockView) })
    }
    if (row.left_at !== null || blockView?.hides(row.user_id)) return frames
    if (row.read_seq > since) {
      for (const step of this.#stepsSince(row, since)) frames.push({ seq: step.seq, frame: readFrame(row, step) })
    }
    if (row.delivered_seq > since) frames.push({ seq: row.delivered_seq, frame: deliveredFrame(row) })
    return frames
  }

  /** How a read cursor moved since then; in a large room, where nobody looks at each, only to where. */
  #stepsSince(row: MemberRow, since: number): ReadStep[] {
    const { members } = this.#context
    const steps = members.readSteps.newest(row).filter((step) => step.seq > since)
    return members.current().length > BOUNDS.presenceRoomSize ? steps.slice(-1) : steps
  }
}

/** `?after=` as a seq, or null when it is absent or no number: then only what comes is sent. */
function resumePoint(after: string | null): number | null {
  return after !== null && /^\d{1,16}$/.test(after) ? Number(after) : null
}
