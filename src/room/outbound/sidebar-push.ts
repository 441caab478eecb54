/** Tells the members' sidebars the newest state of this room: soon, seldom, and for sure. */

import { COSTS } from '../../actor/budget/costs'
import { inTime, sidebarStub } from '../../actor/rpc/stubs'
import {
  type RoomGone,
  type RoomReport,
  type RoomSummary,
  type Subscription,
  subscriptionAfter,
} from '../../actor/rpc/summary'
import type { Alarm } from '../../actor/store/alarm'
import { backoffAfter } from '../../actor/store/backoff'
import { BOUNDS, TIMES } from '../../config'
import { log } from '../../log/log'
import type { RoomId, UserId } from '../../protocol'
import { PushBudget, type PushFunds } from './push-budget'

/** What the push needs to know of its room. */
export interface PushSource extends PushFunds {
  /** The room's seq. */
  seq(): number
  /** People whose sidebars want to hear, and what: everything, or only that something is unread. */
  subscribed(): Iterable<{ user_id: UserId; sidebar: Subscription }>
  /** Members whose lists are being looked at, as far as is known. */
  subscribedToAll(): UserId[]
  unread(user: UserId): number
  /** The state for one of them; gone for people who have left. */
  summaryFor(user: UserId): RoomSummary | RoomGone
  /** Which version of their own name and picture the room has. */
  personVersion(user: UserId): number | undefined
  /** Whether one of their sockets is open here. */
  isConnected(user: UserId): boolean
  subscriptionOf(user: UserId): Subscription | undefined
  setSubscription(user: UserId, state: Subscription): void
  /** Whether the room is there, and the person is in it. */
  isMember(user: UserId): boolean
}

/** Somebody with little left hears so late in their list what they read, unless somebody else changes something. */
const OWN_AGAIN = 5_000

/** What is known of one sidebar since this room woke. */
interface PushState {
  /** The room's version that it has. */
  delivered: number
  /** The version it must have. */
  required: number
  sentAt: number
  call: Promise<void> | undefined
  failures: number
  /** Counts the sidebar's own questions, so that an answer given before one cannot put it to sleep after it. */
  generation: number
}

/**
 * Pushes are states, at most one under way and one per `TIMES.sidebarPush` for each sidebar. What is owed needs no
 * table: the pending alarm is the record that something is, and pushing a state again is harmless, so after a crash
 * everyone who listens is simply told again.
 */
export class SidebarPush {
  readonly #env: Pick<Env, 'SIDEBARS'>
  readonly #alarm: Alarm
  readonly #source: PushSource
  readonly #states = new Map<UserId, PushState>()
  /** The version everybody has (on waking) and the version everybody must have. */
  #deliveredOnWaking: number
  #requiredByAll: number
  /** Whether the pending alarm, if any, was set in this life of the actor. */
  #alarmIsOurs = false
  readonly #budget: PushBudget
  /** Under way while a budget is asked whether it can bear what is to be told. */
  #asking: Promise<void> | undefined
  #timer: ReturnType<typeof setTimeout> | undefined
  #timerAt = 0
  #calls = 0

  /**
   * `knownOnWaking` is the room's version, unless an alarm is pending: then nothing is known to have arrived. `authors`
   * are those that `keepAuthors` stored.
   */
  constructor(
    env: Pick<Env, 'SIDEBARS'>,
    alarm: Alarm,
    source: PushSource,
    knownOnWaking: number,
    authors: UserId[] = [],
  ) {
    this.#env = env
    this.#alarm = alarm
    this.#source = source
    this.#deliveredOnWaking = knownOnWaking
    this.#requiredByAll = source.seq()
    this.#budget = new PushBudget(source, authors)
  }

  /** Telling lists of what this person has just changed is counted as their work. */
  causedBy(user: UserId): void {
    this.#budget.causedBy(user)
  }

