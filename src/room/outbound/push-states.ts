/** Which sidebars do not have the newest state of the room. Kept in memory only. */
import type { UserId } from '../../protocol'
import type { RoomStores } from '../store/stores'

/** The pushes to one sidebar since this instance of the room started. */
export interface PushState {
  /** The seq that the sidebar has. */
  delivered: number
  /** The seq that the sidebar must have because of its owner's own read cursor. */
  required: number
  /** Milliseconds since 1970. */
  sentAt: number
  call: Promise<void> | undefined
  /** Failed calls in a row. */
  failures: number
  /** Counts the sidebar's questions, so that an older answer cannot unsubscribe a sidebar that has asked since. */
  generation: number
}

export class PushStates {
  readonly #stores: RoomStores
  readonly #states = new Map<UserId, PushState>()
  #deliveredOnWaking: number
  #requiredByAll: number
  /** Whether the pending alarm, if there is one, was set by this instance. */
  #alarmIsOurs = false

  constructor(stores: RoomStores, deliveredOnWaking: number) {
    this.#stores = stores
    this.#deliveredOnWaking = deliveredOnWaking
    this.#requiredByAll = stores.timeline.seq
  }

  of(user: UserId): PushState {
    let state = this.#states.get(user)
    if (!state) {
      state = {
        delivered: this.#deliveredOnWaking,
        required: 0,
        sentAt: 0,
        call: undefined,
        failures: 0,
        generation: 0,
      }
      this.#states.set(user, state)
    }
    return state
  }

  /** Requires that all sidebars get the room's present seq, or that of one user. */
  require(user?: UserId): void {
    const { seq } = this.#stores.timeline
    if (user === undefined) this.#requiredByAll = seq
    else this.of(user).required = seq
    this.#alarmIsOurs = true
  }

  /** Sidebars that this instance has not pushed to are known to have this seq only. */
  doubt(seq: number): void {
    this.#deliveredOnWaking = Math.min(this.#deliveredOnWaking, seq)
  }

  /** An alarm that an earlier instance set says that nothing is known to have arrived. */
  onAlarm(): void {
    if (!this.#alarmIsOurs) this.#deliveredOnWaking = -1
  }

  /** Users whose sidebars are outdated. Lists on screen come first: a thousand others may take a while. */
  *outdated(): Generator<UserId> {
    if (!this.#isAnyBehind()) return
    const subscribed = [...this.#stores.members.subscribed()]
    for (const onScreen of [true, false]) {
      for (const { user_id, subscription } of subscribed) {
        if ((subscription === 'all') === onScreen && this.isOutdated(user_id)) yield user_id
      }
    }
  }

  /** Whether some sidebar may be outdated. It reads no member: a room that wakes up to date needs none. */
  #isAnyBehind(): boolean {
    if (this.#deliveredOnWaking < this.#requiredByAll) return true
    for (const { delivered, required } of this.#states.values()) {
      if (delivered < Math.max(this.#requiredByAll, required)) return true
    }
    return false
  }

  isOutdated(user: UserId): boolean {
    const state = this.#states.get(user)
    const delivered = state?.delivered ?? this.#deliveredOnWaking
    if (delivered >= Math.max(this.#requiredByAll, state?.required ?? 0)) return false
    const { members, unread } = this.#stores
    const subscription = members.everJoined(user)?.subscription
    return subscription === 'all' || (subscription === 'firstUnread' && unread.of(user) > 0)
  }

  /** Whether the only pending change is the user's own read cursor. */
  isOwnOnly({ delivered }: PushState): boolean {
    return delivered >= this.#requiredByAll
  }

  /** Resolves when every call under way has ended. */
  async calls(): Promise<void> {
    await Promise.all([...this.#states.values()].map(({ call }) => call))
  }
}
