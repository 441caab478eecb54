/** Messages on their way out of one room: pure. They leave one at a time, in the order they were written. */
import type { ErrorCode } from './error'

/** What is being sent. An attachment that has not been uploaded yet is known by its name only. */
export interface Draft {
  readonly client_id: string
  readonly content: string
  readonly reply_to: number | null
  readonly image_id: string | null
  readonly file_id: string | null
  readonly attachment: { readonly kind: 'image' | 'file'; readonly name: string; readonly type: string } | null
  /** ISO-8601, by this device's clock. */
  readonly written_at: string
}

export type Waiting = Draft &
  (
    | { readonly state: 'sending' }
    /** Stored by the server, and not yet heard among the room's messages. */
    | { readonly state: 'sent'; readonly id: number; readonly timestamp: string }
    /** Refused: it waits for `retry` or `discard`. */
    | { readonly state: 'failed'; readonly error: { readonly code: ErrorCode; readonly message: string } }
  )

export type Outbox = readonly Waiting[]

export const EMPTY: Outbox = []

/** Adds a message at the end; one that is there already stays where it is. */
export function written(outbox: Outbox, draft: Draft): Outbox {
  return outbox.some(({ client_id }) => client_id === draft.client_id)
    ? outbox
    : [...outbox, { ...draft, state: 'sending' }]
}

/** The one to send now: only when it is settled does the next follow, so that no retry changes the order. */
export const toSend = (outbox: Outbox): Waiting | undefined => outbox.find(({ state }) => state === 'sending')

export function uploaded(outbox: Outbox, client_id: string, upload: { image_id?: string; file_id?: string }): Outbox {
  return replaced(outbox, client_id, (waiting) => ({ ...waiting, ...upload }))
}

export function acknowledged(outbox: Outbox, client_id: string, at: { id: number; timestamp: string }): Outbox {
  return replaced(outbox, client_id, (waiting) => ({ ...draftOf(waiting), ...at, state: 'sent' }))
}

export function refused(outbox: Outbox, client_id: string, error: { code: ErrorCode; message: string }): Outbox {
  return replaced(outbox, client_id, (waiting) => {
    // An acknowledgement that came before is the truth.
    if (waiting.state === 'sent') return waiting
    return { ...draftOf(waiting), state: 'failed', error: { code: error.code, message: error.message } }
  })
}

/** Sends a failed message again, after those that were written since. */
export function again(outbox: Outbox, client_id: string): Outbox {
  const failed = outbox.find((waiting) => waiting.client_id === client_id && waiting.state === 'failed')
  return failed ? [...without(outbox, client_id), { ...draftOf(failed), state: 'sending' }] : outbox
}

/** Forgets a message: it is among the room's messages now, or was given up. */
export function without(outbox: Outbox, client_id: string): Outbox {
  const rest = outbox.filter((waiting) => waiting.client_id !== client_id)
  return rest.length === outbox.length ? outbox : rest
}

function replaced(outbox: Outbox, client_id: string, change: (waiting: Waiting) => Waiting): Outbox {
  return outbox.map((waiting) => (waiting.client_id === client_id ? change(waiting) : waiting))
}

function draftOf(waiting: Waiting): Draft {
  const { client_id, content, reply_to, image_id, file_id, attachment, written_at } = waiting
  return { client_id, content, reply_to, image_id, file_id, attachment, written_at }
}
