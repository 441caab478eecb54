/** REST requests with credentials. A refusal becomes a ChatError. */
import { fromWire, toWire } from '../dialect'
import { type Fetch, isOnline, pageOrigin } from '../environment'
import { ChatError, closed, notParlour, refusalOf, toChatError } from '../error'

/** The source of access tokens. */
export interface Credentials {
  /** Returns an access token. @throws {ChatError} `signed_out` */
  token(): Promise<string>
  /**
   * Returns another token in place of a refused one.
   * @throws {ChatError} `signed_out` or `token_rejected` if there is no other token
   */
  renew(refused: string): Promise<string>
}

/** Query parameters. Undefined and null are left out. */
export type Query = Record<string, string | number | boolean | null | undefined>

export interface RequestOptions {
  query?: Query | undefined
  /** Sent as JSON unless it is a form. */
  body?: unknown
  /** Sends no credentials, even if a user is signed in. */
  anonymous?: boolean
  signal?: AbortSignal | undefined
  /** Sends this request in place of `fetch`. */
  send?: Fetch | undefined
}

/** One page of a list, and the path of the next page. */
export interface Part<T> {
  results: T[]
  /** The path for the next call of `api.list`; null at the end. */
  next: string | null
}

/** The first page of a list, and an iterator over its items and those of all further pages. */
export type Pages<T> = Promise<Part<T>> & AsyncIterable<T>

/** Milliseconds to wait for an answer. Uploads have no timeout. */
const RESPONSE_TIMEOUT = 30_000

/**
 * The REST client. Paths are those of the API without `/api`: `api.get<User[]>('/users/', { search })`. Bodies, queries and answers
 * have the names of the SDK.
 */
export class Api {
  readonly #url: string
  readonly #fetch: Fetch
  readonly #credentials: Credentials

  constructor(url: string, fetch: Fetch, credentials: Credentials) {
    this.#url = url
    this.#fetch = fetch
    this.#credentials = credentials
  }

  /** @throws {ChatError} as every method of this class */
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

  /** Loads one page of a list, or with `for await` all items of it and of the pages that follow. */
  list<T>(path: string, query?: Query): Pages<T> {
    const load = (path: string, query?: Query) => this.#page<T>(path, query)
    const first = load(path, query)
    return Object.assign(first, {
      async *[Symbol.asyncIterator]() {
        for (let part = await first; ; part = await load(part.next as string)) {
          yield* part.results
          if (part.next === null) return
        }
      },
    })
  }

  async #page<T>(path: string, query?: Query): Promise<Part<T>> {
    const { body, link } = await this.#send<T[] | Part<T>>('GET', path, { query })
    if (!Array.isArray(body)) return body
    // For a plain array the next page is in the `Link` header (RFC 8288).
    const [, next = null] = /<(.+)>; rel="next"/.exec(link) ?? []
    return { results: body, next }
  }

  /** Sends any request. Returns undefined if the answer has no body. */
  async ask<T>(method: string, path: string, asking: RequestOptions = {}): Promise<T> {
    return (await this.#send<T>(method, path, asking)).body
  }

  async #send<T>(method: string, path: string, asking: RequestOptions): Promise<{ body: T; link: string }> {
    const url = this.#url + pathOf(path, asking.query)
    const token = asking.anonymous ? '' : await this.#credentials.token()
    let answer = await this.#attempt(method, url, asking, token)
    if (answer.response.status === 401 && token) {
      answer = await this.#attempt(method, url, asking, await this.#credentials.renew(token))
      if (answer.response.status === 401) throw new ChatError('token_rejected', undefined, { status: 401 })
    }
    const { response, text } = answer
    const { headers, status } = response
    if (!response.ok) throw refusalOf(status, text, Number(headers.get('retry-after')))
    try {
      return { body: (text === '' ? undefined : fromWire(JSON.parse(text))) as T, link: headers.get('link') ?? '' }
    } catch (cause) {
      throw notParlour(cause)
    }
  }

  /** Sends a request and reads the answer. */
  async #attempt(
    method: string,
    url: string,
    { body: given, signal, send = this.#fetch }: RequestOptions,
    token: string,
  ): Promise<{ response: Response; text: string }> {
    const isForm = given instanceof FormData
    const body = isForm ? given : (JSON.stringify(toWire(given)) ?? null)
    const headers: Record<string, string> = {}
    if (token) headers.authorization = `Bearer ${token}`
    if (body && !isForm) headers['content-type'] = 'application/json'
    // React Native has no `AbortSignal.timeout`.
    const stop = new AbortController()
    const abort = () => stop.abort()
    const timer = isForm ? undefined : setTimeout(abort, RESPONSE_TIMEOUT)
    signal?.addEventListener('abort', abort)
    if (signal?.aborted) abort()
    try {
      const init: RequestInit = { method, headers, body, signal: stop.signal }
      const response = await send(url, init)
      return { response, text: await response.text() }
    } catch (error) {
      if (signal?.aborted) throw closed(signal.reason)
      throw (await this.#isReachable(url))
        ? new ChatError('cors_suspected', undefined, { cause: error })
        : toChatError(error)
    } finally {
      clearTimeout(timer)
      signal?.removeEventListener('abort', abort)
    }
  }

  /** Tells whether a server of another origin answers: then this page may not read its answers. */
  async #isReachable(url: string): Promise<boolean> {
    const origin = pageOrigin()
    if (!origin || url.startsWith(origin) || !isOnline()) return false
    return this.#fetch(`${this.#url}/health`, { mode: 'no-cors' } as RequestInit).then(
      () => true,
      () => false,
    )
  }
}

/** Makes the path of a request. An absolute `next` loses its host: behind a proxy that host may not reach the server. */
function pathOf(path: string, query: Query = {}): string {
  const given = Object.entries(toWire(query) as Query).filter(([, value]) => value != null) as [string, string][]
  // React Native's `URLSearchParams` does not take pairs.
  const asked = given.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&')
  const own = /^https?:/.test(path) ? path.slice(path.indexOf('/api/')) : `/api${path}`
  return (asked && `${own}${own.includes('?') ? '&' : '?'}${asked}`) || own
}
