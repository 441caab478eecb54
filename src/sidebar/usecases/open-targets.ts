/** Knows in which rooms, and whether in the feed, the owner's devices have open sockets. */
import { COSTS } from '../../actor/budget/costs'
import { feedStub, inParallel, inTime, roomStub } from '../../actor/rpc/stubs'
import type { Alarm } from '../../actor/store/alarm'
import { backoffAfter } from '../../actor/store/backoff'
import { BOUNDS, TIMES } from '../../config'
import type { RoomId, SessionId, UserId } from '../../protocol'
import { type OpenTarget, type OpenTargetSession, OpenTargetStore } from '../store/open-targets'

/** What open targets need of their sidebar. */
export interface OpenTargetHost {
  user: UserId
  /** A target counts as closed from now on; it may have been the last one. */
  onClosed(): void
  /** A device vanished from the room: what arrived there since counts as unseen. */
  onVanished(room: RoomId): void
  /** Charges units of work to the owner's budget. */
  charge(work: number): void
}

interface Closing {
  /** In milliseconds since 1970. */
  since: number
  /** Only the room reported it, and no device did. */
  isUnreported: boolean
}

const keyOf = ({ target, session }: OpenTargetSession): string => `${target}:${session}`

/**
 * Rooms and the feed report when a session opens its first socket there and closes its last one. A session that comes
 * back within `TIMES.presenceGrace` writes no row. A row is deleted only after its target confirmed that the session is
 * gone: reports can fail or arrive out of order, and the end of a session must reach every open socket.
 */
export class OpenTargets {
  readonly #store: OpenTargetStore
  readonly #env: Env
  readonly #alarm: Alarm
  readonly #host: OpenTargetHost
  /** Reported as closed and not confirmed yet. */
  readonly #closing = new Map<string, Closing>()
  /** Targets that did not answer the last check. */
  #unanswered: ReadonlySet<OpenTarget> = new Set()
  /** Checks in a row in which some target did not answer. */
  #failures = 0
  /** When this instance last checked every target, in milliseconds since 1970; an instance begins without `#closing`. */
  checkedAt = 0
  /** When the last ping came to one of the targets, in milliseconds since 1970. */
  lastPing = 0

  constructor(sql: SqlStorage, env: Env, alarm: Alarm, host: OpenTargetHost) {
    this.#store = new OpenTargetStore(sql)
    this.#env = env
    this.#alarm = alarm
    this.#host = host
  }

  isOpen(target: OpenTarget): boolean {
    return this.#open().some((row) => row.target === target)
  }

  isAnyOpen(): boolean {
    return this.#open().length > 0
  }

  rooms(): RoomId[] {
    const targets = new Set(this.#open().map((row) => row.target))
    return [...targets].filter((target) => target !== 'feed')
  }

  /** Targets in which these sessions have, or may still have, open sockets. */
  of(sessions: SessionId[]): OpenTarget[] {
    const rows = this.#store.all().filter(({ session }) => sessions.includes(session))
    return [...new Set(rows.map(({ target }) => target))]
  }

  opened(target: OpenTarget, session: SessionId): void {
    const opened = { target, session }
    this.#closing.delete(keyOf(opened))
    if (this.#store.all().some((row) => row.target === target && row.session === session)) return
    this.#store.add(opened)
    this.#host.charge(COSTS.socketOpened)
  }

  closed(target: OpenTarget, session: SessionId): void {
    this.#close({ target, session }, false)
  }

  /**
   * A room reports that no device has it open. The room knows best: either reports of the closing are on their way, or
   * the room lost its sockets in a crash.
   */
  noneOpenIn(target: OpenTarget): void {
    for (const row of this.#open()) if (row.target === target) this.#close(row, true)
  }

  /**
   * Asks targets which sessions have open sockets: all of them, or those whose rows are closing or that did not answer the
   * last check.
   */
  async check(all: boolean): Promise<void> {
    const confirmable = Date.now() - TIMES.presenceGrace
    const doubtful = this.#store.all().filter((row) => {
      const closing = this.#closing.get(keyOf(row))
      return all || this.#unanswered.has(row.target) || (closing !== undefined && closing.since <= confirmable)
    })
    if (all) this.checkedAt = Date.now()
    const unanswered = new Set<OpenTarget>()
    await inParallel(new Set(doubtful.map(({ target }) => target)), BOUNDS.callsAtOnce, async (target) => {
      const active = await inTime(this.#ask(target)).catch(() => null)
      if (active === null) {
        unanswered.add(target)
        return
      }
      this.lastPing = Math.max(this.lastPing, active.lastPing)
      for (const row of doubtful) {
        if (row.target === target) this.#apply(row, active.sessions.includes(row.session), confirmable)
      }
    })
    this.#unanswered = unanswered
  }

  /** Asks the alarm for the next check of what is closing, or of targets that did not answer. */
  schedule(): void {
    const [next] = [...this.#closing.values()].map(({ since }) => since).sort((a, b) => a - b)
    if (next !== undefined) this.#alarm.ringBy(Math.max(next, Date.now()) + TIMES.presenceGrace)
    this.#failures = this.#unanswered.size > 0 ? this.#failures + 1 : 0
    if (this.#failures > 0) this.#alarm.ringBy(Date.now() + Math.max(TIMES.presenceGrace, backoffAfter(this.#failures)))
  }

  #ask(target: OpenTarget) {
    const { user } = this.#host
    return target === 'feed'
      ? feedStub(this.#env, user).activeSessions()
      : roomStub(this.#env, target).activeSessions(user)
  }

  /** Takes over the target's answer about one row that was reported closed before `confirmable` (ms since 1970), or never. */
  #apply(row: OpenTargetSession, isActive: boolean, confirmable: number): void {
    const key = keyOf(row)
    const closing = this.#closing.get(key)
    if (isActive) this.#closing.delete(key)
    else if (closing === undefined) {
      // No report came: the device vanished.
      this.#close(row, false)
      this.#reportVanished(row.target)
    } else if (closing.since <= confirmable) {
      if (closing.isUnreported) this.#reportVanished(row.target)
      this.#closing.delete(key)
      this.#store.remove(row)
    }
  }

  #close(row: OpenTargetSession, isUnreported: boolean): void {
    this.#closing.set(keyOf(row), { since: Date.now(), isUnreported })
    this.#alarm.ringBy(Date.now() + TIMES.presenceGrace)
    this.#host.onClosed()
  }

  #reportVanished(target: OpenTarget): void {
    if (target !== 'feed') this.#host.onVanished(target)
  }

  #open(): OpenTargetSession[] {
    return this.#store.all().filter((row) => !this.#closing.has(keyOf(row)))
  }
}
