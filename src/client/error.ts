/** `ChatError`, the only error that the SDK throws. */
import type { ErrorBody, FieldErrors, RefusalCode } from '../protocol/errors'
import { fromWire } from './dialect'

/** Codes of the SDK itself, besides those of the server. */
export type ClientErrorCode =
  /** No answer: no network, no server, or a timeout. */
  | 'no_answer'
  /** No answer from a server of another origin that is reachable: it does not let this page read its answers. */
  | 'cors_suspected'
  /** Something else than Parlour answers at `url`. */
  | 'not_parlour'
  /** `url` is not the origin of a server. */
  | 'bad_url'
  /** The platform has no `WebSocket`. */
  | 'no_websocket'
  /** A message with a file, and no `uploads` among the options. */
  | 'no_uploads'
  /** `getToken` or `identify` failed, or returned no token: see `cause`. */
  | 'token_provider_failed'
  /** The server refuses the token, and `getToken` has no other. */
  | 'token_rejected'
  /** The storage failed: what it should have kept is lost with the page. */
  | 'storage_failed'
  /** Nobody is signed in. */
  | 'signed_out'
  /** The room or the client was closed during the call. */
  | 'closed'
  /** The page was reloaded before the file was uploaded: the person has to choose it again. */
  | 'attachment_lost'

/** A stable code. Newer servers may send codes that this SDK does not know. */
export type ErrorCode = RefusalCode | ClientErrorCode | (string & {})

/** For developers: what the SDK's own codes mean, and what to do about them. */
const HINTS: Partial<Record<string, string>> = {
  bad_url: 'Give an origin, such as https://chat.example.com',
  cors_suspected: 'Add this origin to ALLOWED_ORIGINS',
  no_uploads: 'Give `uploads` of parlour/uploads',
  no_websocket: 'Give `WebSocket`',
  not_parlour: 'Check `url`',
  token_provider_failed: 'See `cause`: there is no token',
  token_rejected: 'Give a new token',
}

interface Details {
  /** The HTTP status; 0 without an answer. */
  status?: number | undefined
  retryAfter?: number | undefined
  fields?: FieldErrors
  cause?: unknown
}

/** Thrown by calls, and stored on messages that failed. */
export class ChatError extends Error {
  override readonly name = 'ChatError'
  declare readonly code: ErrorCode
  /** The HTTP status; 0 without an answer. */
  declare readonly status: number
  /** True if the same call may succeed later. */
  declare readonly retryable: boolean
  /** Seconds to wait before a retry, if the server sent them. */
  declare readonly retryAfter: number | undefined
  /** Sentences about the invalid fields of a form, by field. */
  declare readonly fields: FieldErrors
  /** For developers: what to do about it. */
  declare readonly hint: string | undefined

  constructor(
    code: ErrorCode,
    message = HINTS[code] ?? code,
    { status = 0, retryAfter, fields = {}, cause }: Details = {},
  ) {
    super(message, { cause })
    const retryable = TRANSIENT.has(code) || status === 429 || status >= 500
    Object.assign(this, { code, status, retryAfter, fields, retryable, hint: HINTS[code] })
  }
}

/** Retryable codes without a status that says so. */
const TRANSIENT = new Set<string>([
  'no_answer',
  'cors_suspected',
  'token_provider_failed',
  'rate_limited',
  'unavailable',
  'internal',
])

export const signedOut = () => new ChatError('signed_out', 'Sign in first.', { status: 401 })
export const closed = (cause?: unknown) => new ChatError('closed', undefined, { cause })
export const noAnswer = (cause?: unknown) => new ChatError('no_answer', 'No answer.', { cause })

/** Turns a thrown value into a ChatError: any other error comes from a failed connection. */
export const toChatError = (error: unknown): ChatError => (error instanceof ChatError ? error : noAnswer(error))

/** Makes a ChatError from a refusal: its status, the text of its body, and its `Retry-After`. */
export function refusalOf(status: number, text: string, retryAfter: number): ChatError {
  let body: Partial<ErrorBody> = {}
  try {
    body = fromWire(JSON.parse(text))
  } catch (cause) {
    // A proxy on the way may answer for a server that is away.
    if (status < 500) return notParlour(cause)
  }
  const { code, detail, ...rest } = body
  const fields = Object.fromEntries(Object.entries(rest).filter(([, said]) => Array.isArray(said))) as FieldErrors
  return new ChatError(code ?? `http_${status}`, detail, {
    status,
    retryAfter: retryAfter || undefined,
    fields,
  })
}

export const notParlour = (cause: unknown) => new ChatError('not_parlour', undefined, { cause })
