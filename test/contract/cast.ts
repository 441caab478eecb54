/** People and rooms for the tests, made through the public paths. Every name is new, so that any server will do. */
import { randomBytes } from 'node:crypto'
import { type Asking, asked } from './ask.ts'

export interface Person {
  id: number
  username: string
  email: string
  access: string
  refresh: string
}

export const PASSWORD = 'correct horse battery staple'

/** A name nobody has yet. */
export const unique = (name: string): string => `${name}_${randomBytes(5).toString('hex')}`

/** Registers somebody whose username begins with `name`. */
export async function signUp(name: string, more: object = {}): Promise<Person> {
  const username = unique(name)
  const email = `${username}@example.com`
  const { body } = await asked(201, 'POST', '/api/register/', {
    body: { email, username, password: PASSWORD, ...more },
  })
  return { id: body.user.id, username, email, access: body.access, refresh: body.refresh }
}

/** Registers several people at once. */
export const signUpAll = <Names extends string[]>(...names: Names) =>
  Promise.all(names.map((name) => signUp(name))) as Promise<{ [Place in keyof Names]: Person }>

/** Signs somebody in once more, as from another device. */
export async function signIn(who: Person, password = PASSWORD): Promise<Person> {
  const { body } = await asked(200, 'POST', '/api/login/', { body: { identifier: who.username, password } })
  return { ...who, access: body.access, refresh: body.refresh }
}

/** What `who` gets at a path; the status must be `status`. */
export const as = (who: Person, status: number, method: string, path: string, body?: unknown, more: Asking = {}) =>
  asked(status, method, path, { token: who.access, body, ...more })

/** A group of `owner` and others. */
export async function makeGroup(owner: Person, ...others: Person[]): Promise<number> {
  const body = { room_name: unique('room'), participant_ids: others.map(({ id }) => id) }
  return (await as(owner, 201, 'POST', '/api/chatrooms/', body)).body.id
}

/** The room of two people. */
export async function directRoom(one: Person, other: Person): Promise<number> {
  const { body } = await asked(201, 'POST', '/api/chatrooms/direct/', {
    token: one.access,
    body: { user_id: other.id },
  })
  return body.id
}

/** Says something in a room, by REST. @returns the message */
export async function say(who: Person, roomId: number, content: string, more: object = {}) {
  return (await as(who, 201, 'POST', `/api/chatrooms/${roomId}/messages/`, { content, ...more })).body
}

/** Somebody's list of rooms, first page. */
export async function roomsOf(who: Person) {
  // biome-ignore lint/suspicious/noExplicitAny: the tests say what they expect in it
  return (await as(who, 200, 'GET', '/api/chatrooms/?limit=100')).body.results as any[]
}

/** One room as it stands in somebody's list, or undefined. */
export const inListOf = async (who: Person, roomId: number) => (await roomsOf(who)).find(({ id }) => id === roomId)
