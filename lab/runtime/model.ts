/**
 * A model of the scenario without the server: members, messages and cursors of each room. It is pure, and written from
 * the contract alone.
 */
import { type Name, ROOM_NAMES, type RoomName, type Step } from './steps'

/** What answers an invitation. */
type Answer = Extract<Step, { do: 'accept' | 'decline' }>

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

/** How far two people had come in a room when a block came between them: they learn no more of each other. */
interface Frozen {
  /** How many messages there were. */
  said: number
  cursors: Map<Name, Pick<Membership, 'read' | 'delivered'>>
}

interface Room {
  group: boolean
  name: string
  /** In the order of joining. */
  members: Map<Name, Membership>
  /** Everybody who was ever in it. */
  known: Set<Name>
  /** Those who left by themselves: they come in again by accepting an invitation only. `declined` rests for 30 days. */
  left: Map<Name, 'uninvited' | 'invited' | 'declined'>
  /** By `one other`, the blocks that the room knows of. */
  frozen: Map<string, Frozen>
  said: Said[]
  created: number
}

/** One line of somebody's list. */
export interface Line {
  roomName: RoomName
  unread: number
  muted: boolean
  pinned: boolean
  last: string | null
}

export class Model {
  readonly rooms: Record<RoomName, Room>
  /** `one other`: one has blocked the other. */
  readonly #blocks = new Set<string>()
  #clock = 0

  constructor() {
    const room = (name: string, ...people: Name[]): Room => {
      const roles = people.map(
        (who, index) => [who, newcomer(name !== '' && index === 0 ? 'owner' : 'member', 0)] as const,
      )
      const members = new Map(roles)
      const [known, frozen] = [new Set(people), new Map<string, Frozen>()]
      return { group: name !== '', name, members, known, left: new Map(), frozen, said: [], created: this.#tick() }
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
    if (!('roomName' in step)) return this.#outside(step)
    const room = this.rooms[step.roomName]
    if (step.do === 'accept' || step.do === 'decline') return this.#answer(step, room) ? 'done' : 'refused'
    const me = room.members.get(step.who)
    if (!me) return 'refused'
    const done = this.#inside(step, room, me)
    return done ? 'done' : 'refused'
  }

  list(who: Name): Line[] {
    const mine = ROOM_NAMES.filter((roomName) => this.rooms[roomName].members.has(who))
    const activity = (roomName: RoomName) => newest(this.rooms[roomName])?.at ?? this.rooms[roomName].created
    return mine
      .sort((a, b) => activity(b) - activity(a))
      .map((roomName) => {
        const room = this.rooms[roomName]
        const { muted, pinned } = room.members.get(who) as Membership
        const isHeard = (by: Name) => !this.#blocks.has(`${who} ${by}`)
        return { roomName, unread: unread(room, who, isHeard), muted, pinned, last: newest(room)?.text ?? null }
      })
  }

  /** Those who have read a message, without its sender, as the viewer may know it. */
  readers(roomName: RoomName, nth: number, viewer: Name): Name[] {
    return this.#audience(roomName, nth, viewer)
      .filter(([, { read }]) => read > nth)
      .map(([who]) => who)
  }

  status(roomName: RoomName, nth: number, viewer: Name): 'sent' | 'delivered' | 'read' {
    const audience = this.#audience(roomName, nth, viewer)
    if (audience.length === 0 || audience.some(([, { delivered }]) => delivered <= nth)) return 'sent'
    return audience.every(([, { read }]) => read > nth) ? 'read' : 'delivered'
  }

  #audience(roomName: RoomName, nth: number, viewer: Name): [Name, Membership][] {
    const { members, said, frozen } = this.rooms[roomName]
    return [...members]
      .filter(([who, { joined }]) => who !== said[nth]?.by && joined <= nth)
      .flatMap(([who, member]): [Name, Membership][] => {
        const states = [frozen.get(`${viewer} ${who}`), frozen.get(`${who} ${viewer}`)].filter(
          (state) => state !== undefined,
        )
        const [first] = states.sort((a, b) => a.said - b.said)
        if (!first) return [[who, member]]
        // What was said after the block was not said to them, as far as the other may know.
        return nth < first.said ? [[who, { ...member, ...first.cursors.get(who) }]] : []
      })
  }

  #outside(step: Step): 'either' {
    if (step.do === 'block' && step.who !== step.whom) {
      const pair = `${step.who} ${step.whom}`
      this.#blocks.add(pair)
      for (const roomName of ROOM_NAMES) {
        const room = this.rooms[roomName]
        if (room.members.has(step.who) && room.known.has(step.whom)) this.#freeze(room, pair)
      }
    }
    if (step.do === 'unblock') {
      const pair = `${step.who} ${step.whom}`
      this.#blocks.delete(pair)
      for (const roomName of ROOM_NAMES) this.rooms[roomName].frozen.delete(pair)
    }
    return 'either'
  }

  #freeze(room: Room, pair: string): void {
    if (room.frozen.has(pair)) return
    const cursors = new Map(
      (pair.split(' ') as Name[]).flatMap((who) => {
        const member = room.members.get(who)
        return member ? [[who, { read: member.read, delivered: member.delivered }] as const] : []
      }),
    )
    room.frozen.set(pair, { said: room.said.length, cursors })
  }

  /** Somebody comes in: the room learns of the blocks between them and those who are there. */
  #enter(room: Room, who: Name): void {
    room.members.set(who, newcomer('member', room.said.length))
    room.known.add(who)
    room.left.delete(who)
    for (const pair of this.#blocks) {
      const people = pair.split(' ') as Name[]
      if (people.includes(who) && people.every((each) => room.members.has(each))) this.#freeze(room, pair)
    }
  }

  /** Somebody who left answers an invitation back, while somebody is there to come back to. */
  #answer({ do: answer, who }: Answer, room: Room): boolean {
    if (room.left.get(who) !== 'invited' || room.members.size === 0) return false
    if (answer === 'accept') this.#enter(room, who)
    else room.left.set(who, 'declined')
    return true
  }

  #inside(step: Exclude<Extract<Step, { roomName: RoomName }>, Answer>, room: Room, me: Membership): boolean {
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
        const come = messageIndex(room, step.nth) + 1
        me.delivered = Math.max(me.delivered, come)
        if (step.do === 'read') me.read = Math.max(me.read, come)
        return true
      }
      case 'add':
        // Of two between whom a block stands neither brings the other into a room.
        if (!runs || this.#blocks.has(`${step.whom} ${step.who}`) || this.#blocks.has(`${step.who} ${step.whom}`))
          return false
        if (room.members.has(step.whom)) return true
        if (room.left.get(step.whom) === 'declined') return false
        if (room.left.has(step.whom)) room.left.set(step.whom, 'invited')
        else this.#enter(room, step.whom)
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
    room.left.set(who, 'uninvited')
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

const unread = (room: Room, who: Name, isHeard: (by: Name) => boolean): number =>
  room.said.filter(({ by, deleted }, nth) => {
    return by !== who && !deleted && isHeard(by) && nth >= (room.members.get(who)?.read ?? 0)
  }).length

/** Which message is meant by the `nth` from the newest on; as many as there are, over and over. */
const messageIndex = (room: Room, nth: number): number => room.said.length - 1 - (nth % Math.max(1, room.said.length))

const at = (room: Room, nth: number): Said | undefined => room.said[messageIndex(room, nth)]
