/** What is written and not sent, by room; kept over a reload, and the same in every tab. */
import { signal } from '@preact/signals'

const KEY = 'parlour:drafts'

type Drafts = Readonly<Record<string, string>>

/** Drafts for which there was no room in the storage. */
let unstored: Drafts = {}

function readDrafts(): Drafts {
  try {
    return { ...(JSON.parse(localStorage.getItem(KEY) ?? '{}') as Drafts), ...unstored }
  } catch {
    return unstored
  }
}

const drafts = signal(readDrafts())

// Told only of what other tabs have written; without a key, that everything was put away.
addEventListener('storage', ({ key }) => {
  if (key === KEY || key === null) drafts.value = readDrafts()
})

const keyOf = (me: number, room: number) => `${me}/${room}`

export const draftOf = (me: number, room: number): string => drafts.value[keyOf(me, room)] ?? ''

/** What is kept is read anew: of what another tab has just written this one may not have been told yet. */
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
    // The storage is full, or there is none: this page keeps it.
    if (text.trim()) unstored = { ...unstoredOthers, [key]: text }
  }
}

/** Removes the drafts of somebody who has signed out. */
export function removeDrafts(me: number): void {
  const ofOthers = (all: Drafts) => Object.fromEntries(Object.entries(all).filter(([key]) => !key.startsWith(`${me}/`)))
  unstored = ofOthers(unstored)
  drafts.value = ofOthers(readDrafts())
  try {
    localStorage.setItem(KEY, JSON.stringify(drafts.value))
  } catch {
    // What cannot be replaced can be removed.
    localStorage.removeItem(KEY)
  }
}

/** Whether closing this page would lose a draft. */
export const hasUnstoredDraft = (): boolean => Object.keys(unstored).length > 0
