/** How this device is pointed at. */

/** By a finger: what has the focus there brings up a keyboard, which covers half of the page. */
export const isTouch = matchMedia('(pointer: coarse)')

/** Gives the focus to a field that nobody has asked for. */
export function focusUnlessTouch(field: HTMLElement | null | undefined): void {
  if (!isTouch.matches) field?.focus()
}
