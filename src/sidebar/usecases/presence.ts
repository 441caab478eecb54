/** Whether I am online: while any socket of any of my devices is open, and for some seconds after. */

import { COSTS } from '../../actor/budget/costs'
import { feedStub, inParallel, inTime, roomStub, sidebarStub } from '../../actor/rpc/stubs'
import type { Alarm } from '../../actor/store/alarm'
import { backoffAfter } from '../../actor/store/backoff'
import { BOUNDS, TIMES } from '../../config'
import { registeredAt } from '../../directory/accounts/state'
import { audiencesIn } from '../../directory/people/audience'
import { onlineAmong, onlineViewers, presenceOf, viewersAmong } from '../../directory/people/presence'
import type { RoomId, SessionId, UserId } from '../../protocol'

/** A room's id, or 0 for my notifications. */
export type OpenTarget = number

/** What presence asks of its sidebar. */
export interface PresenceHost {
  user: UserId
  /** Whether one of the sidebar's own sockets is open. */
  hasSockets(): boolean
  /** When a sign of life last came by one of these (ms since 1970), 0 when none ever did; who fell silent is closed. */
  lastPing(): number
  peers(): UserId[]
  /** The rooms where my coming and going is shown. */
  rooms(): RoomId[]
  /** I came online or went, at `at`: to be kept, put into the directory and told. */
  onPresenceChanged(online: boolean, at: number): void
  /** A room was taken to be open in front of me, and was not. */
  unseen(room: RoomId): void
  /** To be shown on my own sockets. */
  show(user: UserId, online: boolean, lastSeen: string): void
  /** Counts work that I cause, in units. */
  charge(work: number): void
}

/**
 * Rooms and the feed say when a device opens or closes a socket with them. A device that comes back within the grace
 * period costs no write, however often it does. What was said to be closed is only forgotten after the place has been
 * asked: being told can fail or come out of order, and the end of a session must reach every open socket.
 *
 * A device that vanishes closes nothing. Whether I am still there is looked after whenever my last sign of life is
 * `TIMES.silentSocket` old, but only while somebody is online to see it: whoever is alone costs nothing, and whoever comes
 * tells those by whom they are seen.
 */
export class Presence {
  readonly #sql: SqlStorage
  readonly #env: Env
  readonly #alarm: Alarm
  readonly #source: PresenceHost
  /** Said to be closed, since when. */
  readonly #closing = new Map<string, number>()
  /** Those of them that only their room said so of: nobody has told of the closing itself. */
  readonly #vanishing = new Set<string>()
  /** Asked, and not heard from: to be asked again, whoever cares. */
  #silent: ReadonlySet<OpenTarget> = new Set()
  /** Times in a row that some place did not answer. */
  #failures = 0
  /** When the last socket went. */
  #leftAt: number | null = null
  /** When all places were last asked in this life of the actor: on waking, what was closing is not known any more. */
  #askedAt = 0
  /** When a sign of life last came from one of the places. */
  #lastPingElsewhere = 0

  constructor(sql: SqlStorage, env: Env, alarm: Alarm, source: PresenceHost) {
    this.#sql = sql
    this.#env = env
    this.#alarm = alarm
    this.#source = source
  }

  get online(): boolean {
    return this.#sql.exec<{ online: number }>('SELECT online FROM me').toArray()[0]?.online === 1
  }

  /** Whether this place is open on one of my devices. */
  isOpen(place: OpenTarget): boolean {
    return this.#open().some((row) => row.place === place)
  }

