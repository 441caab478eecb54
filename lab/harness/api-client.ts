/** Sends requests to one server over HTTP and opens its sockets, with any credentials and headers. */
import { randomBytes } from 'node:crypto'
import { Wire } from '../../test/contract/wire.ts'

// biome-ignore lint/suspicious/noExplicitAny: trials say what they expect in it
export type Body = Record<string, any>

export interface Answer<T = Body> {
  status: number
  headers: Headers
  text: string
  /** Parsed JSON; an empty object for anything else. */
  body: T
}

export interface Request {
  access?: string | undefined
  /** Sent as JSON, unless it is a form, a text or bytes. */
  body?: unknown
  headers?: Record<string, string>
}

/** An account with one session. */
export interface Person {
  id: number
  username: string
  email: string
  password: string
  access: string
  refresh: string
}

export class ApiClient {
  /** Called with every answer. */
  onAnswer: (answer: Answer) => void = () => undefined
  readonly #url: string
  #people = 0

  constructor(url: string) {
    this.#url = url
  }

  async ask<T = Body>(method: string, path: string, { access, body, headers = {} }: Request = {}): Promise<Answer<T>> {
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

  /** Asks for what must be granted. @throws {Error} when it is not: then the trial itself is broken */
  async call<T = Body>(method: string, path: string, request: Request = {}): Promise<T> {
    const { status, text, body } = await this.ask<T>(method, path, request)
    if (status >= 300) throw new Error(`${method} ${path} answered ${status}: ${text.slice(0, 500)}`)
    return body
  }

  /** Makes an account whose username begins with `name`. Where addresses must be verified it has no tokens yet. */
  async register(name: string, headers: Record<string, string> = {}): Promise<Person> {
    const username = `${name}${++this.#people}`
    const email = `${username}@people.example`
    const password = `${randomBytes(9).toString('base64url')} of ${name}`
    const body = { email, username, password }
    const { user, access, refresh } = await this.call('POST', '/api/register/', { headers, body })
    return { id: user.id, username, email, password, access, refresh }
  }

  /** Makes an account for each name, all at once. */
  registerAll<const Names extends readonly string[]>(names: Names): Promise<{ [name in keyof Names]: Person }> {
    return Promise.all(names.map((name) => this.register(name))) as Promise<{ [name in keyof Names]: Person }>
  }

  /** Signs somebody in once more, as on another device. */
  async signIn(who: Person): Promise<Person> {
    const body = { identifier: who.username, password: who.password }
    const { access, refresh } = await this.call('POST', '/api/login/', { body })
    return { ...who, access, refresh }
  }

  async ticket(who: Person): Promise<string> {
    return (await this.call('POST', '/api/socket-ticket/', { access: who.access })).ticket
  }

  /** A group of `owner` and others. @returns its id */
  async group(owner: Pick<Person, 'access'>, ...others: Pick<Person, 'id'>[]): Promise<number> {
    const body = { room_name: 'A room', participant_ids: others.map(({ id }) => id) }
    return (await this.call('POST', '/api/chatrooms/', { access: owner.access, body })).id
  }

  /** The direct room of two people. @returns its id */
  async direct(one: Person, other: Person): Promise<number> {
    return (await this.call('POST', '/api/chatrooms/direct/', { access: one.access, body: { user_id: other.id } })).id
  }

  /** Sends a message by REST. @returns its id */
  async send({ access }: Pick<Person, 'access'>, room: number, content: string): Promise<number> {
    return (await this.call('POST', `/api/chatrooms/${room}/messages/`, { access, body: { content } })).id
  }

  /** The address of a socket, with somebody's credentials in it: `ws://127.0.0.1:<port>/ws/…/?token=…`. */
  socketUrl(path: string, { access }: Pick<Person, 'access'>): string {
    return this.#socket(`${path}?token=${encodeURIComponent(access)}`).href
  }

  /** Opens a socket and closes it again. @returns an answer of status 101 when it was opened */
  async knock(path: string, headers: Record<string, string> = {}): Promise<Answer> {
    const wire = await Wire.connect(this.#socket(path), headers, { text: () => undefined, closed: () => undefined })
    if (wire instanceof Wire) {
      wire.close()
      return { status: 101, headers: new Headers(), text: '', body: { code: null } }
    }
    const answered = new Headers({ 'retry-after': wire.headers['retry-after'] ?? '' })
    return { status: wire.status, headers: answered, text: wire.text, body: JSON.parse(wire.text) }
  }

  /** Opens a socket that must open. @returns when and with what code it is closed */
  async listen(
    path: string,
    received: (text: string) => void = () => undefined,
  ): Promise<{ wire: Wire; closed: Promise<number> }> {
    const { promise: closed, resolve } = Promise.withResolvers<number>()
    const wire = await Wire.connect(this.#socket(path), {}, { text: received, closed: resolve })
    if (!(wire instanceof Wire)) throw new Error(`${path} was refused: ${wire.status} ${wire.text}`)
    return { wire, closed }
  }

  #socket(path: string): URL {
    return new URL(path, this.#url.replace(/^http/, 'ws'))
  }
}
