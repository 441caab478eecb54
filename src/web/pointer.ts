/** The kind of pointer of this device. */

/** Matches a touch screen: a focused field opens its keyboard, which covers half of the page. */
export const isTouch = matchMedia('(pointer: coarse)')

/** Focuses a field that the person did not choose, except on a touch screen. */
export function focusUnlessTouch(field: HTMLElement | null | undefined): void {
  if (!isTouch.matches) field?.focus()
}
