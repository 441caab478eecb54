/** Whether the window over the messages stands at the end of the list, and whether its person has moved it away. */
import type { VirtualizerHandle } from 'virtua'

/** So near to the end counts as at the end, in pixels. */
export const END_THRESHOLD = 60

/** Where the window stands and how high it is, in pixels. */
export interface Position {
  top: number
  height: number
}

export const positionOf = ({ scrollTop: top, clientHeight: height }: Element): Position => ({ top, height })

/**
 * How far the end is below the window, in pixels. The list knows of a row's new height before the page does, and of the
 * window's after it: only where both say so is somebody away from the end.
 */
export function distanceToEnd({ scrollSize, scrollOffset, viewportSize }: VirtualizerHandle, page: Element): number {
  return Math.min(scrollSize - scrollOffset - viewportSize, pageDistanceToEnd(page))
}

const pageDistanceToEnd = (page: Element) => page.scrollHeight - page.scrollTop - page.clientHeight

/**
 * Whether the person has scrolled up since `before`. Only the page knows it before the next frame, in which the scroll
 * event comes; a message may come earlier. Only a person goes up: a row that grows below the end takes the window along,
 * and so does a window that changes its height.
 */
export function hasScrolledUp(page: Element, before: Position): boolean {
  const { top, height } = positionOf(page)
  return top < before.top - 1 && height === before.height && pageDistanceToEnd(page) >= END_THRESHOLD
}
