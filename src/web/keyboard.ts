/** Meanings and names of keys on this device. */

import { t } from './words'

/** On a Mac, Ctrl and Option edit text, so commands use ⌘. */
export const isMac = /^(Mac|iP)/.test(navigator.platform)

/** True for Ctrl, or ⌘ on a Mac, without Alt: AltGr reports Ctrl and Alt, and types letters. */
export const isCommand = (event: KeyboardEvent): boolean =>
  isMac ? event.metaKey && !event.ctrlKey && !event.altKey : event.ctrlKey && !event.metaKey && !event.altKey

/** True for Alt alone or with Shift. On a Mac, Option moves the caret in a field that has text. */
export const isAltKey = (event: KeyboardEvent): boolean =>
  event.altKey && !event.ctrlKey && !event.metaKey && !(isMac && textIn(event.target))

export const isTextField = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && target.matches('input, textarea, select, [contenteditable]')

/** The text of a field; empty for other elements. */
export const textIn = (target: EventTarget | null): string =>
  target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement ? target.value : ''

/** True if a dialog or popover is open, which then receives the keys. */
export const isOverlayOpen = (): boolean => document.querySelector('dialog[open], :popover-open') !== null

/** The symbols on the keys of a Mac, the same in every language. */
const ON_MAC: Record<string, string> = { Ctrl: '⌘', Alt: '⌥', Shift: '⇧', Enter: '↩' }

/** The names of keys on this device and in the person's language: "Ctrl K", "Strg K" or "⌘ K". */
export const keyName = (keys: string): string => {
  const names: Record<string, string> = isMac ? ON_MAC : t.keys.names
  return keys.replace(/\w+/g, (key) => names[key] ?? key)
}
