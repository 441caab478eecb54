/** Messages on their way out of one room: pure. They leave one at a time, in the order they were written. */
import type { MessageDraft } from '../../protocol'
import type { ErrorCode } from '../error'

/** What is being sent. */
export interface Draft {
  /** As the room takes it. An attachment that has not been uploaded yet is not named in it. */
  readonly body: MessageDraft & { client_id: string }
  readonly attachment: { readonly kind: 'image' | 'file'; readonly name: string } | null
  /** ISO-8601, by this device's clock. */
  readonly written_at: string
}

/** A draft and what has become of it. */
export interface OutboxEntry {
  readonly draft: Draft
  readonly state:
    | { readonly status: 'sending' }
    /** Stored by the server, and not yet heard among the room's messages. */
    | { readonly status: 'sent'; readonly id: number; readonly timestamp: string }
    /** Refused: it waits for `retry` or `discard`. */
    | { readonly status: 'failed'; readonly error: { readonly code: ErrorCode; readonly message: string } }
}

export type Outbox = readonly OutboxEntry[]

const SENDING = { status: 'sending' } as const

/** The message of this name. */
export const entryOf = (outbox: Outbox, client_id: string): OutboxEntry | undefined =>
  outbox.find(({ draft }) => draft.body.client_id === client_id)

/** Adds a message at the end; one that is there already stays where it is. */
export const withDraft = (outbox: Outbox, draft: Draft): Outbox =>
  entryOf(outbox, draft.body.client_id) ? outbox : [...outbox, { draft, state: SENDING }]

/** The one to send now: only when it is settled does the next follow, so that no retry changes the order. */
export const nextToSend = (outbox: Outbox): Draft | undefined =>
  outbox.find(({ state }) => state.status === 'sending')?.draft

/** Names the attachment as the server knows it. */
export const withUpload = (outbox: Outbox, draft: Draft): Outbox =>
  withChangedEntry(outbox, draft.body.client_id, ({ state }) => ({ draft, state }))

export const withAck = (outbox: Outbox, client_id: string, at: { id: number; timestamp: string }): Outbox =>
  withChangedEntry(outbox, client_id, ({ draft }) => ({
    draft,
    state: { status: 'sent', id: at.id, timestamp: at.timestamp },
  }))

export const withRefusal = (outbox: Outbox, client_id: string, error: { code: ErrorCode; message: string }): Outbox =>
  withChangedEntry(outbox, client_id, (waiting) => {
    // An acknowledgement that came before is the truth.
    if (waiting.state.status === 'sent') return waiting
    return { draft: waiting.draft, state: { status: 'failed', error: { code: error.code, message: error.message } } }
  })

/** Sends a failed message again, after those that were written since. */
export function withRetry(outbox: Outbox, client_id: string): Outbox {
  const failed = entryOf(outbox, client_id)
  return failed?.state.status === 'failed' ? withDraft(withoutEntry(outbox, client_id), failed.draft) : outbox
}

/** Forgets a message: it is among the room's messages now, or was given up. */
export const withoutEntry = (outbox: Outbox, client_id: string): Outbox =>
  entryOf(outbox, client_id) ? outbox.filter(({ draft }) => draft.body.client_id !== client_id) : outbox

const withChangedEntry = (outbox: Outbox, client_id: string, change: (waiting: OutboxEntry) => OutboxEntry): Outbox =>
  outbox.map((waiting) => (waiting.draft.body.client_id === client_id ? change(waiting) : waiting))
