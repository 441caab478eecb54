/** What keys mean on this device, and which of them belong to whoever is writing. */

import { t } from './words'

/** There Ctrl moves the caret and kills lines, and Option walks through words: commands go by ⌘. */
export const isMac = /^(Mac|iP)/.test(navigator.platform)

/** Ctrl, or ⌘ on a Mac. AltGr says that it is Ctrl and Alt, and writes letters. */
export const isCommand = (event: KeyboardEvent): boolean =>
  isMac ? event.metaKey && !event.ctrlKey && !event.altKey : event.ctrlKey && !event.metaKey && !event.altKey

/** Alt alone or with Shift. On a Mac it moves within what is written, if there is anything. */
export const isAltKey = (event: KeyboardEvent): boolean =>
  event.altKey && !event.ctrlKey && !event.metaKey && !(isMac && textIn(event.target))

export const isTextField = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && target.matches('input, textarea, select, [contenteditable]')

/** The text in a field, if it is one. */
export const textIn = (target: EventTarget | null): string =>
  target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement ? target.value : ''

/** Whether something lies above the page, which then has the keys. */
export const isOverlayOpen = (): boolean => document.querySelector('dialog[open], :popover-open') !== null

/** Signs on the keys of a Mac, which are the same in every language. */
const ON_MAC: Record<string, string> = { Ctrl: '⌘', Alt: '⌥', Shift: '⇧', Enter: '↩' }

/** Keys as this device's keyboard and the reader's language have them: "Ctrl K", "Strg K" or "⌘ K". */
export const keyName = (keys: string): string => {
  const names: Record<string, string> = isMac ? ON_MAC : t.keys.names
  return keys.replace(/\w+/g, (key) => names[key] ?? key)
}
