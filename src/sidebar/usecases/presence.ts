/** Decides whether the owner is online: while any socket of any device is open, and for `TIMES.presenceGrace` after. */
import type { Alarm } from '../../actor/store/alarm'
import { TIMES } from '../../config'
import type { SessionId } from '../../protocol'
import type { OpenTarget } from '../store/open-targets'
import type { OwnerStore } from '../store/owner'
import type { OpenTargets } from './open-targets'

/** What presence needs of its sidebar. */
export interface PresenceHost {
  /** Whether one of the sidebar's own sockets is open. */
  hasSockets(): boolean
  /** Closes silent sockets. @returns when a ping last came by the others (ms since 1970), 0 when none ever did */
  lastPing(): number
  /** The owner came online or went offline, at `at` (ms since 1970). */
  onPresenceChanged(online: boolean, at: number): void
  /** Whether somebody who may see the owner is online; true when that is not known. */
  hasOnlineViewer(): Promise<boolean>
}

/**
 * A device that vanishes closes nothing. So an online owner is checked when the last ping is older than `TIMES.silentSocket`,
 * but only while an online viewer exists: an owner without viewers costs nothing, and a viewer who comes online starts
 * the checks of everybody whom they see.
 */
export class Presence {
  readonly #owner: OwnerStore
  readonly #targets: OpenTargets
  readonly #alarm: Alarm
  readonly #host: PresenceHost
  /** When the last socket closed; null while one is open, and in an instance that saw none close. */
  #leftAt: number | null = null

  constructor(owner: OwnerStore, targets: OpenTargets, alarm: Alarm, host: PresenceHost) {
    this.#owner = owner
    this.#targets = targets
    this.#alarm = alarm
    this.#host = host
    // Shown as online without a device: the grace ends, also if the closing of the last socket was lost.
    alarm.covers(() =>
      this.isOnline && !this.#isConnected() ? (this.#leftAt ?? Date.now()) + TIMES.presenceGrace : null,
    )
  }

  get isOnline(): boolean {
    return this.#owner.isOnline
  }

  /** A session opened its first socket with a target. */
  targetOpened(target: OpenTarget, session: SessionId): void {
    this.#targets.opened(target, session)
    this.onSocketOpened()
  }

  /** To be called when the actor wakes: sockets that a crash or a deploy closed were reported by nobody. */
  onWake(): void {
    if (this.isOnline && this.#isCheckDue()) this.#alarm.ringBy(Date.now() + TIMES.presenceGrace)
  }

  onSocketOpened(): void {
    this.#leftAt = null
    if (!this.isOnline) this.#host.onPresenceChanged(true, Date.now())
  }

  onSocketClosed(): void {
    if (this.#isConnected()) return
    this.#leftAt = Date.now()
    this.#alarm.ringBy(Date.now() + TIMES.presenceGrace)
  }

  /** To be called from the actor's `alarm()`: confirms closed targets, and decides whether the owner went offline. */
  async onAlarm(): Promise<void> {
    const lastPing = this.#host.lastPing()
    const isRecent = this.#targets.checkedAt > Date.now() - TIMES.presenceGrace
    // Pings to the sidebar itself prove presence: the other targets need no check then.
    const all = lastPing > 0 ? this.#targets.checkedAt === 0 && this.#isCheckDue() : !isRecent
    await this.#targets.check(all)
    if (all && this.#isCheckDue()) this.#owner.setTargetsCheckedAt(Date.now())
    if (this.isOnline && !this.#isConnected()) {
      const leftAt = this.#leftAt ?? Date.now()
      if (leftAt + TIMES.presenceGrace <= Date.now()) this.#host.onPresenceChanged(false, leftAt)
      else {
        this.#leftAt = leftAt
        this.#alarm.ringBy(leftAt + TIMES.presenceGrace)
      }
    }
    this.#targets.schedule()
    if (this.isOnline && this.#isConnected() && (await this.#host.hasOnlineViewer())) this.#scheduleCheck()
  }

  /** Somebody who may see the owner came online: from now on the owner's presence is checked. */
  viewerCameOnline(): void {
    if (this.isOnline) this.#scheduleCheck()
  }

  /** Asks the alarm for the time when the last ping will be too old, or for soon when no ping came yet. */
  #scheduleCheck(): void {
    const lastPing = Math.max(this.#host.lastPing(), this.#targets.lastPing)
    const { checkedAt } = this.#targets
    const next = lastPing > 0 || checkedAt > 0 ? (lastPing || checkedAt) + TIMES.silentSocket : 0
    this.#alarm.ringBy(Math.max(next, Date.now() + TIMES.presenceGrace))
  }

  /** Whether `TIMES.presenceCheck` has passed since presence was last confirmed. */
  #isCheckDue(): boolean {
    const confirmedAt = this.#owner.onlineConfirmedAt
    return confirmedAt !== undefined && confirmedAt + TIMES.presenceCheck <= Date.now()
  }

  #isConnected(): boolean {
    return this.#host.hasSockets() || this.#targets.isAnyOpen()
  }
}
