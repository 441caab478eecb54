/**
 * An open room, sidebar or feed of one person, kept up to date by frames alone and compared with what the API answers.
 */
import { ListView } from '../../test/support/list-view'
import { connect, type Frame, get, Line, type Someone, tryConnect } from '../../test/support/world'
import { RoomCopy } from './room-copy'

export abstract class Window {
  /** The actor behind it: what kind, and its name. */
  abstract readonly actor: string
  protected readonly who: Someone
  #line: Line | undefined
  #taken = 0

  constructor(who: Someone) {
    this.who = who
  }

  get line(): Line {
    if (!this.#line) throw new Error(`${this.actor} is not open`)
    return this.#line
  }

  protected abstract path(): string
  protected abstract first: string
  /** Takes in what was received. */
  protected abstract take(frame: Frame): void
  /** What differs between what frames told and what is read anew. */
  abstract compare(): Promise<string[]>

  /** @returns whether one may. */
  async open(): Promise<boolean> {
    const line = await tryConnect(this.who, this.path())
    if (!(line instanceof Line)) return false
    await this.#follow(line)
    return true
  }

  /** After its actor has dropped it: opens it again, as a client does. */
  async comeBack(): Promise<void> {
    await this.line.closed()
    this.#drain()
    await this.#follow(await connect(this.who, this.path()))
  }

  async shut(): Promise<void> {
    this.line.close()
    await this.line.closed()
  }

  /** Takes in everything that was sent until now. */
  async catchUp(): Promise<void> {
    await this.line.heard()
    this.#drain()
  }

  async #follow(line: Line): Promise<void> {
    this.#line = line
    this.#taken = 0
    await line.next(this.first)
    this.#drain()
  }

  #drain(): void {
    for (const frame of this.line.frames.slice(this.#taken)) this.take(frame)
    this.#taken = this.line.frames.length
  }
}

export class RoomWindow extends Window {
  readonly actor: string
  protected readonly first = 'ready'
  readonly copy = new RoomCopy()
  readonly #room: Frame

  constructor(who: Someone, room: Frame) {
    super(who)
    this.#room = room
    this.actor = `room ${room.id}`
  }

  protected path(): string {
    return `/ws/chat/${this.#room.id}/?after=${this.copy.seq}`
  }

  protected take(frame: Frame): void {
    this.copy.take(frame)
  }

  async compare(): Promise<string[]> {
    await this.catchUp()
    const path = `/api/chatrooms/${this.#room.id}/`
    const [{ body: page }, { body: detail }] = [
      await get(this.who, `${path}messages/?limit=100`),
      await get(this.who, path),
    ]
    const received = [...this.copy.messages.values()].sort((a, b) => a.id - b.id).map(gist)
    const stored = page.results.toReversed().map(gist)
    const roles = (people: Iterable<Frame>) => [...people].map(({ id, role }) => `${id} ${role}`).sort()
    const faults = [...this.copy.faults]
    const differ = (what: string, seen: unknown, real: unknown) => {
      const [one, other] = [JSON.stringify(seen), JSON.stringify(real)]
      if (one !== other) faults.push(`${this.who.username} was told of ${what}: ${one}; and it is: ${other}`)
    }
    differ('messages', received, stored)
    differ('members', roles(this.copy.members.values()), roles(detail.participants))
    for (const message of page.results) {
      const readers = [...this.copy.read]
        .filter(([id, to]) => to >= message.id && message.read_statuses.some(({ user }: Frame) => user.id === id))
        .map(([id]) => id)
      differ(`readers of ${message.id}`, readers.sort(), message.read_statuses.map(({ user }: Frame) => user.id).sort())
    }
    if (detail.is_group) differ('the name', this.copy.name, detail.room_name)
    return faults
  }
}

const gist = ({ id, sender, content, deleted, edited_at, reply_to }: Frame) => [
  id,
  sender.id,
  content,
  deleted,
  edited_at,
  reply_to,
]

export class ListWindow extends Window {
  readonly actor: string
  protected readonly first = 'snapshot'
  #view: ListView | undefined
  readonly #negative: string[] = []

  constructor(who: Someone) {
    super(who)
    this.actor = `sidebar ${who.id}`
  }

  protected path(): string {
    return '/ws/sidebar/'
  }

  protected take(frame: Frame): void {
    if (frame.unread_count < 0 || frame.unread_total < 0) this.#negative.push(JSON.stringify(frame))
    if (frame.type === 'snapshot' && frame.ref === undefined) this.#view = new ListView(frame)
    else if (frame.ref === undefined) this.#view?.take(frame)
  }

  async compare(): Promise<string[]> {
    await this.catchUp()
    const fresh = await connect(this.who, this.path())
    const { rooms, unread_total } = await fresh.next('snapshot')
    fresh.close()
    const [told, real] = [
      JSON.stringify(sorted(this.#view?.content() ?? {})),
      JSON.stringify(sorted({ rooms, unread_total })),
    ]
    const faults = this.#negative.map((frame) => `${this.who.username} was told of less than nothing: ${frame}`)
    if (told !== real) faults.push(`The list of ${this.who.username} shows ${told}, and is ${real}`)
    return faults
  }
}

/** The same object whatever the order in which its fields were set. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, field]) => [key, sorted(field)]),
  )
}

export class FeedWindow extends Window {
  readonly actor: string
  protected readonly first = 'notification_list'
  readonly #notifications = new Map<number, Frame>()

  constructor(who: Someone) {
    super(who)
    this.actor = `feed ${who.id}`
  }

  protected path(): string {
    return '/ws/notifications/'
  }

  protected take(frame: Frame): void {
    if (frame.ref !== undefined) return
    if (frame.type === 'notification_list') {
      this.#notifications.clear()
      for (const notification of frame.notifications) this.#notifications.set(notification.id, notification)
    }
    if (frame.type === 'new_notification' || frame.type === 'notification_updated') {
      this.#notifications.set(frame.notification.id, frame.notification)
    }
    if (frame.type === 'notification_removed') this.#notifications.delete(frame.notification_id)
  }

  async compare(): Promise<string[]> {
    await this.catchUp()
    const { body } = await get(this.who, '/api/notifications/')
    await this.catchUp()
    const known = (body as Frame[]).filter(({ id }) => this.#notifications.has(id)).map(sorted)
    const newest = Math.max(0, ...(body as Frame[]).map(({ id }) => id))
    const received = known.map((each) => sorted(this.#notifications.get((each as Frame).id)))
    const faults: string[] = []
    if (JSON.stringify(received) !== JSON.stringify(known)) {
      faults.push(
        `The notifications of ${this.who.username} show ${JSON.stringify(received)}, and are ${JSON.stringify(known)}`,
      )
    }
    if (newest > 0 && !this.#notifications.has(newest)) faults.push(`${this.who.username} was not told of ${newest}`)
    return faults
  }
}