  /**
   * To be called within each change that lists show: to everyone, or only to one person (their read cursor), who then
   * caused it.
   */
  changed(user?: UserId): void {
    if (user === undefined) this.#requiredByAll = this.#source.seq()
    else this.#stateOf(user).required = this.#source.seq()
    this.#alarmIsOurs = true
    this.#alarm.ringBy(Date.now() + TIMES.sidebarPushRetry)
    this.#pushWithin(0)
  }

  /**
   * The sidebar asks for itself, and is told of every change from now on.
   *
   * One that slept asks until it is answered, and so counts as told. One that is awake may never see this answer, and
   * would not know: what it is owed stays owed. What changes next is told at once: whoever asked may be reading their
   * list, and would have to ask again for as long as something might be held back.
   */
  answerQuestion(user: UserId): RoomReport {
    const report = this.report(user)
    const { state } = report
    const told = this.#stateOf(user)
    told.generation += 1
    if (this.#source.subscriptionOf(user) !== 'awake') {
      told.delivered = state.version
      this.#source.setSubscription(user, 'gone' in state ? 'asleep' : 'awake')
    }
    return report
  }

  /** How the room stands for one person at this moment. */
  report(user: UserId): RoomReport {
    const { summaryFor, isConnected: isHere, personVersion } = this.#source
    return { state: summaryFor(user), open: isHere(user), person: personVersion(user), knows_written: true }
  }

  /** The person has come in, perhaps once more: what their list answers to something older does not count. */
  onJoin(user: UserId): void {
    this.#stateOf(user).generation += 1
  }

