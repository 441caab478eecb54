/** Four people in three rooms, who perform steps through the real API and sockets. */
import { evictDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import {
  type Answer,
  ask,
  atRest,
  direct,
  done,
  type Frame,
  feedActor,
  group,
  patch,
  post,
  remove,
  roomActor,
  type Someone,
  sidebarActor,
} from '../../test/support/world'
import { accounts } from './accounts'
import { type Name, PEOPLE, ROOM_NAMES, type RoomName, type Step } from './steps'
import { FeedWindow, ListWindow, RoomWindow, type Window } from './windows'

/** An actor of the scenario. */
export type ActorName = `room ${RoomName}` | `sidebar ${Name}` | `feed ${Name}`
export const ACTORS: ActorName[] = [
  ...ROOM_NAMES.map((roomName) => `room ${roomName}` as const),
  ...PEOPLE.flatMap((who) => [`sidebar ${who}`, `feed ${who}`] as const),
]

/** A message as those who act remember it. */
interface SentMessage {
  id: number
  sender: Name
  client: string
  text: string
}

const refused = (frame: Frame): string => (frame.type === 'error' ? String(frame.code) : 'done')
const answered = ({ status, body }: Answer): string => (status < 300 ? 'done' : String(body.code))

export class Scenario {
  readonly people: Record<Name, Someone>
  readonly rooms: Record<RoomName, Frame>
  readonly said: Record<RoomName, SentMessage[]> = { den: [], nook: [], pair: [] }
  readonly windows = new Map<string, Window>()
  readonly #tag: string

  constructor(tag: string, people: Record<Name, Someone>, rooms: Record<RoomName, Frame>) {
    this.#tag = tag
    this.people = people
    this.rooms = rooms
  }

  /** `tag` tells the people of one scenario from those of another. */
  static async set(tag: string): Promise<Scenario> {
    const people = await accounts(tag, ...PEOPLE)
    const { ada, bob, cy, dee } = people
    // One after another, so that it is certain who has been there longest.
    const den = await group(ada, [bob], { room_name: 'Den' })
    await done(post(ada, `/api/chatrooms/${den.id}/add_members/`, { users: [cy.id] }))
    const nook = await group(bob, [ada], { room_name: 'Nook' })
    await done(post(bob, `/api/chatrooms/${nook.id}/add_members/`, { users: [dee.id] }))
    const pair = await direct(ada, bob)
    const scenario = new Scenario(tag, people, { den, nook, pair })
    await scenario.rest()
    return scenario
  }

  nameOf(id: number | null): string | null {
    if (id === null) return null
    return PEOPLE.find((name) => this.people[name].id === id) ?? `stranger ${id}`
  }

  roomNameOf(id: number | null): string | null {
    return id === null ? null : (ROOM_NAMES.find((roomName) => this.rooms[roomName].id === id) ?? `room ${id}`)
  }

  /** A text without what tells this scenario from another. */
  plain(text: string | null): string | null {
    return text?.replaceAll(`_${this.#tag}`, '') ?? null
  }

  /** Which message of its room this is, from the first on. */
  ordinal(roomName: RoomName, id: number | null): number | null {
    return id === null ? null : this.said[roomName].findIndex((said) => said.id === id)
  }

  /** Does one step. @returns `done`, the code of the refusal, or `nothing` when there was nothing to do it with. */
  async perform(step: Step): Promise<string> {
    const me = this.people[step.who]
    switch (step.do) {
      case 'send':
        return this.#send(step)
      case 'resend':
        return this.#resend(step)
      case 'edit':
      case 'delete':
      case 'read':
      case 'deliver':
        return this.#touch(step)
      case 'add':
        return answered(await this.#act(step, 'add_members', { users: [this.people[step.whom].id] }))
      case 'promote':
      case 'demote': {
        const action = step.do === 'promote' ? 'assign_admin' : 'revoke_admin'
        return answered(await this.#act(step, action, { user_id: this.people[step.whom].id }))
      }
      case 'remove':
        return this.#seenOut(
          step.whom,
          step.roomName,
          this.#act(step, 'remove_member', { user_id: this.people[step.whom].id }),
        )
      case 'leave':
        return this.#seenOut(step.who, step.roomName, this.#act(step, 'leave_room', {}))
      case 'accept':
      case 'decline':
        return answered(await post(me, `/api/invites/${this.rooms[step.roomName].id}/${step.do}/`))
      case 'rename':
        return answered(await patch(me, this.#path(step.roomName), { room_name: step.text }))
      case 'mute':
      case 'pin': {
        const field = step.do === 'mute' ? 'muted' : 'pinned'
        return answered(await patch(me, `${this.#path(step.roomName)}me/`, { [field]: step.on }))
      }
      case 'block':
        return answered(await post(me, `/api/users/${this.people[step.whom].id}/block/`))
      case 'unblock':
        return answered(await remove(me, `/api/users/${this.people[step.whom].id}/block/`))
      case 'enter':
        return this.#open(`${step.who} ${step.roomName}`, () => new RoomWindow(me, this.rooms[step.roomName]))
      case 'open':
        return this.#open(`${step.who} ${step.what}`, () =>
          step.what === 'sidebar' ? new ListWindow(me) : new FeedWindow(me),
        )
      case 'exit':
        return this.#shut(`${step.who} ${step.roomName}`)
      case 'close':
        return this.#shut(`${step.who} ${step.what}`)
      case 'notice': {
        const { body } = await ask('GET', '/api/notifications/', { token: me.access })
        const notice = body[step.nth % Math.max(1, body.length)]
        return notice ? answered(await post(me, `/api/notifications/${notice.id}/mark_read/`)) : 'nothing'
      }
      case 'noticeAll':
        return answered(await post(me, '/api/notifications/mark_all_read/'))
    }
  }

  /** Waits until the rooms owe nothing to anybody. */
  async rest(): Promise<void> {
    await atRest(...Object.values(this.rooms))
  }

  /** Puts an actor out of memory; one that is not in memory stays out. With `close`, whoever looks at it comes back. */
  async evict(actor: ActorName, webSockets: 'close' | 'hibernate'): Promise<boolean> {
    const looking = [...this.windows.values()].filter((window) => window.actor === this.#nameOf(actor))
    try {
      await evictDurableObject(this.#stub(actor), { webSockets })
    } catch (error) {
      if (/not.*running/i.test(String(error))) return false
      throw error
    }
    if (webSockets === 'close') for (const window of looking) await window.comeBack()
    return true
  }

  async #send(step: Step & { do: 'send' }): Promise<string> {
    const { who, roomName, client, mention } = step
    const text = mention ? `${step.text} @${this.people[mention].username}` : step.text
    const sent = await this.#deliver(who, roomName, { content: text, client_id: client })
    if (sent.id !== undefined) this.said[roomName].push({ id: sent.id, sender: who, client, text })
    return sent.outcome
  }

  /** The same message again, as a client does that did not hear of its acknowledgement. */
  async #resend({ who, roomName, nth }: Step & { do: 'resend' }): Promise<string> {
    const mine = this.said[roomName].filter(({ sender }) => sender === who)
    const said = mine[mine.length - 1 - (nth % Math.max(1, mine.length))]
    if (!said) return 'nothing'
    const sent = await this.#deliver(who, roomName, { content: said.text, client_id: said.client })
    if (sent.id !== undefined && sent.id !== said.id) return `became ${sent.id}`
    return sent.outcome
  }

  /** Through the socket of whoever has one open, else by REST. */
  async #deliver(who: Name, roomName: RoomName, draft: Frame): Promise<{ id?: number; outcome: string }> {
    const window = this.windows.get(`${who} ${roomName}`)
    if (window) {
      const answer = await window.line.answer({ type: 'send_message', ...draft })
      return { id: answer.id, outcome: refused(answer) }
    }
    const answer = await post(this.people[who], `${this.#path(roomName)}messages/`, draft)
    return { ...(answer.status < 300 ? { id: answer.body.id } : {}), outcome: answered(answer) }
  }

  async #touch(step: Extract<Step, { nth: number; roomName: RoomName }>): Promise<string> {
    const { roomName, who, nth } = step
    const said = this.said[roomName].at(-1 - (nth % Math.max(1, this.said[roomName].length)))
    if (!said || step.do === 'resend') return 'nothing'
    const window = this.windows.get(`${who} ${roomName}`)
    const text = step.do === 'edit' ? { content: step.text } : {}
    if (window) {
      const type = { edit: 'edit_message', delete: 'delete_message', read: 'read_message', deliver: 'delivered' }[
        step.do
      ]
      return refused(await window.line.answer({ type, message_id: said.id, ...text }))
    }
    const path = `${this.#path(roomName)}messages/${said.id}/`
    const me = this.people[who]
    if (step.do === 'edit') return answered(await patch(me, path, text))
    if (step.do === 'delete') return answered(await remove(me, path))
    if (step.do === 'read') return answered(await post(me, `${path}mark_as_read/`))
    return 'nothing'
  }

  #act(step: { who: Name; roomName: RoomName }, action: string, body: object): Promise<Answer> {
    return post(this.people[step.who], `${this.#path(step.roomName)}${action}/`, body)
  }

  /** Somebody is put out, or goes: what they had open there closes. */
  async #seenOut(whom: Name, roomName: RoomName, acting: Promise<Answer>): Promise<string> {
    const outcome = answered(await acting)
    const key = `${whom} ${roomName}`
    if (outcome === 'done' && this.windows.has(key)) {
      await this.windows.get(key)?.line.closed()
      this.windows.delete(key)
    }
    return outcome
  }

  async #open(key: string, make: () => Window): Promise<string> {
    if (this.windows.has(key)) return 'nothing'
    const window = make()
    if (!(await window.open())) return 'not_found'
    this.windows.set(key, window)
    return 'done'
  }

  async #shut(key: string): Promise<string> {
    const window = this.windows.get(key)
    if (!window) return 'nothing'
    this.windows.delete(key)
    await window.shut()
    return 'done'
  }

  #path(roomName: RoomName): string {
    return `/api/chatrooms/${this.rooms[roomName].id}/`
  }

  #nameOf(actor: ActorName): string {
    const [kind, whose] = actor.split(' ') as [string, string]
    return kind === 'room' ? `room ${this.rooms[whose as RoomName].id}` : `${kind} ${this.people[whose as Name].id}`
  }

  #stub(actor: ActorName): DurableObjectStub {
    const [kind, whose] = actor.split(' ') as [string, string]
    if (kind === 'room') return roomActor(this.rooms[whose as RoomName])
    const person = this.people[whose as Name]
    return kind === 'sidebar' ? sidebarActor(person) : feedActor(person)
  }

  /** Who is in a room, as the directory has it. */
  async indexed(roomName: RoomName): Promise<string[]> {
    const { results } = await env.DIRECTORY.prepare(
      'SELECT user_id, role FROM memberships WHERE room_id = ? AND "left" = 0',
    )
      .bind(this.rooms[roomName].id)
      .all<{ user_id: number; role: string }>()
    return results.map(({ user_id, role }) => `${this.nameOf(user_id)} ${role}`).sort()
  }
}
