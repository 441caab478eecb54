/** `ChatError`, the only error that the SDK throws. */

import type { ErrorBody, FieldErrors, RefusalCode } from '../protocol/errors'
import { fromWire } from './dialect'

/** Codes of the SDK itself, besides those of the server. */
export type ClientErrorCode =
  /** No answer: no network, no server, or a timeout. */
  | 'no_answer'
  /** Nobody is signed in. */
  | 'signed_out'
  /** The room or the client was closed during the call. */
  | 'closed'
  /** The page was reloaded before the file was uploaded: the person has to choose it again. */
  | 'attachment_lost'

/** A stable code. Newer servers may send codes that this SDK does not know. */
export type ErrorCode = RefusalCode | ClientErrorCode | (string & {})

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

/** Retryable codes. Socket frames carry codes without a status. */
const TRANSIENT = new Set<string>(['no_answer', 'rate_limited', 'unavailable', 'internal'])

export const signedOut = () => new ChatError('signed_out', 'Sign in first.', { status: 401 })
export const closed = () => new ChatError('closed', 'Closed.')

export const noAnswer = () => new ChatError('no_answer', 'No answer.')

/** Turns a thrown value into a ChatError: any other error comes from a failed connection. */
export const toChatError = (error: unknown): ChatError => (error instanceof ChatError ? error : noAnswer())

/** Makes a ChatError from the error body of a response. */
export async function refusalOf(response: Response): Promise<ChatError> {
  const { code, detail, ...rest } = fromWire<Partial<ErrorBody>>(await response.json().catch(() => ({})))
  const fields = Object.fromEntries(Object.entries(rest).filter(([, said]) => Array.isArray(said))) as FieldErrors
  const wait = Number(response.headers.get('retry-after'))
  return new ChatError(code ?? `http_${response.status}`, detail ?? response.statusText, {
    status: response.status,
    retryAfter: wait || undefined,
    fields,
  })
}
