/** The cast of the tests: people, their rooms and their sockets, all made through the real API. */
import { evictAllDurableObjects, runDurableObjectAlarm } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { test } from 'vitest'
import { TIMES } from '../../src/config'
import { type Answer, ask, type Someone, signUp } from './api'
import { forward } from './clock'
import { connect, type Frame, type Line } from './line'

export { type Answer, type Asking, ask, ORIGIN, type Someone, signIn, signUp } from './api'
export { forward, presentTime } from './clock'
export { connect, type Frame, Line, tryConnect } from './line'

/** Registers people under these names. */
export async function cast<Name extends string>(...names: Name[]): Promise<Record<Name, Someone>> {
  const people = await Promise.all(names.map(async (name) => [name, await signUp(name)] as const))
  return Object.fromEntries(people) as Record<Name, Someone>
}

export const get = (who: Someone, path: string): Promise<Answer> => ask('GET', path, { token: who.access })
export const post = (who: Someone, path: string, body: unknown = {}): Promise<Answer> =>
  ask('POST', path, { token: who.access, body })
export const patch = (who: Someone, path: string, body: unknown): Promise<Answer> =>
  ask('PATCH', path, { token: who.access, body })
export const remove = (who: Someone, path: string): Promise<Answer> => ask('DELETE', path, { token: who.access })

/** The body of an answer that must be a success. */
export async function done(answer: Promise<Answer>): Promise<Frame> {
  const { status, body } = await answer
  if (status >= 300) throw new Error(`Answered ${status}: ${JSON.stringify(body)}`)
  return body
}

/** Makes a group. @returns its detail. */
export function group(owner: Someone, others: Someone[], more: object = {}): Promise<Frame> {
  const participant_ids = others.map(({ id }) => id)
  return done(post(owner, '/api/chatrooms/', { room_name: 'The Group', participant_ids, ...more }))
}

/** Opens the direct room of two people. @returns its detail. */
export const direct = (one: Someone, other: Someone): Promise<Frame> =>
  done(post(one, '/api/chatrooms/direct/', { user_id: other.id }))

/** Sends by REST. @returns the message. */
export const say = (who: Someone, room: Frame, content: string, more: object = {}): Promise<Frame> =>
  done(post(who, `/api/chatrooms/${room.id}/messages/`, { content, ...more }))

/** Opens a room's socket and waits until it is live. */
export async function enter(who: Someone, room: Frame, query = ''): Promise<Line> {
  const line = await connect(who, `/ws/chat/${room.id}/${query}`)
  await line.next('ready')
  return line
}

/** Opens one's sidebar. @returns the line, after its snapshot. */
export async function openSidebar(who: Someone, query = ''): Promise<Line> {
  const line = await connect(who, `/ws/sidebar/${query}`)
  await line.next('snapshot')
  return line
}

/** Opens one's notifications. @returns the line, after its first list. */
export async function openFeed(who: Someone, query = ''): Promise<Line> {
  const line = await connect(who, `/ws/notifications/${query}`)
  await line.next('notification_list')
  return line
}

export const roomActor = (room: Frame) => env.ROOMS.getByName(String(room.id))
export const sidebarActor = (who: Someone) => env.SIDEBARS.getByName(String(who.id))
export const feedActor = (who: Someone) => env.FEEDS.getByName(String(who.id))

export const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds))

/**
 * Rings the alarms of these rooms by hand, each time later than what they hold back, until they owe nothing to anybody.
 * The clock stays there: see `forward`.
 */
export async function atRest(...rooms: Frame[]): Promise<void> {
  for (const room of rooms) {
    while (await runDurableObjectAlarm(roomActor(room))) forward(TIMES.sidebarPush)
  }
}

/** What stands between two steps of a scenario. */
export type Interlude = () => Promise<void>

/**
 * One behaviour, told twice: as it is, and with every actor put out of memory between its steps, its sockets
 * hibernating. Call the interlude wherever a client waits for nothing.
 */
export function twice(name: string, scenario: (interlude: Interlude) => Promise<void>): void {
  test(name, () => scenario(async () => {}))
  test(`${name} (evicted between the steps)`, () => scenario(() => evictAllDurableObjects()))
}
