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

/** How long a browser takes to make a press of a finger that was lifted, in milliseconds. */
const LIFTED = 50

/** The press that follows would go to what was held, or close or press what comes up under it. */
function afterLifting(run: () => void): void {
  const swallow = (event: Event) => {
    event.preventDefault()
    event.stopPropagation()
  }
  addEventListener('click', swallow, true)
  setTimeout(() => {
    removeEventListener('click', swallow, true)
    run()
  }, LIFTED)
}

export function useTouch(element: RefObject<HTMLElement | null>, doings: Doings): void {
  const now = useRef(doings)
  now.current = doings
  useEffect(() => {
    const at = element.current
    if (!at) return
    let from: (Point & { time: number; id: number }) | null = null
    let aside = 0
    /** Whether the browser itself takes it for held, which may be sooner. */
    let isHeld = false

    function settle(): void {
      from = null
      aside = 0
      isHeld = false
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
      const held = isHeld || event.timeStamp - time >= HELD
      settle()
      if (drawn >= FAR) now.current.swiped?.()
      else if (drawn === 0 && held) afterLifting(() => now.current.held({ x, y }))
    }

    /** Some browsers have a menu of their own for a held finger, and some of those let it go for that. */
    function cancel(event: PointerEvent): void {
      if (aside > 0) settle()
      else up(event)
    }

    function menu(event: MouseEvent): void {
      // The mouse keeps its own menu.
      if ((event as PointerEvent).pointerType !== 'touch') return
      event.preventDefault()
      if (from) isHeld = true
      else now.current.held({ x: event.clientX, y: event.clientY })
    }

    at.addEventListener('pointerdown', down)
    at.addEventListener('pointermove', move)
    at.addEventListener('pointerup', up)
    at.addEventListener('pointercancel', cancel)
    at.addEventListener('contextmenu', menu)
    return () => {
      at.removeEventListener('pointerdown', down)
      at.removeEventListener('pointermove', move)
      at.removeEventListener('pointerup', up)
      at.removeEventListener('pointercancel', cancel)
      at.removeEventListener('contextmenu', menu)
    }
  }, [element])
}
