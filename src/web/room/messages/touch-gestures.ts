/** A finger on a message: drawn aside it answers, held it asks what can be done. */
import type { RefObject } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import type { Point } from '../../parts/popover'

interface TouchHandlers {
  /** Undefined where there is nothing to answer. */
  onSwipe: (() => void) | undefined
  onHold: (at: Point) => void
}

/** From here on it is not a tremble; so far aside is meant; so far the message follows. In pixels. */
const MOVE_THRESHOLD = 10
const SWIPE_THRESHOLD = 56
const MAX_OFFSET = 80

/** How long is held, in milliseconds: as long as browsers wait before their own menu. */
const HOLD_TIME = 500

/** How long a browser takes to make a press of a finger that was lifted, in milliseconds. */
const CLICK_DELAY = 50

/** The press that follows would go to what was held, or close or press what comes up under it. */
function afterClick(run: () => void): void {
  const swallow = (event: Event) => {
    event.preventDefault()
    event.stopPropagation()
  }
  addEventListener('click', swallow, true)
  setTimeout(() => {
    removeEventListener('click', swallow, true)
    run()
  }, CLICK_DELAY)
}

export function useTouchGestures(element: RefObject<HTMLElement | null>, doings: TouchHandlers): void {
  const now = useRef(doings)
  now.current = doings
  useEffect(() => {
    const at = element.current
    if (!at) return
    let from: (Point & { time: number; id: number }) | null = null
    let aside = 0
    /** Whether the browser itself takes it for held, which may be sooner. */
    let isHeld = false

    function reset(): void {
      from = null
      aside = 0
      isHeld = false
      if (!at) return
      at.style.transform = ''
      at.classList.remove('drawn')
    }

    function down(event: PointerEvent): void {
      reset()
      if (event.pointerType !== 'touch' || !event.isPrimary) return
      from = { x: event.clientX, y: event.clientY, time: event.timeStamp, id: event.pointerId }
    }

    function move(event: PointerEvent): void {
      if (!from || !at || event.pointerId !== from.id) return
      const [x, y] = [event.clientX - from.x, event.clientY - from.y]
      // Towards the middle of the page from either side: where it is read from left to right, to the right.
      const way = getComputedStyle(at).direction === 'rtl' ? -x : x
      if (aside === 0 && (Math.abs(y) > MOVE_THRESHOLD || way < -MOVE_THRESHOLD)) reset()
      if (!from || way < MOVE_THRESHOLD || !now.current.onSwipe) return
      aside = Math.min(way, MAX_OFFSET)
      at.style.transform = `translateX(${Math.sign(x) * aside}px)`
      at.classList.toggle('drawn', aside >= SWIPE_THRESHOLD)
    }

    function up(event: PointerEvent): void {
      if (!from) return
      const { x, y, time } = from
      const drawn = aside
      const held = isHeld || event.timeStamp - time >= HOLD_TIME
      reset()
      if (drawn >= SWIPE_THRESHOLD) now.current.onSwipe?.()
      else if (drawn === 0 && held) afterClick(() => now.current.onHold({ x, y }))
    }

    /** Some browsers have a menu of their own for a held finger, and some of those let it go for that. */
    function cancel(event: PointerEvent): void {
      if (aside > 0) reset()
      else up(event)
    }

    function menu(event: MouseEvent): void {
      // The mouse keeps its own menu.
      if ((event as PointerEvent).pointerType !== 'touch') return
      event.preventDefault()
      if (from) isHeld = true
      else now.current.onHold({ x: event.clientX, y: event.clientY })
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
