/** Asks the application as a client would, in the runtime, with real bindings. */
import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { app } from '../../src/api/app'
import { BACKUP_TYPE } from '../../src/protocol'
import { assertConforms } from './conforms'

/** Where the tests' requests go. */
export const ORIGIN = 'http://parlour.test'

/** What a request may carry beside its method and path. */
export interface Asking {
  /** Sent as JSON, unless it is text, a form or a stream already. */
  body?: unknown
  /** An access token. */
  token?: string
  headers?: Record<string, string>
  /** Bindings that differ from the usual ones. */
  env?: Partial<Env>
}

/** An answer, read. */
export interface Answer {
  status: number
  headers: Headers
  // biome-ignore lint/suspicious/noExplicitAny: tests say what they expect in it
  body: any
}

/** Sends one request and waits for everything that it set going. */
export async function ask(method: string, path: string, asking: Asking = {}): Promise<Answer> {
  const headers = new Headers(asking.headers)
  if (asking.token) headers.set('Authorization', `Bearer ${asking.token}`)
  const asIs = [FormData, URLSearchParams, ReadableStream].some((kind) => asking.body instanceof kind)
  const isObject = asking.body !== undefined && !asIs && typeof asking.body !== 'string'
  if (asking.body !== undefined && !asIs && !headers.has('Content-Type')) {
    headers.set('Content-Type', 'application/json')
  }
  const body = isObject ? JSON.stringify(asking.body) : asking.body
  const context = createExecutionContext()
  const request = new Request(new URL(path, ORIGIN), { method, headers, body: body as BodyInit })
  const answer = await app.fetch(request, { ...env, ...asking.env }, context)
  const read = await answer.text()
  await waitOnExecutionContext(context)
  const isLines = answer.headers.get('Content-Type') === BACKUP_TYPE
  const json = read === '' ? null : JSON.parse(isLines ? `[${read.trim().split('\n').join()}]` : read)
  assertConforms(method, path, answer.status, json)
  return { status: answer.status, headers: answer.headers, body: json }
}

/** Somebody signed in. */
export interface Someone {
  id: number
  username: string
  email: string
  access: string
  refresh: string
}

/** Everybody's password. */
export const PASSWORD = 'correct horse battery'

/** Registers somebody: `name` is their username, and makes their address. */
export async function signUp(name: string, more: object = {}): Promise<Someone> {
  const email = `${name}@parlour.test`
  const { status, body } = await ask('POST', '/api/register/', {
    body: { email, username: name, password: PASSWORD, ...more },
  })
  if (status !== 201) throw new Error(`${name} could not register: ${JSON.stringify(body)}`)
  return { id: body.user.id, username: body.user.username, email, access: body.access, refresh: body.refresh }
}

/** Signs somebody in again, as from another device. */
export async function signIn(who: Someone, headers: Record<string, string> = {}): Promise<Someone> {
  const { status, body } = await ask('POST', '/api/login/', {
    body: { identifier: who.username, password: PASSWORD },
    headers,
  })
  if (status !== 200) throw new Error(`${who.username} could not sign in: ${JSON.stringify(body)}`)
  return { ...who, access: body.access, refresh: body.refresh }
}
