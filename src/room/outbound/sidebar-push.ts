/** Pushes the newest state of this room to the members' sidebars, coalesced and retried until each one has it. */
import { COSTS } from '../../actor/budget/costs'
import { inTime, sidebarStub } from '../../actor/rpc/stubs'
import { type RoomReport, type Subscription, subscriptionAfter } from '../../actor/rpc/summary'
import type { Alarm } from '../../actor/store/alarm'
import { backoffAfter } from '../../actor/store/backoff'
import { BOUNDS, TIMES } from '../../config'
import { log } from '../../log/log'
import type { UserId } from '../../protocol'
import type { RoomSummaries } from '../presenters/room-summary'
import type { RoomStores } from '../store/stores'
import type { PushBudget } from './push-budget'
import { type PushState, PushStates } from './push-states'
import type { RoomSockets } from './room-sockets'

/** Milliseconds until a member's own read cursor is pushed again to a member whose budget was empty. */
const OWN_AGAIN = 5_000

export interface PushParts {
  env: Pick<Env, 'SIDEBARS'>
  alarm: Alarm
  stores: RoomStores
  summaries: RoomSummaries
  sockets: RoomSockets
  budget: PushBudget
  /** Stores the seq that every subscribed sidebar has. */
  savePushedTo: (seq: number) => void
}

/**
 * A push carries a state, so repeating one is harmless. Each sidebar has at most one call under way and gets at most one push
 * per `TIMES.sidebarPush`. Pending pushes need no table: one stored watermark says what every subscribed sidebar has, and
 * after a crash each gets the state again if the room is ahead of it.
 */
export class SidebarPush {
  readonly #env: Pick<Env, 'SIDEBARS'>
  readonly #alarm: Alarm
  readonly #stores: RoomStores
  readonly #summaries: RoomSummaries
  readonly #sockets: RoomSockets
  readonly #budget: PushBudget
  readonly #states: PushStates
  readonly #savePushedTo: (seq: number) => void
  /** The stored watermark. */
  #pushedTo: number
  /** Under way while the budget is asked whether it covers what is pending. */
  #asking: Promise<void> | undefined
  #timer: ReturnType<typeof setTimeout> | undefined
  #timerAt = 0
  #calls = 0

