/** The people of a trial: registered at a real server, seated in rooms, and what they ask over HTTP. */
import { randomBytes } from 'node:crypto'
import type { Heard, Said } from './logs.ts'
import type { Random } from './random.ts'

/** Somebody signed in. */
export interface Someone {
  user: number
  access: string
  refresh: string
  email: string
  password: string
}

/** Somebody's place in a room. */
export interface Seat extends Someone {
  room: number
  /** Where the room stands. */
  seq: number
  /** Path and query of the room's socket. */
  socket: string
}

/** What came back, whatever it is. */
export interface Answer<T> {
  status: number
  headers: Headers
  body: T
}

/** Asks over HTTP; a body of our own is sent as JSON. */
export async function ask<T = Record<string, unknown>>(
  url: string,
  method: string,
  path: string,
  { access, body }: { access?: string | undefined; body?: object | undefined } = {},
): Promise<Answer<T>> {
  const headers: Record<string, string> = { 'content-type': 'application/json' }
  if (access) headers.authorization = `Bearer ${access}`
  const json = body === undefined ? null : JSON.stringify(body)
  const response = await fetch(new URL(path, url), { method, headers, body: json })
  const text = await response.text()
  const isJson = response.headers.get('content-type')?.includes('json')
  return { status: response.status, headers: response.headers, body: (isJson ? JSON.parse(text) : text) as T }
}

/** Asks for what must be granted. */
export async function call<T>(
  url: string,
  method: string,
  path: string,
  more: { access?: string; body?: object } = {},
): Promise<T> {
  const { status, body } = await ask<T>(url, method, path, more)
  if (status >= 400) throw new Error(`${method} ${path} answered ${status}: ${JSON.stringify(body)}`)
  return body
}

/** Registers somebody; `name` is theirs alone. */
export async function register(url: string, name: string): Promise<Someone> {
  const body = { email: `${name}@example.com`, username: name, password: randomBytes(12).toString('hex') }
  const { user, access, refresh } = await call<{ user: { id: number }; access: string; refresh: string }>(
    url,
    'POST',
    '/api/register/',
    { body },
  )
  return { user: user.id, access, refresh, email: body.email, password: body.password }
}

export const registerAll = (url: string, count: number, name = 'client'): Promise<Someone[]> =>
  Promise.all(Array.from({ length: count }, (_, place) => register(url, `${name}${place}`)))

/** Opens a group of these people, the first of whom owns it. */
export async function openRoom(url: string, people: Someone[], room_name: string): Promise<number> {
  const [owner] = people
  const body = { room_name, participant_ids: people.slice(1).map(({ user }) => user) }
  return (await call<{ id: number }>(url, 'POST', '/api/chatrooms/', { access: owner?.access ?? '', body })).id
}

/** Path and query of a socket, with the credentials in it. */
export const socketPath = (path: string, { access }: { access: string }) =>
  `${path}?token=${encodeURIComponent(access)}`

/** Registers `count` people and spreads them evenly over the rooms. */
export async function seatEverybody(url: string, count: number, rooms: number): Promise<Seat[]> {
  const people = await registerAll(url, count)
  const seats = await Promise.all(
    Array.from({ length: rooms }, async (_, place) => {
      const members = people.filter((_person, index) => index % rooms === place)
      const room = await openRoom(url, members, `Room ${place}`)
      const seq = await seqOf(url, room, members[0] as Someone)
      return members.map((member) => ({ ...member, room, seq, socket: socketPath(`/ws/chat/${room}/`, member) }))
    }),
  )
  return seats.flat()
}

/** Where a room stands: what its socket says on opening. */
export function seqOf(url: string, room: number, who: Someone): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`${url.replace('http', 'ws')}${socketPath(`/ws/chat/${room}/`, who)}`)
    socket.addEventListener('error', () => reject(new Error(`The socket of room ${room} was refused`)))
    socket.addEventListener('message', ({ data }) => {
      const event = JSON.parse(String(data))
      if (event.type !== 'ready') return
      socket.close()
      resolve(event.seq)
    })
  })
}

/** The whole history by REST, oldest first. */
export async function historyOf(url: string, room: number, access: string): Promise<Heard[]> {
  interface Page {
    next: string | null
    results: { id: number; client_id: string | null; content: string | null; sender: { id: number } }[]
  }
  const history: Heard[] = []
  for (let next: string | null = `/api/chatrooms/${room}/messages/?after=0&limit=100`; next; ) {
    const page: Page = await call<Page>(url, 'GET', next, { access })
    for (const { id, client_id, content, sender } of page.results) {
      history.push({ id, client_id, content, sender: sender.id })
    }
    next = page.next
  }
  return history
}

/** What one client will say: mostly short, sometimes long, in several scripts. */
export function speech(user: number, count: number, random: Random): Said[] {
  const words = ['tea', 'muffins', 'Algernon', 'ბატონო', '你好', '🎩', 'ça va', '<b>']
  return Array.from({ length: count }, (_, n) => {
    const length = random.next() < 0.01 ? 800 : random.between(1, 20)
    const text = Array.from({ length }, () => random.pick(words)).join(' ')
    return { n, client_id: `${user}-${n}`, content: `${n} ${text}` }
  })
}
