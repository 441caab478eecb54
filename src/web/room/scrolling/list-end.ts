/** Tells whether the message list is at its end, and whether the person has scrolled away from it. */
import type { VirtualizerHandle } from 'virtua'

/** Distance that counts as at the end, in pixels. */
export const END_THRESHOLD = 60

/** The scroll offset and the height of the window, in pixels. */
export interface Position {
  top: number
  height: number
}

export const positionOf = ({ scrollTop: top, clientHeight: height }: Element): Position => ({ top, height })

/**
 * The distance of the end below the window, in pixels. The list knows a row's new height before the page, and the window's
 * new height after it, so the smaller distance counts. The scroll offset is the page's: the list learns it by the next scroll
 * event, and until then would take a window that has moved up for one at the end.
 */
export function distanceToEnd({ scrollSize, viewportSize }: VirtualizerHandle, page: Element): number {
  return Math.min(scrollSize - page.scrollTop - viewportSize, pageDistanceToEnd(page))
}

const pageDistanceToEnd = (page: Element) => page.scrollHeight - page.scrollTop - page.clientHeight

/**
 * Tells whether the person has scrolled up since `before`. It reads the element, because the scroll event comes only in the
 * next frame, and a message may arrive earlier. Only a person scrolls up: rows and windows that change their height move the
 * window down.
 */
export function hasScrolledUp(page: Element, before: Position): boolean {
  const { top, height } = positionOf(page)
  return top < before.top - 1 && height === before.height && pageDistanceToEnd(page) >= END_THRESHOLD
}
