/** The durable work of a sidebar: ends of sessions, blocks, presence, and the entries of its other parts. */
import { feedStub, inTime, roomStub } from '../../actor/rpc/stubs'
import type { Alarm } from '../../actor/store/alarm'
import { Clock } from '../../actor/store/clock'
import { type Deliver, Outbox } from '../../actor/store/outbox'
import { projectPresence } from '../../directory/people/presence'
import { blockOf } from '../../directory/rooms/projection'
import type { RoomId, SessionId, UserId } from '../../protocol'
import type { OpenTarget } from '../store/open-targets'

interface EndEntry {
  target: OpenTarget
  sessions: SessionId[]
}

interface BlockEntry {
  room: RoomId
  other: UserId
}

interface PresenceEntry {
  online: boolean
  /** In milliseconds since 1970. */
  at: number
}

export class SidebarOutbox {
  readonly #outbox: Outbox
  readonly #env: Env
  readonly #user: UserId
  readonly #clock = new Clock(0)

  /** `recipients` deliver the entries of the sidebar's other parts. */
  constructor(sql: SqlStorage, alarm: Alarm, env: Env, user: UserId, recipients: Record<string, Deliver>) {
    this.#env = env
    this.#user = user
    this.#outbox = new Outbox(sql, alarm, {
      ...recipients,
      presence: (entry) => this.#projectPresence(entry as PresenceEntry),
      end: (entry) => this.#endSessions(entry as EndEntry),
      block: (entry) => this.#setBlock(entry as BlockEntry),
    })
  }

  /** Closes these sessions' sockets in the targets. Resolves when they are closed, or after `TIMES.call`. */
  async endSessions(sessions: SessionId[], targets: OpenTarget[]): Promise<void> {
    for (const target of targets) {
      const key = `end:${target}`
      const earlier = (this.#outbox.pending(key) as EndEntry | undefined)?.sessions ?? []
      this.#outbox.enqueue(key, { target, sessions: [...new Set([...earlier, ...sessions])] } satisfies EndEntry)
    }
    await inTime(this.deliver()).catch(() => undefined)
  }

  /** Has rooms take over the block between the owner and `other`. Resolves when they have, or after `TIMES.call`. */
  async blockChanged(other: UserId, rooms: RoomId[]): Promise<void> {
    for (const room of rooms) {
      this.#outbox.enqueue(`block:${other}:${room}`, { room, other } satisfies BlockEntry)
    }
    await inTime(this.deliver()).catch(() => undefined)
  }

  /** Writes the owner's presence into the directory. Resolves after the first attempt. */
  async presenceChanged(online: boolean, at: number): Promise<void> {
    this.#outbox.enqueue('presence:me', { online, at } satisfies PresenceEntry)
    await this.deliver()
  }

  enqueue(key: string, payload: unknown): void {
    this.#outbox.enqueue(key, payload)
  }

  /** The payload under `key`, if it is not delivered yet. */
  pending(key: string): unknown {
    return this.#outbox.pending(key)
  }

  get isEmpty(): boolean {
    return this.#outbox.isEmpty
  }

  deliver(): Promise<void> {
    return this.#outbox.deliver()
  }

  async #endSessions({ target, sessions }: EndEntry): Promise<void> {
    if (target === 'feed') await feedStub(this.#env, this.#user).endSessions(sessions)
    else await roomStub(this.#env, target).endSessions(this.#user, sessions)
  }

  /** Sends the directory's state and not the change: in whatever order deliveries arrive, the room ends with that state. */
  async #setBlock({ room, other }: BlockEntry): Promise<void> {
    const readAt = this.#clock.now()
    const block = await blockOf(this.#env.DIRECTORY, this.#user, other)
    await roomStub(this.#env, room).setBlock(this.#user, other, block !== null, block?.shown ?? null, readAt)
  }

  #projectPresence({ online, at }: PresenceEntry): Promise<void> {
    return projectPresence(this.#env.DIRECTORY, this.#user, online, at)
  }
}
