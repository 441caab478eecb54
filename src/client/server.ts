/** `parlour/server`: for a product's own server. It needs `fetch` and Web Crypto only: Node, Deno, Bun and Workers have both. */

/** A refusal of the server, with its stable code. */
export class ServerError extends Error {
  override readonly name = 'ServerError'
  readonly status: number
  readonly code: string

  constructor(status: number, code: string, detail: string) {
    super(detail)
    this.status = status
    this.code = code
  }
}

export interface ServerOptions {
  /** The address of the Parlour server. */
  url: string
  /** An API key (`sk_…`). It belongs on a server, never into a page. */
  key: string
  fetch?: typeof fetch
}

/** What is delivered to a webhook. `data` is the message, the member or the room. */
export interface WebhookEvent {
  type: string
  timestamp: string
  room_id: number | null
  seq: number | null
  data: Record<string, unknown>
}

export interface WebhookSettings {
  url: string
  /** Null for all types. */
  events?: string[] | null
  /** The host's id of a room, or `id:` and its number. */
  room?: string | null
}

export interface Webhook {
  id: number
  url: string
  events: string[] | null
  room_id: number | null
  enabled: boolean
  disabled_reason: string | null
}

export interface Delivery {
  id: string
  type: string
  room_id: number
  seq: number
  status: 'delivered' | 'failed'
  dead_letter: boolean
  attempts: number
  response_status: number | null
  error: string | null
}

export interface ServerUser {
  id: number
  external_id: string | null
  username: string
  name: string
  data: Record<string, unknown>
  disabled: boolean
}

export interface ServerUserChanges {
  name?: string
  username?: string
  picture_url?: string | null
  data?: Record<string, unknown>
  disabled?: boolean
}

type Secret = { secret: string }
type Bot = ServerUser & { is_bot: true }
type NewBot = { user: Bot; token: string }

/** The server API for one key. Its fields have the names of the wire. Every call throws `ServerError` when it is refused. */
export function createServer({ url, key, fetch: send = fetch }: ServerOptions) {
  const call = async <T>(method: string, path: string, body?: unknown): Promise<T> => {
    const answer = await send(`${url.replace(/\/+$/, '')}/api/server/${path}`, {
      method,
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    const read = answer.status === 204 ? undefined : await answer.json().catch(() => ({}))
    if (answer.ok) return read as T
    const { code = 'unavailable', detail = `The server answered ${answer.status}.` } = read as Record<string, string>
    throw new ServerError(answer.status, code, detail)
  }
  const user = (externalId: string) => `users/${encodeURIComponent(externalId)}/`
  return {
    users: {
      put: (id: string, changes: ServerUserChanges) => call<ServerUser>('PUT', user(id), changes),
      get: (id: string) => call<ServerUser>('GET', user(id)),
      /** Erases the person. What they wrote stays, without an author. */
      delete: (id: string) => call<void>('DELETE', user(id)),
      /** Signs the person in, for at most `ttl` seconds. */
      token: (id: string, ttl?: number) =>
        call<{ access: string; refresh: string }>('POST', `${user(id)}token/`, ttl === undefined ? {} : { ttl }),
      /** Ends all sessions. */
      revoke: (id: string) => call<void>('POST', `${user(id)}revoke/`, {}),
    },
    bots: {
      create: (bot: { username: string; name?: string }) => call<NewBot>('POST', 'bots/', bot),
      list: () => call<Bot[]>('GET', 'bots/'),
      rotate: (id: number) => call<NewBot>('POST', `bots/${id}/rotate/`, {}),
      revoke: (id: number) => call<void>('DELETE', `bots/${id}/`),
    },
    webhooks: {
      create: (webhook: WebhookSettings) => call<Webhook & Secret>('POST', 'webhooks/', webhook),
      list: () => call<Webhook[]>('GET', 'webhooks/'),
      get: (id: number) => call<Webhook>('GET', `webhooks/${id}/`),
      update: (id: number, changes: { url?: string; events?: string[] | null; enabled?: boolean }) =>
        call<Webhook>('PATCH', `webhooks/${id}/`, changes),
      delete: (id: number) => call<void>('DELETE', `webhooks/${id}/`),
      /** @param overlap seconds for which the secret before signs as well */
      rotate: (id: number, overlap?: number) =>
        call<Webhook & Secret>('POST', `webhooks/${id}/rotate/`, overlap === undefined ? {} : { overlap }),
      test: (id: number) =>
        call<{ delivered: boolean; response_status: number | null; error: string | null }>(
          'POST',
          `webhooks/${id}/test/`,
          {},
        ),
      deliveries: (id: number, status?: Delivery['status']) =>
        call<{ next: string | null; results: Delivery[] }>(
          'GET',
          `webhooks/${id}/deliveries/${status === undefined ? '' : `?status=${status}`}`,
        ),
      resend: (id: number, delivery: string) =>
        call<Delivery>('POST', `webhooks/${id}/deliveries/${delivery}/resend/`, {}),
      replay: (id: number, room: string, after: number) =>
        call<{ detail: string }>('POST', `webhooks/${id}/replay/`, { room, after }),
    },
  }
}

/** Seconds by which a request may be older or newer than the receiver's clock says. */
const TOLERANCE = 300

/**
 * The event of a request to a webhook. Give it the body as it came, not parsed.
 * @throws {ServerError} `bad_signature`, or `stale` when the request is older than five minutes
 */
export async function verifyWebhook(secret: string, headers: Headers, body: string): Promise<WebhookEvent> {
  const [id, timestamp, signatures] = ['id', 'timestamp', 'signature'].map(
    (name) => headers.get(`webhook-${name}`) ?? '',
  )
  if (!(Math.abs(Date.now() / 1_000 - Number(timestamp)) <= TOLERANCE)) {
    throw new ServerError(401, 'stale', 'This request is too old, or the clocks differ by more than five minutes.')
  }
  const raw = Uint8Array.from(atob(secret.replace('whsec_', '')), (each) => each.charCodeAt(0))
  const key = await crypto.subtle.importKey('raw', raw, { name: 'HMAC', hash: 'SHA-256' }, false, ['verify'])
  const text = new TextEncoder().encode(`${id}.${timestamp}.${body}`)
  for (const signature of (signatures ?? '').split(' ')) {
    if (!/^v1,[A-Za-z0-9+/]{43}=$/.test(signature)) continue
    const given = Uint8Array.from(atob(signature.slice('v1,'.length)), (each) => each.charCodeAt(0))
    // Web Crypto compares in constant time.
    if (await crypto.subtle.verify('HMAC', key, given, text)) return JSON.parse(body) as WebhookEvent
  }
  throw new ServerError(401, 'bad_signature', 'No signature of this request is made by this secret.')
}
