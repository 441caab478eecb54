/** A finger on a message: drawn aside it answers, held it asks what can be done. */
import type { RefObject } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import type { Point } from '../parts/popover'

interface Doings {
  /** Undefined where there is nothing to answer. */
  swiped: (() => void) | undefined
  held: (at: Point) => void
}

/** From here on it is not a tremble; so far aside is meant; so far the message follows. In pixels. */
const MOVED = 10
const FAR = 56
const FURTHEST = 80

/** How long is held, in milliseconds: as long as browsers wait before their own menu. */
const HELD = 500

export function useTouch(element: RefObject<HTMLElement | null>, doings: Doings): void {
  const now = useRef(doings)
  now.current = doings
  useEffect(() => {
    const at = element.current
    if (!at) return
    let from: (Point & { time: number; id: number }) | null = null
    let aside = 0

    function settle(): void {
      from = null
      aside = 0
      if (!at) return
      at.style.transform = ''
      at.classList.remove('drawn')
    }

    function down(event: PointerEvent): void {
      settle()
      if (event.pointerType !== 'touch' || !event.isPrimary) return
      from = { x: event.clientX, y: event.clientY, time: event.timeStamp, id: event.pointerId }
    }

    function move(event: PointerEvent): void {
      if (!from || !at || event.pointerId !== from.id) return
      const [x, y] = [event.clientX - from.x, event.clientY - from.y]
      // Towards the middle of the page from either side: where it is read from left to right, to the right.
      const way = getComputedStyle(at).direction === 'rtl' ? -x : x
      if (aside === 0 && (Math.abs(y) > MOVED || way < -MOVED)) settle()
      if (!from || way < MOVED || !now.current.swiped) return
      aside = Math.min(way, FURTHEST)
      at.style.transform = `translateX(${Math.sign(x) * aside}px)`
      at.classList.toggle('drawn', aside >= FAR)
    }

    function up(event: PointerEvent): void {
      if (!from) return
      const { x, y, time } = from
      const drawn = aside
      settle()
      if (drawn >= FAR) now.current.swiped?.()
      // Where a held finger brings up no menu of its own. After this turn, in which lifting it would close the menu.
      else if (drawn === 0 && event.timeStamp - time >= HELD) setTimeout(() => now.current.held({ x, y }))
    }

    function menu(event: MouseEvent): void {
      // A long press; the mouse keeps its own menu.
      if ((event as PointerEvent).pointerType !== 'touch') return
      event.preventDefault()
      const held = { x: event.clientX, y: event.clientY }
      settle()
      now.current.held(held)
    }

    at.addEventListener('pointerdown', down)
    at.addEventListener('pointermove', move)
    at.addEventListener('pointerup', up)
    at.addEventListener('pointercancel', settle)
    at.addEventListener('contextmenu', menu)
    return () => {
      at.removeEventListener('pointerdown', down)
      at.removeEventListener('pointermove', move)
      at.removeEventListener('pointerup', up)
      at.removeEventListener('pointercancel', settle)
      at.removeEventListener('contextmenu', menu)
    }
  }, [element])
}
