/** What belongs to a text that is being written: what it answers or changes, and what goes with it. By room, for as long as this page lives. */
import { signal } from '@preact/signals'
import { useMemo } from 'preact/hooks'
import type { RoomMessage } from '../../client'
import { chat } from '../chat'
import { forgetDrafts, hasUnstoredDraft } from '../drafts'
import type { Attached } from './attached'

/** A message that is answered or changed. */
export interface Subject {
  id: number
  author: string
  content: string | null
  deleted: boolean
}

export interface Context {
  kind: 'reply' | 'edit'
  subject: Subject
}

export interface Writing {
  context: Context | null
  attached: readonly Attached[]
  /** What changed messages are to say, by their ids, until they do. */
  edits: Readonly<Record<number, string>>
}

const NOTHING: Writing = { context: null, attached: [], edits: {} }

/** By room: a page has one person. */
const writings = signal<Readonly<Record<number, Writing>>>({})

let writer = chat.auth.user?.id
chat.auth.subscribe((user) => {
  if (!user) return
  if (user.id !== writer) writings.value = {}
  writer = user.id
})

/** Forgets what somebody was writing who signs out. Of a session that has ended by itself it is there again afterwards. */
export function forgetWriting(person: number): void {
  writings.value = {}
  forgetDrafts(person)
}

// Files are in no storage: closing the page is the end of them, and of what was changed.
addEventListener('beforeunload', (event) => {
  if (underway.size > 0 || hasUnstoredDraft() || Object.values(writings.value).some(isUnfinished))
    event.preventDefault()
})

/** Files and edits on their way to the server, which the end of this page would lose. */
const underway = new Set<Promise<unknown>>()

export function untilDone(work: Promise<unknown>): void {
  underway.add(work)
  const done = () => underway.delete(work)
  work.then(done, done)
}

const isUnfinished = ({ context, attached, edits }: Writing): boolean =>
  attached.length > 0 ||
  (context?.kind === 'edit' && (edits[context.subject.id] ?? context.subject.content) !== context.subject.content)

type Change = Partial<Writing> | ((before: Writing) => Partial<Writing>)

export function useWriting(room: number): Writing & { change: (change: Change) => void } {
  const change = useMemo(
    () => (change: Change) => {
      const before = writings.value[room] ?? NOTHING
      const changes = typeof change === 'function' ? change(before) : change
      writings.value = { ...writings.value, [room]: { ...before, ...changes } }
    },
    [room],
  )
  return { ...(writings.value[room] ?? NOTHING), change }
}

/** Null of a message that the server has not got yet. */
export function subjectOf({ id, sender, content, deleted }: RoomMessage): Subject | null {
  return id === null ? null : { id, author: sender.full_name, content, deleted }
}