  /**
   * Somebody types: shown in the lists that are being looked at, but for those of people between whom and them one of
   * `blocks` stands. Never repeated.
   * @returns how many are told
   */
  typing(room: RoomId, typist: UserId, blocks: readonly { blocker: UserId; blocked: UserId }[]): number {
    const unaware = new Set([typist, ...blocks.flatMap(({ blocker, blocked }) => [blocker, blocked])])
    const others = this.#source.subscribedToAll().filter((user) => !unaware.has(user))
    const lookers = others.slice(0, BOUNDS.typingLists)
    for (const user of lookers) {
      sidebarStub(this.#env, user)
        .typing(room, typist)
        .catch(() => undefined)
    }
    return lookers.length
  }

  /**
   * Tries now what is owed, beginning with the list of whoever acted and may read it next. Resolves when all calls under
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
    await Promise.all([...this.#states.values()].map((told) => told.call))
  }

  /** To be called from the actor's `alarm()`. */
  async onAlarm(): Promise<void> {
    // Left by a life that ended before it was done: nobody is known to have anything.
    if (!this.#alarmIsOurs) this.#deliveredOnWaking = -1
    await this.flush(TIMES.call)
    const due = [...this.#outdated()].map((user) => this.#dueAt(this.#stateOf(user)))
    if (due.length === 0) return
    this.#alarm.ringBy(Math.max(Math.min(...due), this.#budget.laterAt, Date.now() + TIMES.sidebarPush))
  }

  /** Lists that are being looked at come first: a thousand others may take a while. */
  *#outdated(): Generator<UserId> {
    const listening = [...this.#source.subscribed()]
    for (const looking of [true, false]) {
      for (const { user_id, sidebar } of listening) {
        if ((sidebar === 'awake') === looking && this.#isPending(user_id, sidebar)) yield user_id
      }
    }
  }

  #isPending(user: UserId, sidebar: Subscription | undefined): boolean {
    const told = this.#states.get(user)
    if ((told?.delivered ?? this.#deliveredOnWaking) >= Math.max(this.#requiredByAll, told?.required ?? 0)) return false
    return sidebar === 'awake' || (sidebar === 'idle' && this.#source.unread(user) > 0)
  }

  #pushNow(user: UserId): void {
    const told = this.#stateOf(user)
    const isDue = this.#dueAt(told) <= Date.now()
    if (!told.call && isDue && this.#isPending(user, this.#source.subscriptionOf(user)))
      told.call = this.#push(user, told, user)
  }

  #pushDue(): void {
    const now = Date.now()
    let next = Number.POSITIVE_INFINITY
    for (const user of this.#outdated()) {
      if (this.#calls >= BOUNDS.callsAtOnce) return
      const told = this.#stateOf(user)
      if (told.call) continue
      const due = this.#dueAt(told)
      const payer = due > now ? 'later' : this.#payer(user, told)
      if (payer === 'later') next = Math.min(next, this.#nextTry(told, due, now))
      else told.call = this.#push(user, told, payer.by)
    }
    // A longer wait is the alarm's: a timer would keep the actor in memory.
    if (next - now <= TIMES.sidebarPush) this.#pushWithin(Math.max(0, next - now))
    if (next === Number.POSITIVE_INFINITY && this.#calls === 0) this.#budget.onAllDelivered()
  }

  /** When a list that is not told now is tried again. A budget that is being asked pumps when it has answered. */
  #nextTry(told: PushState, due: number, now: number): number {
    if (due > now || told.sentAt > now) return Math.max(due, told.sentAt + TIMES.sidebarPush)
    return this.#asking ? now + TIMES.sidebarPushRetry : this.#budget.laterAt
  }

  /** Who is charged for telling a list; 'later' while nobody can bear it, or that is not known yet. */
  #payer(user: UserId, told: PushState): { by: UserId | null } | 'later' {
    // Only their own cursor has moved: reading must not take what they need for other acts.
    if (told.delivered >= this.#requiredByAll) {
      const turn = this.#asking ? this.#asking : this.#source.cover(user, this.#costOf(user))
      if (turn === null) return { by: user }
      if (turn instanceof Promise) this.#ask(turn)
      else told.sentAt = Date.now() + OWN_AGAIN
      return 'later'
    }
    // Whoever is gone from a room must not see it in their list: that was paid for when they came in.
    if (!this.#source.isMember(user)) return { by: this.#budget.latest }
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

  /** Units that telling a list takes, most often: its answer says what it was. */
  #costOf(user: UserId): number {
    return this.#source.subscriptionOf(user) === 'awake' ? COSTS.list.written : COSTS.list.asleep
  }

  #costOfAll(): number {
    let all = 0
    for (const user of this.#outdated()) all += this.#costOf(user)
    return all
  }

  #dueAt(told: PushState): number {
    return told.sentAt + (told.failures > 0 ? backoffAfter(told.failures) : TIMES.sidebarPush)
  }

  async #push(user: UserId, told: PushState, by: UserId | null): Promise<void> {
    this.#calls += 1
    const { generation: asked } = told
    const report = this.report(user)
    const { state } = report
    told.sentAt = Date.now()
    try {
      const answer = await inTime(sidebarStub(this.#env, user).roomChanged(report))
      this.#budget.charge(by, COSTS.list[answer])
      told.delivered = Math.max(told.delivered, state.version)
      told.failures = 0
      // If the sidebar has asked meanwhile, it is awake, whatever it said before that.
      if (told.generation === asked)
        this.#source.setSubscription(user, 'gone' in state ? 'asleep' : subscriptionAfter(answer))
    } catch (error) {
      told.failures += 1
      this.#alarm.ringBy(Date.now() + backoffAfter(told.failures))
      log('warn', 'sidebar.untold', { failures: told.failures, error })
    } finally {
      this.#calls -= 1
      told.call = undefined
      // Not at once: where the lists are in this same process, a thousand calls in a row would keep it from its sockets.
      this.#pushWithin(0)
    }
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

  #stateOf(user: UserId): PushState {
    let told = this.#states.get(user)
    if (!told) {
      told = { delivered: this.#deliveredOnWaking, required: 0, sentAt: 0, call: undefined, failures: 0, generation: 0 }
      this.#states.set(user, told)
    }
    return told
  }
}
