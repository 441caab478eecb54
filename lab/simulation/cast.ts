/** The people of a simulated world: each step draws from the seed what they do and which machine fails. */
import type { Random } from '../harness/random.ts'
import { callerOf, DeviceRoom, type Person } from './device.ts'
import { DeviceList } from './list.ts'
import type { World } from './world.ts'

/** Two groups, and a direct room of the first two people. The first person owns everything and never leaves. */
export const GROUPS = [11, 12] as const
export const DIRECT = 13
export const ROOMS = [...GROUPS, DIRECT] as const

const NAMES = ['ada', 'ben', 'cleo', 'dan'] as const

export class Cast {
  readonly world: World
  readonly people: Person[]
  readonly views: DeviceRoom[] = []
  readonly lists: DeviceList[] = []
  /** Texts that a message was edited to. */
  readonly edits = new Set<string>()
  readonly #random: Random
  #texts = 0

  constructor(world: World, random: Random) {
    this.world = world
    this.#random = random
    this.people = NAMES.map((username, index) => ({ id: index + 1, username, full_name: username, picture: null }))
    for (const { id, username } of this.people) {
      world.directory.run(
        'INSERT INTO users (id, username, username_key, created_at) VALUES (?, ?, ?, 0)',
        id,
        username,
        username,
      )
      // Everybody has two devices; the second shows the list only.
      const [first, second] = [id * 10, id * 10 + 1]
      const rooms = ROOMS.filter((room) => room !== DIRECT || id <= 2)
      for (const room of rooms) this.views.push(this.view(room, this.person(id), first))
      this.lists.push(new DeviceList(world, random.fork(), this.person(id), first))
      this.lists.push(new DeviceList(world, random.fork(), this.person(id), second))
    }
  }

  person(id: number): Person {
    return this.people[id - 1] as Person
  }

  view(room: number, person: Person, session: number): DeviceRoom {
    return new DeviceRoom(this.world, this.#random.fork(), room, person, session)
  }

  /** Asks on behalf of somebody, whatever becomes of it. */
  request(kind: 'ROOMS' | 'SIDEBARS', name: number, method: string, ...args: unknown[]): void {
    this.world.ask(kind, name, method, ...args).catch(() => this.world.count('requests failed'))
  }

  create(): void {
    const [ada, ben] = [this.person(1), this.person(2)]
    const nothing = { description: '', picture: null }
    const caller = callerOf(ada, 10)
    for (const id of GROUPS) {
      const plan = { id, is_group: true, name: `group ${id}`, ...nothing, people: this.people }
      this.request('ROOMS', id, 'create', caller, plan)
    }
    const plan = { id: DIRECT, is_group: false, name: '', ...nothing, people: [ada, ben] }
    this.request('ROOMS', DIRECT, 'create', caller, plan)
  }

  /** Everybody opens everything. */
  come(): void {
    for (const view of this.views) view.connect()
    for (const list of this.lists) list.come()
  }

  go(): void {
    for (const view of this.views) view.go()
    for (const list of this.lists) list.go()
  }

  /** One thing that somebody does. */
  act(): void {
    const random = this.#random
    const view = random.pick(this.views)
    const message = [...view.messages.keys()].at(-random.between(1, 4))
    const chance = random.next()
    if (chance < 0.4) view.say(this.#text())
    else if (chance < 0.46) view.repeat()
    else if (chance < 0.52 && message) view.command(this.#edit(message))
    else if (chance < 0.57 && message) view.command({ type: 'delete_message', message_id: message })
    else if (chance < 0.7 && message) view.command({ type: 'read_message', message_id: message })
    else if (chance < 0.72 && message) view.command({ type: 'delivered', message_id: message })
    else if (chance < 0.74) view.command({ type: 'typing' })
    else if (chance < 0.84) this.#change(random.pick(GROUPS))
    else if (chance < 0.88) random.pick(this.lists).come()
    else if (chance < 0.92) random.pick(this.lists).go()
    else if (chance < 0.95) view.go()
    else if (chance < 0.98) view.connect()
    else this.request('SIDEBARS', view.person.id, 'list', 'http://parlour.test', 100)
  }

  /** One thing that goes wrong. */
  fault(): void {
    const random = this.#random
    const chance = random.next()
    const actor = random.pick(this.world.actors)
    if (chance < 0.3) random.pick(this.views).cut()
    else if (chance < 0.4) random.pick(this.lists).cut()
    else if (chance < 0.75) for (const each of this.world.actors) each.evict()
    else if (chance < 0.95) actor.crash()
    // A deploy ends every socket and every life.
    else for (const each of this.world.actors) each.crash()
  }

  /** Something about a group and the people in it. */
  #change(room: number): void {
    const random = this.#random
    const ada = callerOf(this.person(1), 10)
    const other = this.person(random.between(2, NAMES.length))
    const chance = random.next()
    if (chance < 0.3) this.request('ROOMS', room, 'removeMember', ada, other.id)
    else if (chance < 0.65) this.#add(room, other)
    else if (chance < 0.75) this.request('ROOMS', room, 'leave', callerOf(other, other.id * 10))
    else if (chance < 0.85) this.request('ROOMS', room, 'update', ada, { name: this.#text() })
    else this.request('SIDEBARS', other.id, 'setMine', room, { muted: random.next() < 0.5 }, 'http://parlour.test')
  }

  #add(room: number, person: Person): void {
    this.request('ROOMS', room, 'addMembers', callerOf(this.person(1), 10), [person])
    // Sooner or later they look.
    for (const view of this.views) {
      if (view.room === room && view.person.id === person.id) this.world.clock.after(500, () => view.connect())
    }
  }

  #edit(message_id: number): object {
    const content = this.#text()
    this.edits.add(content)
    return { type: 'edit_message', message_id, content }
  }

  #text(): string {
    this.#texts += 1
    return this.#random.next() < 0.1 ? `@${this.#random.pick(NAMES)} ${this.#texts}` : `text ${this.#texts}`
  }
}
