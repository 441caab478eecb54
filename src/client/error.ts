/** The one kind of error that leaves the SDK. */
import type { ErrorBody, FieldErrors, RefusalCode } from '../protocol'

/** What the SDK itself refuses, besides the server's codes. */
export type ClientErrorCode =
  /** No answer: offline, the server away, or too slow. */
  | 'no_answer'
  /** Nobody is signed in, or no longer. */
  | 'signed_out'
  /** The room, or the whole client, was closed while this was under way. */
  | 'closed'
  /** A file chosen before the page was reloaded cannot be read again: it has to be chosen anew. */
  | 'attachment_lost'

/** A stable code to branch on. Servers newer than this SDK may send others. */
export type ErrorCode = RefusalCode | ClientErrorCode | (string & {})

/** Thrown, and shown on messages that failed. */
export class ChatError extends Error {
  override readonly name = 'ChatError'
  declare readonly code: ErrorCode
  /** The HTTP status, 0 when there was no answer. */
  declare readonly status: number
  /** Whether the same may succeed later without anybody changing anything. */
  declare readonly retryable: boolean
  /** Seconds to wait before that, if the server said so. */
  declare readonly retryAfter: number | undefined
  /** What is wrong with each field of a form, in sentences. */
  declare readonly fields: FieldErrors

  constructor(
    code: ErrorCode,
    message: string,
    {
      status = 0,
      retryAfter,
      fields = {},
    }: { status?: number; retryAfter?: number | undefined; fields?: FieldErrors } = {},
  ) {
    super(message)
    const retryable = TRANSIENT.has(code) || status === 429 || status >= 500
    Object.assign(this, { code, status, retryAfter, fields, retryable })
  }
}

/** Codes of socket frames, which carry no status, among them. */
const TRANSIENT = new Set<string>(['no_answer', 'rate_limited', 'unavailable', 'internal'])

export const signedOut = () => new ChatError('signed_out', 'Sign in first.', { status: 401 })
export const closed = () => new ChatError('closed', 'Closed.')

export const noAnswer = () => new ChatError('no_answer', 'No answer.')

/** Whatever was thrown, as a ChatError: what is none already comes from a connection that did not hold. */
export const toChatError = (error: unknown): ChatError => (error instanceof ChatError ? error : noAnswer())

/** The refusal that a response stands for. */
export async function refusalOf(response: Response): Promise<ChatError> {
  const { code, detail, ...rest } = (await response.json().catch(() => ({}))) as Partial<ErrorBody>
  const fields = Object.fromEntries(Object.entries(rest).filter(([, said]) => Array.isArray(said))) as FieldErrors
  const wait = Number(response.headers.get('retry-after'))
  return new ChatError(code ?? `http_${response.status}`, detail ?? response.statusText, {
    status: response.status,
    retryAfter: wait || undefined,
    fields,
  })
}
