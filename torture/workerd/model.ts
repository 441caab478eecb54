/**
 * What the scene must come to, told without the server: who is in which room, what was said there, how far everybody
 * has read. Pure, and written from the contract alone.
 */
import { type Name, PEOPLE, PLACES, type Place, type Step } from './steps'

interface Membership {
  role: 'owner' | 'admin' | 'member'
  /** How many messages there were when they came: what was said before is not for them to have read. */
  joined: number
  /** How many of the room's messages they have read, and received, from the first on. */
  read: number
  delivered: number
  muted: boolean
  pinned: boolean
}

interface Said {
  by: Name
  text: string
  edited: boolean
  deleted: boolean
  /** Later is greater. */
  at: number
}

interface Room {
  group: boolean
  name: string
  /** In the order of joining. */
  members: Map<Name, Membership>
  said: Said[]
  created: number
}

/** One line of somebody's list. */
export interface Line {
  place: Place
  unread: number
  muted: boolean
  pinned: boolean
  last: string | null
}

export class Model {
  readonly rooms: Record<Place, Room>
  /** `one other`: one has blocked the other. */
  readonly #blocks = new Set<string>()
  #clock = 0

  constructor() {
    const room = (name: string, ...people: Name[]): Room => {
      const roles = people.map(
        (who, place) => [who, newcomer(name !== '' && place === 0 ? 'owner' : 'member', 0)] as const,
      )
      return { group: name !== '', name, members: new Map(roles), said: [], created: this.#tick() }
    }
    this.rooms = {
      den: room('Den', 'ada', 'bob', 'cy'),
      nook: room('Nook', 'bob', 'ada', 'dee'),
      pair: room('', 'ada', 'bob'),
    }
  }

  /**
   * Does a step. @returns whether it may be done: `done` or `refused`; `either` where that does not show in a room.
   */
  apply(step: Step): 'done' | 'refused' | 'either' {
    if (!('place' in step)) return this.#outside(step)
    const room = this.rooms[step.place]
    const me = room.members.get(step.who)
    if (!me) return 'refused'
    const done = this.#inside(step, room, me)
    return done ? 'done' : 'refused'
  }

  list(who: Name): Line[] {
    const mine = PLACES.filter((place) => this.rooms[place].members.has(who))
    const activity = (place: Place) => newest(this.rooms[place])?.at ?? this.rooms[place].created
    return mine
      .sort((a, b) => activity(b) - activity(a))
      .map((place) => {
        const room = this.rooms[place]
        const { muted, pinned } = room.members.get(who) as Membership
        return { place, unread: unread(room, who), muted, pinned, last: newest(room)?.text ?? null }
      })
  }

  /** Those who have read a message, without its sender. */
  readers(place: Place, nth: number): Name[] {
    return this.#audience(place, nth)
      .filter(([, { read }]) => read > nth)
      .map(([who]) => who)
  }

  status(place: Place, nth: number): 'sent' | 'delivered' | 'read' {
    const audience = this.#audience(place, nth)
    if (audience.length === 0 || audience.some(([, { delivered }]) => delivered <= nth)) return 'sent'
    return audience.every(([, { read }]) => read > nth) ? 'read' : 'delivered'
  }

  #audience(place: Place, nth: number): [Name, Membership][] {
    const { members, said } = this.rooms[place]
    return [...members].filter(([who, { joined }]) => who !== said[nth]?.by && joined <= nth)
  }

  #outside(step: Step): 'either' {
    if (step.do === 'block') this.#blocks.add(`${step.who} ${step.whom}`)
    if (step.do === 'unblock') this.#blocks.delete(`${step.who} ${step.whom}`)
    return 'either'
  }

  #inside(step: Extract<Step, { place: Place }>, room: Room, me: Membership): boolean {
    const silenced = !room.group && this.#blocks.size > 0
    const runs = room.group && me.role !== 'member'
    switch (step.do) {
      case 'send':
        if (silenced) return false
        room.said.push({ by: step.who, text: step.text, edited: false, deleted: false, at: this.#tick() })
        return true
      case 'edit': {
        const said = at(room, step.nth)
        if (!said || said.by !== step.who || said.deleted || silenced) return false
        Object.assign(said, { text: step.text, edited: true })
        return true
      }
      case 'delete': {
        const said = at(room, step.nth)
        if (!said || !(said.by === step.who || runs)) return false
        said.deleted = true
        return true
      }
      case 'read':
      case 'deliver': {
        const come = place(room, step.nth) + 1
        me.delivered = Math.max(me.delivered, come)
        if (step.do === 'read') me.read = Math.max(me.read, come)
        return true
      }
      case 'add':
        // Whoever has blocked somebody is not brought into a room by them.
        if (!runs || this.#blocks.has(`${step.whom} ${step.who}`)) return false
        if (!room.members.has(step.whom)) room.members.set(step.whom, newcomer('member', room.said.length))
        return true
      case 'remove':
        if (!runs || step.whom === step.who || !room.members.has(step.whom)) return false
        if (room.members.get(step.whom)?.role === 'owner') return false
        room.members.delete(step.whom)
        return true
      case 'promote':
      case 'demote': {
        const target = room.members.get(step.whom)
        if (!runs || !target || target.role === 'owner') return false
        target.role = step.do === 'promote' ? 'admin' : 'member'
        return true
      }
      case 'leave':
        if (!room.group) return false
        this.#leave(room, step.who, me)
        return true
      case 'rename':
        if (!runs) return false
        room.name = step.text
        return true
      case 'mute':
        me.muted = step.on
        return true
      case 'pin':
        me.pinned = step.on
        return true
      // A repeat of what was sent is answered as it was the first time, and opening or shutting changes nothing.
      case 'resend':
      case 'enter':
      case 'exit':
        return true
    }
  }

  /** A group is never without an owner: an admin follows, else whoever is in it longest. */
  #leave(room: Room, who: Name, me: Membership): void {
    room.members.delete(who)
    if (me.role !== 'owner') return
    const left = [...room.members.values()]
    const next = left.find(({ role }) => role === 'admin') ?? left[0]
    if (next) next.role = 'owner'
  }

  #tick(): number {
    this.#clock += 1
    return this.#clock
  }
}

const newcomer = (role: Membership['role'], joined: number): Membership => ({
  role,
  joined,
  read: joined,
  delivered: joined,
  muted: false,
  pinned: false,
})

const newest = (room: Room): Said | undefined => room.said.findLast(({ deleted }) => !deleted)

const unread = (room: Room, who: Name): number =>
  room.said.filter(({ by, deleted }, nth) => by !== who && !deleted && nth >= (room.members.get(who)?.read ?? 0)).length

/** Which message is meant by the `nth` from the newest on; as many as there are, over and over. */
const place = (room: Room, nth: number): number => room.said.length - 1 - (nth % Math.max(1, room.said.length))

const at = (room: Room, nth: number): Said | undefined => room.said[place(room, nth)]

/** What the model says of everybody's list and of every room. */
export function expected(model: Model) {
  const lists = Object.fromEntries(PEOPLE.map((who) => [who, model.list(who)]))
  const rooms = Object.fromEntries(
    PLACES.map((each) => {
      const { members, said } = model.rooms[each]
      const messages = said.map(({ by, text, edited, deleted }, nth) => ({
        by,
        content: deleted ? null : text,
        edited,
        deleted,
        status: model.status(each, nth),
        readers: model.readers(each, nth).sort(),
      }))
      const people = [...members].map(([who, { role }]) => `${who} ${role}`).sort()
      return [each, members.size === 0 ? null : { people, indexed: people, messages }]
    }),
  )
  return { lists, rooms }
}
