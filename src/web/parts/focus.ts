/** The focus in dialogs, panels and popovers: at opening, with the Tab key, and at closing. */
import { focusUnlessTouch } from '../pointer'

/** Fields for typing. A file input is not one. */
const FIELD =
  'input:not([type=hidden], [type=file], [type=radio], [type=checkbox], [readonly], :disabled), textarea:not(:disabled)'
const FOCUSABLE =
  'a[href], button:not(:disabled), input:not([type=hidden], :disabled), textarea, select, [tabindex="0"]'

/** Focuses the first field, or else the element that matches `instead`. */
export function focusFirst(within: HTMLElement, instead?: string): void {
  const field = within.querySelector<HTMLElement>(FIELD)
  const other = instead === undefined ? null : within.querySelector<HTMLElement>(instead)
  ;(field ?? other)?.focus()
}

/** Keeps the Tab key within an element. */
export function trapTab(event: KeyboardEvent, within: HTMLElement): void {
  if (event.key !== 'Tab' || event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey) return
  const all = [...within.querySelectorAll<HTMLElement>(FOCUSABLE)].filter(
    (each) => each.tabIndex >= 0 && each.checkVisibility(),
  )
  const now = document.activeElement
  const [first, last] = [all[0], all.at(-1)]
  const isLeaving = event.shiftKey ? now === first || !all.includes(now as HTMLElement) : now === last
  if (!isLeaving) return
  event.preventDefault()
  ;(event.shiftKey ? last : first)?.focus()
}

/** True for Escape in a search field, which the browser would only empty. Prevents that. */
export function isEscape(event: KeyboardEvent): boolean {
  const isSearch = (event.target as Element).matches('input[type=search]')
  if (event.key !== 'Escape' || !isSearch || event.isComposing || event.defaultPrevented) return false
  event.preventDefault()
  return true
}

/**
 * Remembers the focused element. Call it while rendering, before a child takes the focus.
 * @returns restores the focus, unless it has moved outside the closed element
 */
export function rememberFocus(): (closed: Element | null) => void {
  const before = document.activeElement as HTMLElement | null
  return (closed) => {
    const now = document.activeElement
    if (now && now !== document.body && !closed?.contains(now)) return
    if (before?.isConnected && before !== document.body) before.focus()
    else focusUnlessTouch(document.querySelector<HTMLElement>('.composer textarea'))
  }
}
