/** A popover at a point, which restores the focus when it closes. */
import type { RefObject } from 'preact'
import { useLayoutEffect, useMemo, useRef } from 'preact/hooks'
import { rememberFocus } from './focus'

export interface Point {
  x: number
  y: number
}

/** Minimum distance from the edges of the window, in pixels. */
const EDGE = 8

/** @param first selector of the element that is focused first */
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

/** The point of a click, or the middle of the button for a key press. */
export function pointOf(event: MouseEvent): Point {
  if (event.detail > 0) return { x: event.clientX, y: event.clientY }
  return middleOf(event.currentTarget as Element)
}

export function middleOf(element: Element): Point {
  const { left, top, width, height } = element.getBoundingClientRect()
  return { x: left + width / 2, y: top + height / 2 }
}
