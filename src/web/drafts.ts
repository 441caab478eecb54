/** What is written and not sent, by room; kept over a reload. */
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

const place = (me: number, room: number) => `${me}/${room}`

export const draftOf = (me: number, room: number): string => drafts.value[place(me, room)] ?? ''

export function setDraft(me: number, room: number, text: string): void {
  const { [place(me, room)]: _, ...others } = drafts.peek()
  drafts.value = text.trim() ? { ...others, [place(me, room)]: text } : others
  localStorage.setItem(KEY, JSON.stringify(drafts.value))
}
