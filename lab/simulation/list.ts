/** An open sidebar of one person: it applies every frame to the snapshot. */
import type { Random } from '../harness/random.ts'
import { callerOf, type Person } from './device.ts'
import type { Line, Peer } from './socket.ts'
import type { World } from './world.ts'

/** What of a listed room is compared. */
export interface Listed {
  id: number
  chat_name: string
  unread_count: number
  muted: boolean
  last_message: { id: number; text: string | null } | null
}

type Frame = { type: string; [field: string]: unknown }

export class DeviceList implements Peer {
  rooms = new Map<number, Listed>()
  readonly #world: World
  readonly #random: Random
  readonly person: Person
  readonly #session: number
  #line: Line | undefined
  #wanted = false
  #connecting = false
  #greeted = false

  constructor(world: World, random: Random, person: Person, session: number) {
    this.#world = world
    this.#random = random
    this.person = person
    this.#session = session
  }

  get isOpen(): boolean {
    return this.#greeted
  }

  come(): void {
    this.#wanted = true
    this.#connect()
  }

  go(): void {
    this.#wanted = false
    this.cut()
  }

  cut(): void {
    this.#line?.cut()
  }

  opened(line: Line): void {
    this.#line = line
    this.#connecting = false
    if (!this.#wanted) line.cut()
  }

  closed(): void {
    this.#line = undefined
    this.#connecting = false
    this.#greeted = false
    this.#again()
  }

  received(text: string): void {
    const parsed = JSON.parse(text) as Frame | Frame[]
    for (const frame of Array.isArray(parsed) ? parsed : [parsed]) this.#take(frame)
  }

  #connect(): void {
    if (!this.#wanted || this.#line || this.#connecting) return
    this.#connecting = true
    const upgrade = { caller: callerOf(this.person, this.#session), protocol: null, online: [], hidden: [] }
    this.#world.connect('SIDEBARS', this.person.id, upgrade, '', this, () => {
      this.#connecting = false
      this.#again()
    })
  }

  #again(): void {
    this.#world.clock.after(this.#random.between(50, 1_000), () => this.#connect())
  }

  #take(frame: Frame): void {
    if (frame.type === 'snapshot') {
      this.#greeted = true
      this.rooms = new Map((frame.rooms as Listed[]).map((room) => [room.id, room]))
    }
    const whole = (frame.type === 'group_created' && frame.group) || (frame.type === 'room_updated' && frame.room)
    if (whole) this.rooms.set((whole as Listed).id, whole as Listed)
    const room = this.rooms.get(frame.room_id as number)
    if (frame.type === 'room_removed') this.rooms.delete(frame.room_id as number)
    if (room && frame.type === 'last_message_updated') room.last_message = frame.last_message as Listed['last_message']
    if (room && 'unread_count' in frame) room.unread_count = frame.unread_count as number
  }
}