  /** The rooms that are open on my devices. */
  roomsOpen(): RoomId[] {
    return [...new Set(this.#open().map((row) => row.place))].filter((place) => place !== 0)
  }

  /** A device has opened a socket with a place. */
  opened(place: OpenTarget, session: SessionId): void {
    this.#forgetClosing(`${place}:${session}`)
    const known = this.#targets().some((row) => row.place === place && row.session_id === session)
    if (!known) {
      this.#sql.exec('INSERT INTO places (place, session_id) VALUES (?, ?)', place, session)
      this.#source.charge(COSTS.socketOpened)
    }
    this.onSocketOpened()
  }

  /** The last socket of a session with a place has closed. */
  closed(place: OpenTarget, session: SessionId): void {
    const key = `${place}:${session}`
    this.#vanishing.delete(key)
    this.#closing.set(key, Date.now())
    this.#alarm.ringBy(Date.now() + TIMES.presenceGrace)
    this.onSocketClosed()
  }

  /**
   * A room says that it is open on none of my devices: it knows better, whatever this actor last heard or forgot. Either
   * word of the closing is on its way, or the room died with its sockets.
   */
  isNotIn(place: OpenTarget): void {
    for (const row of this.#open()) {
      if (row.place !== place) continue
      this.closed(place, row.session_id)
      this.#vanishing.add(`${place}:${row.session_id}`)
    }
  }

  /**
   * To be called on waking. Sockets that were lost with their actor, in a crash or a deploy, have told nobody: who has
   * been called online for long is looked after once more.
   */
  onWake(): void {
    if (this.online && this.#isDue()) this.#alarm.ringBy(Date.now() + TIMES.presenceGrace)
  }

  /** A socket of mine has opened. */
  onSocketOpened(): void {
    this.#leftAt = null
    if (!this.online) this.#source.onPresenceChanged(true, Date.now())
  }

  /** A socket of mine has closed; perhaps it was the last. */
  onSocketClosed(): void {
    if (this.#connected()) return
    this.#leftAt = Date.now()
    this.#alarm.ringBy(Date.now() + TIMES.presenceGrace)
  }

  /** To be called from the actor's `alarm()`: forgets what is closed, and decides whether I am gone. */
  async onAlarm(): Promise<void> {
    const heard = this.#source.lastPing()
    const fresh = this.#askedAt > Date.now() - TIMES.presenceGrace
    // While my list itself gives signs of life, where else I am matters to nobody for a while.
    const everywhere = heard > 0 ? this.#askedAt === 0 && this.#isDue() : !fresh
    await this.#askTargets(everywhere)
    if (everywhere && this.#isDue()) this.#sql.exec('UPDATE me SET checked_at = ?', Date.now())
    if (this.online && !this.#connected()) {
      const leftAt = this.#leftAt ?? Date.now()
      if (leftAt + TIMES.presenceGrace <= Date.now()) this.#source.onPresenceChanged(false, leftAt)
      else {
        this.#leftAt = leftAt
        this.#alarm.ringBy(leftAt + TIMES.presenceGrace)
      }
    }
    const [next] = [...this.#closing.values()].sort((a, b) => a - b)
    if (next !== undefined) this.#alarm.ringBy(Math.max(next, Date.now()) + TIMES.presenceGrace)
    this.#failures = this.#silent.size > 0 ? this.#failures + 1 : 0
    if (this.#failures > 0) this.#alarm.ringBy(Date.now() + Math.max(TIMES.presenceGrace, backoffAfter(this.#failures)))
    if (this.online && this.#connected() && (await this.#isSeen())) this.#watch()
  }

  /** Somebody came online who may see me: from now on it is looked after whether I am still there. */
  seen(): void {
    if (this.online) this.#watch()
  }

  /** Looks after me when my last sign of life would be too old, soon if there has not been any. */
  #watch(): void {
    const heard = Math.max(this.#source.lastPing(), this.#lastPingElsewhere)
    const next = heard > 0 || this.#askedAt > 0 ? (heard || this.#askedAt) + TIMES.silentSocket : 0
    this.#alarm.ringBy(Math.max(next, Date.now() + TIMES.presenceGrace))
  }

  /** Whether somebody is online who may see me; not knowing it, one had better look. */
  #isSeen(): Promise<boolean> {
    const { user, peers, rooms } = this.#source
    return onlineViewers(this.#env.DIRECTORY, user, { partners: peers(), rooms: rooms() }, 1).then(
      (people) => people.length > 0,
      () => true,
    )
  }

  /** Where sockets of these sessions are, or may still be, open. */
  targetsOf(sessions: SessionId[]): OpenTarget[] {
    const places = this.#targets().filter((row) => sessions.includes(row.session_id))
    return [...new Set(places.map((row) => row.place))]
  }

  /** Those of my partners who are online now, and since when. */
  partners() {
    return onlineAmong(this.#env.DIRECTORY, this.#source.user, this.#source.peers())
  }

  /** Has those who share a group with me look after themselves from now on: I see them. Partners hear of me anyway. */
  async #meet(partners: ReadonlySet<UserId>, rooms: RoomId[]): Promise<void> {
    const { user } = this.#source
    const people = await onlineViewers(this.#env.DIRECTORY, user, { partners: [], rooms }, BOUNDS.onlineViewers)
    const others = people.filter((other) => !partners.has(other))
    this.#source.charge(others.length * COSTS.presenceWatched)
    await inParallel(others, BOUNDS.callsAtOnce, (other) =>
      inTime(sidebarStub(this.#env, other).viewerCameOnline()).then(nothing, nothing),
    )
    if (others.length > 0 || partners.size > 0) this.seen()
  }

  /** Tells everyone who may be looking. Nothing is owed: whoever misses it reads the directory when they look. */
  async tell(online: boolean, at: number): Promise<void> {
    const last_seen = new Date(at).toISOString()
    const { user } = this.#source
    const quietly = (call: Promise<unknown>): Promise<void> => inTime(call).then(nothing, nothing)
    const rooms = this.#source.rooms()
    const [partners, audienceIn] = await Promise.all([
      viewersAmong(this.#env.DIRECTORY, user, this.#source.peers()).then(
        (people) => new Set(people),
        () => new Set<UserId>(),
      ),
      // Not knowing who may see this, rooms are told nothing.
      audiencesIn(this.#env.DIRECTORY, user, rooms).catch(() => null),
    ])
    this.#source.charge((partners.size + rooms.length) * COSTS.presencePushed)
    await inParallel(partners, BOUNDS.callsAtOnce, (partner) =>
      quietly(sidebarStub(this.#env, partner).peerPresenceChanged(user, online, last_seen)),
    )
    await inParallel(audienceIn ? rooms : [], BOUNDS.callsAtOnce, async (room) => {
      const { except, only } = audienceIn?.(room) ?? { except: [], only: [] }
      if (only?.length === 0) return
      await quietly(roomStub(this.#env, room).presenceChanged(user, online, last_seen, except, only))
    })
    if (online) await quietly(this.#meet(partners, rooms))
  }

  /** Who sees when I am online has changed. Those who do not any more see somebody who never was there. */
  async reshow(): Promise<void> {
    const { user, peers, rooms } = this.#source
    const { DIRECTORY } = this.#env
    const [mine, partners] = [rooms(), peers()]
    const [audienceIn, never, looking, now] = await Promise.all([
      audiencesIn(DIRECTORY, user, mine),
      registeredAt(DIRECTORY, user),
      onlineViewers(DIRECTORY, user, { partners, rooms: [] }, partners.length),
      presenceOf(DIRECTORY, user, user),
    ])
    const at = (time: number) => new Date(time).toISOString()
    await inParallel(looking, BOUNDS.callsAtOnce, (partner) =>
      inTime(sidebarStub(this.#env, partner).refreshPresenceOf(user)).then(nothing, nothing),
    )
    await inParallel(mine, BOUNDS.callsAtOnce, async (room) => {
      const { except, only } = audienceIn(room)
      const tell = (online: boolean, time: number, hidden: UserId[], viewers: UserId[] | null) =>
        inTime(roomStub(this.#env, room).presenceChanged(user, online, at(time), hidden, viewers)).then(
          nothing,
          nothing,
        )
      if (only !== null) await tell(false, never, [...except, ...only], null)
      if (now && only?.length !== 0) await tell(now.online, now.last_seen, except, only)
    })
  }

  /** What I may know of somebody's presence has changed: it is shown anew wherever a device of mine shows it. */
  async lookAgain(other: UserId): Promise<void> {
    const { user, show } = this.#source
    const seen = await presenceOf(this.#env.DIRECTORY, user, other)
    if (!seen) return
    const last_seen = new Date(seen.last_seen).toISOString()
    if (this.#source.peers().includes(other)) show(other, seen.online, last_seen)
    await inParallel(this.roomsOpen(), BOUNDS.callsAtOnce, (room) =>
      inTime(roomStub(this.#env, room).showPresence(user, other, seen.online, last_seen)),
    )
  }

  /** Whether it is long since somebody knew for sure that I am online. */
  #isDue(): boolean {
    const [me] = this.#sql
      .exec<{ sure: number }>('SELECT max(last_seen, checked_at) AS sure FROM me WHERE online = 1')
      .toArray()
    return me !== undefined && me.sure + TIMES.presenceCheck <= Date.now()
  }

  async #askTargets(everywhere: boolean): Promise<void> {
    const past = Date.now() - TIMES.presenceGrace
    const doubtful = this.#targets().filter(({ place, session_id }) => {
      const since = this.#closing.get(`${place}:${session_id}`)
      return everywhere || this.#silent.has(place) || (since !== undefined && since <= past)
    })
    if (everywhere) this.#askedAt = Date.now()
    const silent = new Set<OpenTarget>()
    await inParallel(new Set(doubtful.map((row) => row.place)), BOUNDS.callsAtOnce, async (place) => {
      const { user } = this.#source
      const answer =
        place === 0 ? feedStub(this.#env, user).activeSessions() : roomStub(this.#env, place).activeSessions(user)
      const there = await inTime(answer).catch(() => null)
      if (there === null) silent.add(place)
      this.#lastPingElsewhere = Math.max(this.#lastPingElsewhere, there?.lastPing ?? 0)
      for (const row of doubtful) {
        if (row.place !== place || there === null) continue
        const key = `${place}:${row.session_id}`
        const said = this.#closing.get(key)
        if (there.sessions.includes(row.session_id)) this.#forgetClosing(key)
        else if (said === undefined) this.#onVanished(row)
        else if (said <= past) {
          if (this.#vanishing.has(key)) this.#unseen(row.place)
          this.#forgetClosing(key)
          this.#forget(row.place, row.session_id)
        }
      }
    })
    this.#silent = silent
  }

  /** Nobody said that this is closed: from now on it counts as if somebody had. */
  #onVanished({ place, session_id }: { place: OpenTarget; session_id: SessionId }): void {
    this.closed(place, session_id)
    this.#unseen(place)
  }

  /** What came there meanwhile was taken for seen. */
  #unseen(place: OpenTarget): void {
    if (place !== 0) this.#source.unseen(place)
  }

  /** It counts as closing no more: it is open, or forgotten. */
  #forgetClosing(key: string): void {
    this.#closing.delete(key)
    this.#vanishing.delete(key)
  }

  #connected(): boolean {
    return this.#source.hasSockets() || this.#open().length > 0
  }

  #open(): { place: OpenTarget; session_id: SessionId }[] {
    return this.#targets().filter((row) => !this.#closing.has(`${row.place}:${row.session_id}`))
  }

  #targets(): { place: OpenTarget; session_id: SessionId }[] {
    return this.#sql
      .exec<{ place: number; session_id: number }>('SELECT place, session_id FROM places ORDER BY place, session_id')
      .toArray()
  }

  #forget(place: OpenTarget, session: SessionId): void {
    this.#sql.exec('DELETE FROM places WHERE place = ? AND session_id = ?', place, session)
  }
}

const nothing = () => undefined
