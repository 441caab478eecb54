/** The messages of one room that are not sent yet, in the order in which they were written. They are sent one at a time. Pure. */
import type { MessageDraft } from '../../protocol'
import type { ErrorCode } from '../error'

/** A message that the user wrote. */
export interface Draft {
  /** The body of the request. It has the id of an attachment only after the upload. */
  readonly body: MessageDraft & { client_id: string }
  readonly attachment: { readonly kind: 'image' | 'file'; readonly name: string } | null
  /** ISO-8601, by this device's clock. */
  readonly written_at: string
}

/** A draft and its state. */
export interface OutboxEntry {
  readonly draft: Draft
  readonly state:
    | { readonly status: 'sending' }
    /** The server stored it, and its event has not arrived yet. */
    | { readonly status: 'sent'; readonly id: number; readonly timestamp: string }
    /** The server refused it. It waits for `retry` or `discard`. */
    | { readonly status: 'failed'; readonly error: { readonly code: ErrorCode; readonly message: string } }
}

export type Outbox = readonly OutboxEntry[]

const SENDING = { status: 'sending' } as const

/** The entry with this `client_id`. */
export const entryOf = (outbox: Outbox, client_id: string): OutboxEntry | undefined =>
  outbox.find(({ draft }) => draft.body.client_id === client_id)

/** Appends a draft, unless the outbox has it. */
export const withDraft = (outbox: Outbox, draft: Draft): Outbox =>
  entryOf(outbox, draft.body.client_id) ? outbox : [...outbox, { draft, state: SENDING }]

/** The draft to send now. The next one follows when this one was stored or refused, so that retries keep the order. */
export const nextToSend = (outbox: Outbox): Draft | undefined =>
  outbox.find(({ state }) => state.status === 'sending')?.draft

/** Replaces a draft by the same draft with the id of its upload. */
export const withUpload = (outbox: Outbox, draft: Draft): Outbox =>
  withChangedEntry(outbox, draft.body.client_id, ({ state }) => ({ draft, state }))

export const withAck = (outbox: Outbox, client_id: string, at: { id: number; timestamp: string }): Outbox =>
  withChangedEntry(outbox, client_id, ({ draft }) => ({
    draft,
    state: { status: 'sent', id: at.id, timestamp: at.timestamp },
  }))

export const withRefusal = (outbox: Outbox, client_id: string, error: { code: ErrorCode; message: string }): Outbox =>
  withChangedEntry(outbox, client_id, (waiting) => {
    // An acknowledgement that arrived earlier is right: the message was stored.
    if (waiting.state.status === 'sent') return waiting
    return { draft: waiting.draft, state: { status: 'failed', error: { code: error.code, message: error.message } } }
  })

/** Moves a failed message to the end and marks it for sending. */
export function withRetry(outbox: Outbox, client_id: string): Outbox {
  const failed = entryOf(outbox, client_id)
  return failed?.state.status === 'failed' ? withDraft(withoutEntry(outbox, client_id), failed.draft) : outbox
}

/** Removes a message that arrived in the room or was discarded. */
export const withoutEntry = (outbox: Outbox, client_id: string): Outbox =>
  entryOf(outbox, client_id) ? outbox.filter(({ draft }) => draft.body.client_id !== client_id) : outbox

const withChangedEntry = (outbox: Outbox, client_id: string, change: (waiting: OutboxEntry) => OutboxEntry): Outbox =>
  outbox.map((waiting) => (waiting.draft.body.client_id === client_id ? change(waiting) : waiting))