  /** `pushedTo`: the stored watermark. */
  constructor({ env, alarm, stores, summaries, sockets, budget, savePushedTo }: PushParts, pushedTo: number) {
    this.#env = env
    this.#alarm = alarm
    this.#stores = stores
    this.#summaries = summaries
    this.#sockets = sockets
    this.#budget = budget
    this.#savePushedTo = savePushedTo
    this.#pushedTo = pushedTo
    // An alarm that another instance set may be for a push.
    this.#states = new PushStates(stores, alarm.pending ? -1 : stores.timeline.seq)
    alarm.covers(() => this.#nextDue())
  }

  /** Charges the pushes of this change to the user who made it. */
  causedBy(user: UserId): void {
    this.#budget.causedBy(user)
  }

  /**
   * To be called within each change that lists show: for all sidebars, or for that of one user whose read cursor moved, who
   * then is its author.
   */
  changed(user?: UserId): void {
    this.#states.require(user)
    this.#alarm.ringBy(Date.now() + TIMES.sidebarPushRetry)
    this.#pushWithin(0)
  }

  /**
   * Answers a sidebar's question with the newest state, and subscribes the sidebar to every change.
   *
   * A sidebar that was not subscribed to all changes repeats its question until it is answered, so this answer counts as
   * delivered. A subscribed one may lose the answer without noticing: its pending push stays pending.
   */
  answerQuestion(user: UserId): RoomReport {
    const report = this.report(user)
    const state = this.#states.of(user)
    state.generation += 1
    if (this.#subscriptionOf(user) !== 'all') {
      state.delivered = report.state.version
      this.#subscribe(user, 'gone' in report.state ? 'none' : 'all')
    }
    return report
  }

  /** The room as one user's sidebar has to have it now. */
  report(user: UserId): RoomReport {
    return {
      state: this.#summaries.of(user),
      open: this.#sockets.has(user),
      person: this.#stores.members.everJoined(user)?.person_version,
      knows_written: true,
    }
  }

  /** A user joined, perhaps again: an answer of their sidebar to an earlier push does not count. */
  onJoin(user: UserId): void {
    this.#states.of(user).generation += 1
  }

  /**
   * Sends typing, once and without retry, to sidebars with a list on screen, but not to users separated from the typist by a
   * block.
   * @returns the number of sidebars
   */
  typing(typist: UserId): number {
    const { members, blocks, roomId } = this.#stores
    const excluded = new Set([typist, ...blocks.separatedFrom(typist)])
    const viewers = members.subscribedToAll().filter((user) => !excluded.has(user))
    const sent = viewers.slice(0, BOUNDS.typingLists)
    for (const user of sent) {
      sidebarStub(this.#env, user)
        .typing(roomId, typist)
        .catch(() => undefined)
    }
    return sent.length
  }

  /**
   * Pushes what is pending now, to the sidebar of `actor` first, who may read their list next. Resolves when all calls under
   * way have ended, or after `limit` ms.
   */
  async flush(limit: number, actor?: UserId): Promise<void> {
    if (actor !== undefined) this.#pushNow(actor)
    this.#pushDue()
    await inTime(this.#underWay(), limit).catch(() => undefined)
  }

  async #underWay(): Promise<void> {
    if (this.#asking) {
      await this.#asking
      this.#pushDue()
    }
    await this.#states.calls()
  }

  /** To be called from the actor's `alarm()`. */
  async onAlarm(): Promise<void> {
    this.#states.onAlarm()
    await this.flush(TIMES.call)
    this.#saveWatermark()
  }

  /**
   * To be called by the sweep: lists that may lack what is above the watermark get the state again. Waking alone is no reason:
   * a room wakes for every reader, and most of what is above the watermark changes no list.
   */
  recheck(): void {
    if (this.#alarm.pending) return
    this.#states.doubt(this.#pushedTo)
    this.#alarm.arm()
  }

  /** When the next pending push is due (ms since 1970); null when every subscribed sidebar has the present state. */
  #nextDue(): number | null {
    let next: number | null = null
    for (const user of this.#states.outdated()) next = Math.min(next ?? Infinity, this.#dueAt(this.#states.of(user)))
    return next === null ? null : Math.max(next, this.#budget.laterAt, Date.now() + TIMES.sidebarPush)
  }

  /**
   * Stores the watermark when nothing is pending: one row for all changes since the last alarm. Only lists on screen need it,
   * because the other sidebars unsubscribe with their answer.
   */
  #saveWatermark(): void {
    const { timeline, members } = this.#stores
    if (this.#pushedTo >= timeline.seq || members.subscribedToAll().length === 0) return
    if (!this.#states.outdated().next().done) return
    this.#pushedTo = timeline.seq
    this.#savePushedTo(timeline.seq)
  }

  #pushNow(user: UserId): void {
    const state = this.#states.of(user)
    const isDue = this.#dueAt(state) <= Date.now()
    if (!state.call && isDue && this.#states.isOutdated(user)) state.call = this.#push(user, state, user)
  }

  #pushDue(): void {
    const now = Date.now()
    let next = Number.POSITIVE_INFINITY
    for (const user of this.#states.outdated()) {
      if (this.#calls >= BOUNDS.callsAtOnce) return
      const state = this.#states.of(user)
      if (state.call) continue
      const due = this.#dueAt(state)
      const payer = due > now ? 'later' : this.#payer(user, state)
      if (payer === 'later') next = Math.min(next, this.#nextTry(state, due, now))
      else state.call = this.#push(user, state, payer.by)
    }
    // The alarm covers longer waits: a timer would keep the actor in memory.
    if (next - now <= TIMES.sidebarPush) this.#pushWithin(Math.max(0, next - now))
    if (next === Number.POSITIVE_INFINITY && this.#calls === 0) this.#budget.onAllDelivered()
  }

  /** When a push that is not made now is tried again. A budget that is being asked calls back when it has answered. */
  #nextTry(state: PushState, due: number, now: number): number {
    if (due > now || state.sentAt > now) return Math.max(due, state.sentAt + TIMES.sidebarPush)
    return this.#asking ? now + TIMES.sidebarPushRetry : this.#budget.laterAt
  }

  /** The user who is charged for a push; 'later' while no budget covers it, or that is not known yet. */
  #payer(user: UserId, state: PushState): { by: UserId | null } | 'later' {
    // Only the user's own read cursor moved: reading must not take what other acts of theirs need.
    if (this.#states.isOwnOnly(state)) {
      const result = this.#asking ?? this.#sockets.leases.cover(user, this.#costOf(user))
      if (result === null) return { by: user }
      if (result instanceof Promise) this.#ask(result)
      else state.sentAt = Date.now() + OWN_AGAIN
      return 'later'
    }
    // A removed member must lose the room from their list without delay: that was charged when they joined.
    const { room, members } = this.#stores
    if (!room.open || !members.get(user)) return { by: this.#budget.latest }
    if (this.#asking) return 'later'
    const payer = this.#budget.take(this.#costOf(user), () => this.#costOfAll())
    if (!(payer instanceof Promise)) return payer
    this.#ask(payer)
    return 'later'
  }

  #ask(answer: Promise<void>): void {
    this.#asking ??= answer.finally(() => {
      this.#asking = undefined
      this.#pushWithin(0)
    })
  }

  /** The usual work of a push, in units. The sidebar's answer tells the actual work. */
  #costOf(user: UserId): number {
    return this.#subscriptionOf(user) === 'all' ? COSTS.list.written : COSTS.list.none
  }

  #costOfAll(): number {
    let all = 0
    for (const user of this.#states.outdated()) all += this.#costOf(user)
    return all
  }

  #dueAt({ sentAt, failures }: PushState): number {
    return sentAt + (failures > 0 ? backoffAfter(failures) : TIMES.sidebarPush)
  }

  async #push(user: UserId, state: PushState, by: UserId | null): Promise<void> {
    this.#calls += 1
    const { generation: asked } = state
    const report = this.report(user)
    state.sentAt = Date.now()
    try {
      const answer = await inTime(sidebarStub(this.#env, user).roomChanged(report))
      this.#budget.charge(by, COSTS.list[answer])
      state.delivered = Math.max(state.delivered, report.state.version)
      state.failures = 0
      // A sidebar that has asked since then has subscribed again, whatever this answer says.
      if (state.generation === asked) {
        this.#subscribe(user, 'gone' in report.state ? 'none' : subscriptionAfter(answer))
      }
    } catch (error) {
      state.failures += 1
      this.#alarm.ringBy(Date.now() + backoffAfter(state.failures))
      log('warn', 'sidebar.untold', { failures: state.failures, error })
    } finally {
      this.#calls -= 1
      state.call = undefined
      // Not at once: where sidebars run in this process, a thousand calls in a row would keep it from its sockets.
      this.#pushWithin(0)
    }
  }

  #subscriptionOf(user: UserId): Subscription | undefined {
    return this.#stores.members.everJoined(user)?.subscription
  }

  #subscribe(user: UserId, subscription: Subscription): void {
    const { members, unread } = this.#stores
    members.setSubscription(user, subscription)
    if (subscription !== 'all') unread.forget(user)
  }

  #pushWithin(wait: number): void {
    const due = Date.now() + wait
    if (this.#timer !== undefined) {
      if (this.#timerAt <= due) return
      clearTimeout(this.#timer)
    }
    this.#timerAt = due
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      this.#pushDue()
    }, wait)
  }
}
