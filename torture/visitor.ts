/** Somebody who asks a server over HTTP and sockets, with whatever credentials and headers a trial wants to try. */
import { randomBytes } from 'node:crypto'
import { Wire } from '../test/contract/wire.ts'

// biome-ignore lint/suspicious/noExplicitAny: trials say what they expect in it
export type Body = Record<string, any>

export interface Answer {
  status: number
  headers: Headers
  text: string
  body: Body
}

export interface Asking {
  access?: string | undefined
  body?: unknown
  headers?: Record<string, string>
}

export interface Person {
  id: number
  username: string
  email: string
  password: string
  access: string
  refresh: string
}

export class Visitor {
  /** Called with every answer: what is kept of it is the trial's business. */
  onAnswer: (answer: Answer) => void = () => undefined
  readonly #url: string
  #people = 0

  constructor(url: string) {
    this.#url = url
  }

  async ask(method: string, path: string, { access, body, headers = {} }: Asking = {}): Promise<Answer> {
    const asItIs = body instanceof FormData || typeof body === 'string' || body instanceof Uint8Array
    const sent = new Headers(headers)
    if (access) sent.set('authorization', `Bearer ${access}`)
    if (body !== undefined && !asItIs) sent.set('content-type', 'application/json')
    const payload = body === undefined || asItIs ? body : JSON.stringify(body)
    const response = await fetch(new URL(path, this.#url), {
      method,
      headers: sent,
      body: (payload ?? null) as RequestInit['body'],
    })
    const text = await response.text()
    const isJson = response.headers.get('content-type')?.startsWith('application/json') === true
    const answer = { status: response.status, headers: response.headers, text, body: isJson ? JSON.parse(text) : {} }
    this.onAnswer(answer)
    return answer
  }

  /** Asks for what must succeed. @throws {Error} when it does not: then the trial itself is broken */
  async done(method: string, path: string, asking: Asking = {}): Promise<Body> {
    const { status, text, body } = await this.ask(method, path, asking)
    if (status >= 300) throw new Error(`${method} ${path} answered ${status}: ${text.slice(0, 500)}`)
    return body
  }

  /** Registers somebody whose username begins with `name`. Where addresses must be verified they have no tokens yet. */
  async register(name: string, headers: Record<string, string> = {}): Promise<Person> {
    const username = `${name}${++this.#people}`
    const email = `${username}@people.example`
    const password = `${randomBytes(9).toString('base64url')} of ${name}`
    const body = { email, username, password }
    const { user, access, refresh } = await this.done('POST', '/api/register/', { headers, body })
    return { id: user.id, username, email, password, access, refresh }
  }

  /** Signs somebody in once more, as on another device. */
  async signIn(who: Person): Promise<Person> {
    const body = { identifier: who.username, password: who.password }
    const { access, refresh } = await this.done('POST', '/api/login/', { body })
    return { ...who, access, refresh }
  }

  async ticket(who: Person): Promise<string> {
    return (await this.done('POST', '/api/socket-ticket/', { access: who.access })).ticket
  }

  /** A group of `owner` and others. @returns its id */
  async group(owner: Person, ...others: Person[]): Promise<number> {
    const body = { room_name: 'A room', participant_ids: others.map(({ id }) => id) }
    return (await this.done('POST', '/api/chatrooms/', { access: owner.access, body })).id
  }

  /** Knocks at a socket's path. @returns the status of the answer, 101 for an open door, which is shut again */
  async knock(path: string, headers: Record<string, string> = {}): Promise<{ status: number; code: string | null }> {
    const wire = await Wire.connect(this.#socket(path), headers, { text: () => undefined, closed: () => undefined })
    if (!(wire instanceof Wire)) return { status: wire.status, code: JSON.parse(wire.text).code }
    wire.close()
    return { status: 101, code: null }
  }

  /** Knocks at a socket's path. @returns an answer of status 101 for an open door, which is shut again */
  async knocked(path: string): Promise<Answer> {
    const wire = await Wire.connect(this.#socket(path), {}, { text: () => undefined, closed: () => undefined })
    if (wire instanceof Wire) {
      wire.close()
      return { status: 101, headers: new Headers(), text: '', body: {} }
    }
    const headers = new Headers({ 'retry-after': wire.headers['retry-after'] ?? '' })
    return { status: wire.status, headers, text: wire.text, body: JSON.parse(wire.text) }
  }

  /** Opens a socket that must open. @returns when and with what code it is closed */
  async listen(
    path: string,
    heard: (text: string) => void = () => undefined,
  ): Promise<{ wire: Wire; closed: Promise<number> }> {
    const { promise: closed, resolve } = Promise.withResolvers<number>()
    const wire = await Wire.connect(this.#socket(path), {}, { text: heard, closed: resolve })
    if (!(wire instanceof Wire)) throw new Error(`${path} was refused: ${wire.status} ${wire.text}`)
    return { wire, closed }
  }

  #socket(path: string): URL {
    return new URL(path, this.#url.replace(/^http/, 'ws'))
  }
}
