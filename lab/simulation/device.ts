/** One room on one device of one person, as any client would be written: it sends again what was not acknowledged. */
import type { Random } from '../harness/random.ts'
import type { Line, Peer } from './socket.ts'
import type { World } from './world.ts'

/** What a device knows of one message. */
export interface KnownMessage {
  id: number
  sender: number
  client_id: string | null
  content: string | null
  deleted: boolean
}

export interface Person {
  id: number
  username: string
  full_name: string
  picture: null
}

/** What the Worker tells an actor of a person it knows. */
export const callerOf = (person: Person, session: number) => ({
  ...person,
  session,
  sessionEnds: Number.MAX_SAFE_INTEGER,
  origin: 'http://parlour.test',
})

/** One connection to a room: the seq at which it became live, and the last it was told of. */
interface Visit {
  readyAt: number | undefined
  lastSeq: number
}

interface Unsent {
  client_id: string
  content: string
}

type Frame = { type: string; seq?: number; [field: string]: unknown }

/** A device's view of one room, over all its connections. */
export class DeviceRoom implements Peer {
  readonly messages = new Map<number, KnownMessage>()
  readonly members = new Set<number>()
  /** Everything it meant to say, in order. */
  readonly said: Unsent[] = []
  readonly acked = new Map<string, number>()
  /** What it saw that must never be seen. */
  readonly wrongs: string[] = []
  readonly visits: Visit[] = []
  readonly read = new Map<number, number>()
  /** Told to stay away: the person is no member, or was not let in. */
  out = false
  /** Where everybody was told that somebody has gone: user and seq. */
  readonly removals: { user: number; seq: number }[] = []
  readonly #world: World
  readonly #random: Random
  readonly room: number
  readonly person: Person
  readonly #session: number
  #line: Line | undefined
  #visit: Visit | undefined
  #connecting = false
  #seq = 0
  #failures = 0
  /** Closed on purpose. */
  #away = true

  constructor(world: World, random: Random, room: number, person: Person, session: number) {
    this.#world = world
    this.#random = random
    this.room = room
    this.person = person
    this.#session = session
  }

  get isOpen(): boolean {
    return this.#visit?.readyAt !== undefined
  }

  /** The highest seq it has come to. */
  get seq(): number {
    return this.#seq
  }

  connect(): void {
    this.#away = false
    this.out = false
    this.#connect()
  }

  go(): void {
    this.#away = true
    this.cut()
  }

  cut(): void {
    this.#line?.cut()
  }

  say(content: string): void {
    const client_id = `${this.#session}-${this.said.length}`
    const message = { client_id, content }
    this.said.push(message)
    if (this.isOpen) this.#send(message)
  }

  /** Sends something that was said once more, acknowledged or not. */
  repeat(): void {
    if (this.said.length > 0 && this.isOpen) this.#send(this.#random.pick(this.said))
  }

  command(frame: object): void {
    if (this.isOpen) this.#line?.up(JSON.stringify(frame))
  }

  opened(line: Line): void {
    this.#line = line
    this.#connecting = false
    this.#visit = { readyAt: undefined, lastSeq: this.#seq }
    this.visits.push(this.#visit)
    if (this.#away) line.cut()
  }

  received(text: string): void {
    const parsed = JSON.parse(text) as Frame | Frame[]
    for (const frame of Array.isArray(parsed) ? parsed : [parsed]) this.#take(frame)
  }

  closed(code: number): void {
    this.#line = undefined
    this.#visit = undefined
    this.#connecting = false
    if (code === 4403 || code === 4404) this.out = true
    else this.#retry()
  }

  #connect(): void {
    if (this.#away || this.out || this.#line || this.#connecting) return
    this.#connecting = true
    const upgrade = { caller: callerOf(this.person, this.#session), protocol: null, online: [], hidden: [] }
    const batch = this.#session % 2 === 0 ? '&batch=1' : ''
    this.#world.connect('ROOMS', this.room, upgrade, `after=${this.#seq}${batch}`, this, (status) => {
      this.#connecting = false
      if (status === 404) this.out = true
      else this.#retry()
    })
  }

  #retry(): void {
    this.#failures += 1
    this.#world.clock.after(this.#random.between(50, 400 * Math.min(this.#failures, 8)), () => this.#connect())
  }

  #send({ client_id, content }: Unsent): void {
    this.#line?.up(JSON.stringify({ type: 'send_message', content, client_id }))
  }

  #take(frame: Frame): void {
    const visit = this.#visit
    if (!visit) return void this.wrongs.push(`${frame.type} on a connection that is closed`)
    if (frame.type === 'ready') {
      visit.readyAt = frame.seq as number
      this.#failures = 0
      this.#advance(frame.seq as number)
      for (const { user_id, read } of frame.cursors as { user_id: number; read: number }[]) this.read.set(user_id, read)
      for (const message of this.said) if (!this.acked.has(message.client_id)) this.#send(message)
      return
    }
    if (frame.type === 'message.ack') {
      const { client_id, id } = frame as unknown as { client_id: string; id: number }
      const before = this.acked.get(client_id)
      if (before !== undefined && before !== id)
        this.wrongs.push(`${client_id} acknowledged as ${before}, then as ${id}`)
      this.acked.set(client_id, id)
      return
    }
    if (frame.seq === undefined) return
    if (frame.seq <= visit.lastSeq) this.wrongs.push(`${frame.type} ${frame.seq} after ${visit.lastSeq}`)
    visit.lastSeq = frame.seq
    this.#advance(frame.seq)
    this.#fold(frame as Frame & { seq: number })
  }

  #advance(seq: number): void {
    this.#seq = Math.max(this.#seq, seq)
  }

  #fold(frame: Frame & { seq: number }): void {
    const { type, seq } = frame
    if (type === 'new_message' || type === 'message_updated' || type === 'message_deleted') {
      const message = frame.message as {
        id: number
        sender: { id: number }
        client_id: string | null
        content: string | null
        deleted: boolean
      }
      if (type === 'new_message' && this.messages.has(message.id)) this.wrongs.push(`message ${message.id} came twice`)
      const { id, client_id, content, deleted } = message
      this.messages.set(id, { id, sender: message.sender.id, client_id, content, deleted })
    }
    const user = (frame.user ?? frame.reader) as { id: number } | undefined
    if (!user) return
    if (type === 'member_added' || type === 'member_updated') this.members.add(user.id)
    if (type === 'member_removed') {
      this.members.delete(user.id)
      this.removals.push({ user: user.id, seq })
    }
    if (type === 'message.read') {
      const to = frame.message_id as number
      if (to < (this.read.get(user.id) ?? 0))
        this.wrongs.push(`${user.id} has read ${this.read.get(user.id)}, then ${to}`)
      this.read.set(user.id, to)
    }
  }
}
