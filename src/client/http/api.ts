/** REST requests with credentials. A refusal becomes a ChatError. */
import { fromWire, toWire } from '../dialect'
import type { Fetch, Progress, UploadRequest } from '../environment'
import { refusalOf, signedOut, toChatError } from '../error'
import { bodyOf } from './body'

/** The source of access tokens. */
export interface Credentials {
  /**
   * Returns an access token. `anew` asks for the newest one: sockets do this once for each attempt.
   * @throws {ChatError} `signed_out`
   */
  token(anew?: boolean): Promise<string>
  /**
   * Returns another token in place of a refused one.
   * @throws {ChatError} `signed_out` if there is no other token
   */
  renew(refused: string): Promise<string>
}

/** Query parameters. Undefined and null are left out. */
export type Query = Record<string, string | number | boolean | null | undefined>

export interface RequestOptions {
  query?: Query | undefined
  /** Sent as JSON, or as a form if it has a file. */
  body?: unknown
  /** Sends no credentials, even if a user is signed in. */
  anonymous?: boolean
  signal?: AbortSignal | undefined
  /** Reports the sent part of the body, from 0 to 1: see `ChatOptions.upload`. */
  onProgress?: Progress | undefined
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
  readonly #upload: UploadRequest | undefined

  constructor(url: string, fetch: Fetch, credentials: Credentials, upload?: UploadRequest) {
    this.#url = url
    this.#fetch = fetch
    this.#credentials = credentials
    this.#upload = upload
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
    const response = await this.#send('GET', path, { query })
    const body = fromWire<T[] | Part<T>>(await response.json())
    if (!Array.isArray(body)) return body
    // For a plain array the next page is in the `Link` header (RFC 8288).
    const [, next = null] = /<(.+)>; rel="next"/.exec(response.headers.get('link') ?? '') ?? []
    return { results: body, next }
  }

  /** Sends any request. Returns undefined if the answer has no body. */
  async ask<T>(method: string, path: string, asking: RequestOptions = {}): Promise<T> {
    const response = await this.#send(method, path, asking)
    const text = await response.text()
    return (text === '' ? undefined : fromWire(JSON.parse(text))) as T
  }

  async #send(method: string, path: string, asking: RequestOptions): Promise<Response> {
    const url = this.#url + pathOf(path, asking.query)
    const body = bodyOf(asking.body)
    const isForm = body instanceof FormData
    const attempt = async (token: string): Promise<Response> => {
      const headers: Record<string, string> = {}
      if (token) headers.authorization = `Bearer ${token}`
      if (body && !isForm) headers['content-type'] = 'application/json'
      const signal = asking.signal ?? (isForm ? null : AbortSignal.timeout(RESPONSE_TIMEOUT))
      const init: RequestInit = { method, headers, body, signal }
      try {
        const { onProgress } = asking
        if (onProgress && this.#upload) return await this.#upload(this.#fetch, url, init, onProgress)
        return await this.#fetch(url, init)
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

/** Makes the path of a request. An absolute `next` loses its host: behind a proxy that host may not reach the server. */
function pathOf(path: string, query: Query = {}): string {
  const given = Object.entries(toWire(query) as Query).filter(([, value]) => value != null) as [string, string][]
  const asked = `${new URLSearchParams(given)}`
  const own = /^https?:/.test(path) ? path.slice(path.indexOf('/api/')) : `/api${path}`
  return (asked && `${own}${own.includes('?') ? '&' : '?'}${asked}`) || own
}
