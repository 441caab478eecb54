/** Where the focus goes when something opens above the page, while it is there, and when it closes. */
import { focusUnlessTouch } from '../pointer'

/** What takes typing. A file is chosen, not typed. */
const FIELD =
  'input:not([type=hidden], [type=file], [type=radio], [type=checkbox], [readonly], :disabled), textarea:not(:disabled)'
const FOCUSABLE =
  'a[href], button:not(:disabled), input:not([type=hidden], :disabled), textarea, select, [tabindex="0"]'

/** Gives the focus to the field that something was opened for, or else to `instead`. */
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

/** Whether a key closes what is open. A search field would take it to empty itself first. */
export function isEscape(event: KeyboardEvent): boolean {
  const isSearch = (event.target as Element).matches('input[type=search]')
  if (event.key !== 'Escape' || !isSearch || event.isComposing || event.defaultPrevented) return false
  event.preventDefault()
  return true
}

/**
 * Remembers what has the focus before something opens: to be called while that is drawn, before anything in it can take it.
 * @returns gives it back, unless it has gone elsewhere meanwhile
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
