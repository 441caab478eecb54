/** Something small that opens at a point, above everything, closes by itself, and gives the focus back. */
import type { RefObject } from 'preact'
import { useLayoutEffect, useMemo, useRef } from 'preact/hooks'
import { rememberFocus } from './focus'

export interface Point {
  x: number
  y: number
}

/** Distance kept from the edges of the window, in pixels. */
const EDGE = 8

/** @param first what has the focus when it opens */
export function usePopover(at: Point, first: string): RefObject<HTMLDivElement | null> {
  const ref = useRef<HTMLDivElement>(null)
  const restoreFocus = useMemo(rememberFocus, [])
  useLayoutEffect(() => {
    const popover = ref.current
    if (!popover) return
    popover.showPopover()
    const { width, height } = popover.getBoundingClientRect()
    popover.style.left = `${Math.max(EDGE, Math.min(at.x, innerWidth - width - EDGE))}px`
    popover.style.top = `${Math.max(EDGE, Math.min(at.y, innerHeight - height - EDGE))}px`
    popover.querySelector<HTMLElement>(first)?.focus()
    return () => restoreFocus(popover)
  }, [at, first, restoreFocus])
  return ref
}

/** Where a button was pressed; by a key, which presses nowhere, its middle. */
export function pointOf(event: MouseEvent): Point {
  if (event.detail > 0) return { x: event.clientX, y: event.clientY }
  return middleOf(event.currentTarget as Element)
}

export function middleOf(element: Element): Point {
  const { left, top, width, height } = element.getBoundingClientRect()
  return { x: left + width / 2, y: top + height / 2 }
}
