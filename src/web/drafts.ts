/** What is written and not sent, by room; kept over a reload, and the same in every tab. */
import { signal } from '@preact/signals'

const KEY = 'parlour:drafts'

function kept(): Record<string, string> {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? '{}') as Record<string, string>
  } catch {
    return {}
  }
}

const drafts = signal(kept())

// Told only of what other tabs have written; without a key, that everything was put away.
addEventListener('storage', ({ key }) => {
  if (key === KEY || key === null) drafts.value = kept()
})

const place = (me: number, room: number) => `${me}/${room}`

export const draftOf = (me: number, room: number): string => drafts.value[place(me, room)] ?? ''

/** What is kept is read anew: of what another tab has just written this one may not have been told yet. */
export function setDraft(me: number, room: number, text: string): void {
  const { [place(me, room)]: _, ...others } = kept()
  drafts.value = text.trim() ? { ...others, [place(me, room)]: text } : others
  localStorage.setItem(KEY, JSON.stringify(drafts.value))
}
