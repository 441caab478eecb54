/** The state of the composer besides its text: reply or edit, and attachments. By room, and in memory only. */
import { signal } from '@preact/signals'
import { useMemo } from 'preact/hooks'
import type { RoomMessage } from '../../../client'
import { chat } from '../../chat'
import { hasUnstoredDraft, removeDrafts } from '../../drafts'
import type { DraftAttachment } from './draft-attachments'

/** The message of a reply or an edit. */
export interface MessageSubject {
  id: number
  author: string
  text: string | null
  deleted: boolean
}

export interface ComposeContext {
  kind: 'reply' | 'edit'
  subject: MessageSubject
}

export interface ComposeState {
  context: ComposeContext | null
  attachments: readonly DraftAttachment[]
  /** Unsent texts of edits, by message id. */
  edits: Readonly<Record<number, string>>
}

const NOTHING: ComposeState = { context: null, attachments: [], edits: {} }

/** By room id, of one person. */
const states = signal<Readonly<Record<number, ComposeState>>>({})

let owner = chat.auth.user?.id
chat.auth.subscribe((user) => {
  if (!user) return
  if (user.id !== owner) states.value = {}
  owner = user.id
})

/** Clears the state of a person who signs out. After an expired session the state is still there. */
export function clearComposeState(person: number): void {
  states.value = {}
  removeDrafts(person)
}

// Files and edits are not in storage, so closing the page would lose them.
addEventListener('beforeunload', (event) => {
  if (inFlight.size > 0 || hasUnstoredDraft() || Object.values(states.value).some(hasUnsavedWork))
    event.preventDefault()
})

/** Uploads and edits that are being sent, which the end of this page would lose. */
const inFlight = new Set<Promise<unknown>>()

export function confirmUnloadUntil(work: Promise<unknown>): void {
  inFlight.add(work)
  const done = () => inFlight.delete(work)
  work.then(done, done)
}

const hasUnsavedWork = ({ context, attachments, edits }: ComposeState): boolean =>
  attachments.length > 0 ||
  (context?.kind === 'edit' && (edits[context.subject.id] ?? context.subject.text) !== context.subject.text)

type Change = Partial<ComposeState> | ((before: ComposeState) => Partial<ComposeState>)

export function useComposeState(room: number): ComposeState & { change: (change: Change) => void } {
  const change = useMemo(
    () => (change: Change) => {
      const before = states.value[room] ?? NOTHING
      const changes = typeof change === 'function' ? change(before) : change
      states.value = { ...states.value, [room]: { ...before, ...changes } }
    },
    [room],
  )
  return { ...(states.value[room] ?? NOTHING), change }
}

/** The subject of a message; null if the server does not have the message yet. */
export function subjectOf({ id, sender, text, deleted }: RoomMessage): MessageSubject | null {
  return id === null ? null : { id, author: sender.fullName, text, deleted }
}
