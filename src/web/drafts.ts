/** Unsent texts by room. They survive a reload and are the same in every tab. */
import { signal } from '@preact/signals'

const KEY = 'parlour:drafts'

type Drafts = Readonly<Record<string, string>>

/** Drafts that did not fit into the storage. */
let unstored: Drafts = {}

function readDrafts(): Drafts {
  try {
    return { ...(JSON.parse(localStorage.getItem(KEY) ?? '{}') as Drafts), ...unstored }
  } catch {
    return unstored
  }
}

const drafts = signal(readDrafts())

// This event reports only writes of other tabs. Without a key, the storage was cleared.
addEventListener('storage', ({ key }) => {
  if (key === KEY || key === null) drafts.value = readDrafts()
})

const keyOf = (me: number, room: number) => `${me}/${room}`

export const draftOf = (me: number, room: number): string => drafts.value[keyOf(me, room)] ?? ''

/** Stores a draft. Reads the storage first, because the event of another tab's write may still be due. */
export function setDraft(me: number, room: number, text: string): void {
  const key = keyOf(me, room)
  const { [key]: _, ...others } = readDrafts()
  const { [key]: __, ...unstoredOthers } = unstored
  drafts.value = text.trim() ? { ...others, [key]: text } : others
  unstored = unstoredOthers
  try {
    localStorage.setItem(KEY, JSON.stringify(drafts.value))
    unstored = {}
  } catch {
    // The storage is full or missing: this page keeps the draft in memory.
    if (text.trim()) unstored = { ...unstoredOthers, [key]: text }
  }
}

/** Removes the drafts of a person who signed out. */
export function removeDrafts(me: number): void {
  const ofOthers = (all: Drafts) => Object.fromEntries(Object.entries(all).filter(([key]) => !key.startsWith(`${me}/`)))
  unstored = ofOthers(unstored)
  drafts.value = ofOthers(readDrafts())
  try {
    localStorage.setItem(KEY, JSON.stringify(drafts.value))
  } catch {
    // A full storage refuses a write, but not a removal.
    localStorage.removeItem(KEY)
  }
}

/** Tells whether closing this page would lose a draft. */
export const hasUnstoredDraft = (): boolean => Object.keys(unstored).length > 0
