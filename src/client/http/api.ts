/** REST: one request, its credentials, and its refusal as a ChatError. */
import type { Fetch } from '../environment'
import { refusalOf, signedOut, toChatError } from '../error'
import { type Progress, sendWithProgress } from './progress'

/** Who is asking. */
export interface Credentials {
  /**
   * An access token. `anew` asks for the newest there is: sockets do, once per attempt.
   * @throws {ChatError} `signed_out`
   */
  token(anew?: boolean): Promise<string>
  /**
   * Another token in place of one that the server refused.
   * @throws {ChatError} `signed_out` when there is none to be had
   */
  renew(refused: string): Promise<string>
}

/** Left out where undefined or null. */
export type Query = Record<string, string | number | boolean | null | undefined>

export interface RequestOptions {
  query?: Query | undefined
  /** Sent as JSON, unless it is a form. */
  body?: unknown
  /** Without credentials, signed in or not. */
  anonymous?: boolean
  signal?: AbortSignal | undefined
  /** How much of the body has gone out, from 0 to 1, where the platform can tell. */
  onProgress?: Progress | undefined
}

/** Some of a list, and the way to the rest of it. */
export interface Part<T> {
  results: T[]
  /** To be given to `api.list` again; null at the end. */
  next: string | null
}

/** How long an answer may take, in milliseconds; uploads may take as long as they need. */
const RESPONSE_TIMEOUT = 30_000

/** The REST interface. Paths are those of the API without `/api` in front: `api.get<User[]>('/users/', { search })`. */
export class Api {
  readonly #url: string
  readonly #fetch: Fetch
  readonly #credentials: Credentials

  constructor(url: string, fetch: Fetch, credentials: Credentials) {
    this.#url = url
    this.#fetch = fetch
    this.#credentials = credentials
  }

  /** @throws {ChatError} like all of them */
  get<T>(path: string, query?: Query): Promise<T> {
    return this.ask('GET', path, { query })
  }

  post<T = void>(path: string, body?: unknown): Promise<T> {
    return this.ask('POST', path, { body })
  }

  patch<T = void>(path: string, body?: unknown): Promise<T> {
    return this.ask('PATCH', path, { body })
  }

  delete<T = void>(path: string, body?: unknown): Promise<T> {
    return this.ask('DELETE', path, { body })
  }

  /** One part of any list; `list(part.next)` has what follows. */
  async list<T>(path: string, query?: Query): Promise<Part<T>> {
    const response = await this.#send('GET', path, { query })
    const body = (await response.json()) as T[] | Part<T>
    if (!Array.isArray(body)) return body
    // A plain array says in a header where it goes on (RFC 8288).
    const [, next = null] = /<(.+)>; rel="next"/.exec(response.headers.get('link') ?? '') ?? []
    return { results: body, next }
  }

  /** Any request; the answer's body is undefined where there is none. */
  async ask<T>(method: string, path: string, asking: RequestOptions = {}): Promise<T> {
    const response = await this.#send(method, path, asking)
    const text = await response.text()
    return (text === '' ? undefined : JSON.parse(text)) as T
  }

  async #send(method: string, path: string, asking: RequestOptions): Promise<Response> {
    const url = this.#url + pathOf(path, asking.query)
    const isForm = asking.body instanceof FormData
    const attempt = async (token: string): Promise<Response> => {
      const headers: Record<string, string> = {}
      if (token) headers.authorization = `Bearer ${token}`
      if (asking.body !== undefined && !isForm) headers['content-type'] = 'application/json'
      const body = isForm ? (asking.body as FormData) : (JSON.stringify(asking.body) ?? null)
      const signal = asking.signal ?? (isForm ? null : AbortSignal.timeout(RESPONSE_TIMEOUT))
      const init: RequestInit = { method, headers, body, signal }
      try {
        return await sendWithProgress(this.#fetch, url, init, asking.onProgress)
      } catch (error) {
        throw toChatError(error)
      }
    }

    const token = asking.anonymous ? '' : await this.#credentials.token()
    let response = await attempt(token)
    if (response.status === 401 && token) {
      response = await attempt(await this.#credentials.renew(token))
      if (response.status === 401) throw signedOut()
    }
    if (!response.ok) throw await refusalOf(response)
    return response
  }
}

/** Also takes the absolute `next` of an answer: behind a proxy its host is not the one that reaches the server. */
function pathOf(path: string, query: Query = {}): string {
  const given = Object.entries(query).filter(([, value]) => value != null) as [string, string][]
  const asked = `${new URLSearchParams(given)}`
  const own = /^https?:/.test(path) ? path.slice(path.indexOf('/api/')) : `/api${path}`
  return (asked && `${own}${own.includes('?') ? '&' : '?'}${asked}`) || own
}
