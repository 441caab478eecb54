/** The messages of one room that are not sent yet, in the order in which they were written. They are sent one at a time. Pure. */

import type { ErrorCode } from '../error'
import type { MessageDraft } from '../model'

/** A message that the user wrote. */
export interface Draft {
  /** The body of the request. It has the id of an attachment only after the upload. */
  readonly body: MessageDraft & { clientId: string }
  readonly attachment: { readonly kind: 'image' | 'file'; readonly name: string } | null
  /** ISO-8601, by this device's clock. */
  readonly writtenAt: string
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

/** The entry with this `clientId`. */
export const entryOf = (outbox: Outbox, clientId: string): OutboxEntry | undefined =>
  outbox.find(({ draft }) => draft.body.clientId === clientId)

/** Appends a draft, unless the outbox has it. */
export const withDraft = (outbox: Outbox, draft: Draft): Outbox =>
  entryOf(outbox, draft.body.clientId) ? outbox : [...outbox, { draft, state: SENDING }]

/** The draft to send now. The next one follows when this one was stored or refused, so that retries keep the order. */
export const nextToSend = (outbox: Outbox): Draft | undefined =>
  outbox.find(({ state }) => state.status === 'sending')?.draft

/** Replaces a draft by the same draft with the id of its upload. */
export const withUpload = (outbox: Outbox, draft: Draft): Outbox =>
  withChangedEntry(outbox, draft.body.clientId, ({ state }) => ({ draft, state }))

export const withAck = (outbox: Outbox, clientId: string, at: { id: number; timestamp: string }): Outbox =>
  withChangedEntry(outbox, clientId, ({ draft }) => ({
    draft,
    state: { status: 'sent', id: at.id, timestamp: at.timestamp },
  }))

export const withRefusal = (outbox: Outbox, clientId: string, error: { code: ErrorCode; message: string }): Outbox =>
  withChangedEntry(outbox, clientId, (waiting) => {
    // An acknowledgement that arrived earlier is right: the message was stored.
    if (waiting.state.status === 'sent') return waiting
    return { draft: waiting.draft, state: { status: 'failed', error: { code: error.code, message: error.message } } }
  })

/** Moves a failed message to the end and marks it for sending. */
export function withRetry(outbox: Outbox, clientId: string): Outbox {
  const failed = entryOf(outbox, clientId)
  return failed?.state.status === 'failed' ? withDraft(withoutEntry(outbox, clientId), failed.draft) : outbox
}

/** Removes a message that arrived in the room or was discarded. */
export const withoutEntry = (outbox: Outbox, clientId: string): Outbox =>
  entryOf(outbox, clientId) ? outbox.filter(({ draft }) => draft.body.clientId !== clientId) : outbox

const withChangedEntry = (outbox: Outbox, clientId: string, change: (waiting: OutboxEntry) => OutboxEntry): Outbox =>
  outbox.map((waiting) => (waiting.draft.body.clientId === clientId ? change(waiting) : waiting))
