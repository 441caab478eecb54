/** What belongs to a text that is being written: what it answers or changes, and what goes with it. By room, for as long as this page lives. */
import { signal } from '@preact/signals'
import { useMemo } from 'preact/hooks'
import type { RoomMessage } from '../../../client'
import { chat } from '../../chat'
import { hasUnstoredDraft, removeDrafts } from '../../drafts'
import type { DraftAttachment } from './draft-attachments'

/** A message that is answered or changed. */
export interface MessageSubject {
  id: number
  author: string
  content: string | null
  deleted: boolean
}

export interface ComposeContext {
  kind: 'reply' | 'edit'
  subject: MessageSubject
}

export interface ComposeState {
  context: ComposeContext | null
  attachments: readonly DraftAttachment[]
  /** What changed messages are to say, by their ids, until they do. */
  edits: Readonly<Record<number, string>>
}

const NOTHING: ComposeState = { context: null, attachments: [], edits: {} }

/** By room: a page has one person. */
const states = signal<Readonly<Record<number, ComposeState>>>({})

let owner = chat.auth.user?.id
chat.auth.subscribe((user) => {
  if (!user) return
  if (user.id !== owner) states.value = {}
  owner = user.id
})

/** Forgets what somebody was writing who signs out. Of a session that has ended by itself it is there again afterwards. */
export function clearComposeState(person: number): void {
  states.value = {}
  removeDrafts(person)
}

// Files are in no storage: closing the page is the end of them, and of what was changed.
addEventListener('beforeunload', (event) => {
  if (inFlight.size > 0 || hasUnstoredDraft() || Object.values(states.value).some(hasUnsavedWork))
    event.preventDefault()
})

/** Files and edits on their way to the server, which the end of this page would lose. */
const inFlight = new Set<Promise<unknown>>()

export function confirmUnloadUntil(work: Promise<unknown>): void {
  inFlight.add(work)
  const done = () => inFlight.delete(work)
  work.then(done, done)
}

const hasUnsavedWork = ({ context, attachments, edits }: ComposeState): boolean =>
  attachments.length > 0 ||
  (context?.kind === 'edit' && (edits[context.subject.id] ?? context.subject.content) !== context.subject.content)

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

/** Null of a message that the server has not got yet. */
export function subjectOf({ id, sender, content, deleted }: RoomMessage): MessageSubject | null {
  return id === null ? null : { id, author: sender.full_name, content, deleted }
}
