/** What my sidebar owes others: the end of my sessions, whom I block, my coming and going. Kept until they have it. */

import { feedStub, inTime, roomStub } from '../../actor/rpc/stubs'
import type { Alarm } from '../../actor/store/alarm'
import { Clock } from '../../actor/store/clock'
import { type Deliver, Outbox } from '../../actor/store/outbox'
import { projectPresence } from '../../directory/people/presence'
import { blockOf } from '../../directory/rooms/projection'
import type { RoomId, SessionId, UserId } from '../../protocol'
import type { OpenTarget } from '../usecases/presence'

interface OwedEnd {
  place: OpenTarget
  sessions: SessionId[]
}

interface OwedBlock {
  room: RoomId
  other: UserId
}

interface OwedPresence {
  online: boolean
  at: number
}

export class SidebarOutbox {
  readonly #outbox: Outbox
  readonly #env: Env
  readonly #user: UserId
  readonly #clock = new Clock(0)

  /** `others` is what other parts of the sidebar owe through here. */
  constructor(sql: SqlStorage, alarm: Alarm, env: Env, user: UserId, others: Record<string, Deliver>) {
    this.#env = env
    this.#user = user
    this.#outbox = new Outbox(sql, alarm, {
      ...others,
      presence: (owed) => this.#project(owed as OwedPresence),
      end: (owed) => this.#end(owed as OwedEnd),
      block: (owed) => this.#block(owed as OwedBlock),
    })
  }

  /** Has the sockets of these sessions closed in these places; resolves when they are, or after a while. */
  async endSessions(sessions: SessionId[], places: OpenTarget[]): Promise<void> {
    for (const place of places) {
      const key = `end:${place}`
      const earlier = (this.#outbox.pending(key) as OwedEnd | undefined)?.sessions ?? []
      this.#outbox.enqueue(key, { place, sessions: [...new Set([...earlier, ...sessions])] })
    }
    await inTime(this.deliver()).catch(() => undefined)
  }

  /** Has rooms follow what the directory says of my block; resolves when all do, or after a while. */
  async tellBlock(other: UserId, rooms: RoomId[]): Promise<void> {
    for (const room of rooms) this.#outbox.enqueue(`block:${other}:${room}`, { room, other })
    await inTime(this.deliver()).catch(() => undefined)
  }

  /** Puts my coming or going into the directory. Resolves when it has been tried. */
  async project(online: boolean, at: number): Promise<void> {
    this.#outbox.enqueue('presence:me', { online, at })
    await this.deliver()
  }

  owe(key: string, payload: unknown): void {
    this.#outbox.enqueue(key, payload)
  }

  /** What is owed under `key`, if anything. */
  owed(key: string): unknown {
    return this.#outbox.pending(key)
  }

  /** Whether nothing is owed. */
  get done(): boolean {
    return this.#outbox.isEmpty
  }

  deliver(): Promise<void> {
    return this.#outbox.deliver()
  }

  /** See `Outbox.schedule`. */
  schedule(): void {
    this.#outbox.schedule()
  }

  async #end({ place, sessions }: OwedEnd): Promise<void> {
    if (place === 0) await feedStub(this.#env, this.#user).endSessions(sessions)
    else await roomStub(this.#env, place).endSessions(this.#user, sessions)
  }

  /** The state, not the change: whatever order changes arrive in, the room ends with what stands in the directory. */
  async #block({ room, other }: OwedBlock): Promise<void> {
    const asked = this.#clock.now()
    const block = await blockOf(this.#env.DIRECTORY, this.#user, other)
    await roomStub(this.#env, room).setBlock(this.#user, other, block !== null, block?.shown ?? null, asked)
  }

  #project({ online, at }: OwedPresence): Promise<void> {
    return projectPresence(this.#env.DIRECTORY, this.#user, online, at)
  }
}
