/** Asks the server as any client would, and holds every answer to what the contract says of all answers. */
import { origin } from './target.ts'

export interface Asking {
  token?: string | undefined
  /** JSON, unless it is a form, text or bytes already. */
  body?: unknown
  headers?: Record<string, string>
}

export interface Answer {
  status: number
  headers: Headers
  // biome-ignore lint/suspicious/noExplicitAny: the tests say what they expect in it
  body: any
  /** The body as it came. */
  text: string
}

const AS_THEY_ARE = [FormData, URLSearchParams, Uint8Array, Blob]

/** @param path of the server, or the absolute URL that an answer led to */
export async function ask(method: string, path: string, { token, body, headers = {} }: Asking = {}): Promise<Answer> {
  const asItIs = typeof body === 'string' || AS_THEY_ARE.some((type) => body instanceof type)
  const sent = new Headers(headers)
  if (token) sent.set('authorization', `Bearer ${token}`)
  if (body !== undefined && !asItIs && !sent.has('content-type')) sent.set('content-type', 'application/json')
  const payload = asItIs || body === undefined ? body : JSON.stringify(body)
  const response = await fetch(new URL(path, origin()), {
    method,
    headers: sent,
    redirect: 'manual',
    body: payload as RequestInit['body'],
  })
  const text = await response.text()
  const isJson = response.headers.get('content-type')?.startsWith('application/json') === true
  const answer = { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : null, text }
  if (response.status >= 400) {
    const wrong = flaws(answer)
    if (wrong) throw new Error(`${method} ${path} answered ${response.status} ${text.slice(0, 300)}: ${wrong}`)
  }
  return answer
}

/** What is wrong with an error answer, whatever the error: not one flat object, HTML, a look into the inside. */
function flaws({ status, headers, body, text }: Answer): string | undefined {
  if (body === null || typeof body !== 'object' || Array.isArray(body)) return 'not a JSON object'
  const { detail, code, ...fields } = body as Record<string, unknown>
  if (typeof detail !== 'string' || detail === '') return 'no sentence in detail'
  if (typeof code !== 'string' || !/^[a-z0-9_.]+$/.test(code)) return 'no stable code'
  for (const [name, value] of Object.entries(fields)) {
    if (!Array.isArray(value) || !value.every((each) => typeof each === 'string'))
      return `${name} is no array of strings`
  }
  if (/\.(ts|js|mjs):\d+|\n\s+at |SQLITE_|D1_ERROR/.test(text)) return 'it shows the inside'
  if (status === 429 && !/^\d+$/.test(headers.get('retry-after') ?? '')) return '429 without Retry-After'
  return undefined
}

/** Asks, and expects this status. @throws {Error} with the answer, when it is another */
export async function asked(status: number, method: string, path: string, asking: Asking = {}): Promise<Answer> {
  const answer = await ask(method, path, asking)
  if (answer.status !== status) {
    throw new Error(
      `${method} ${path} should answer ${status} and answered ${answer.status}: ${answer.text.slice(0, 500)}`,
    )
  }
  return answer
}
