/** Touch gestures on a message: a swipe replies, a long press opens the menu. */
import type { RefObject } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import type { Point } from '../../parts/popover'

interface TouchHandlers {
  /** Undefined if the message cannot be answered. */
  onSwipe: (() => void) | undefined
  onHold: (at: Point) => void
}

/** Pixels: the start of a movement, a complete swipe, and the farthest that the message follows. */
const MOVE_THRESHOLD = 10
const SWIPE_THRESHOLD = 56
const MAX_OFFSET = 80

/** Milliseconds of a long press: as long as browsers wait before their own menu. */
const HOLD_TIME = 500

/** Milliseconds within which a browser fires `click` after a finger was lifted. */
const CLICK_DELAY = 50

/** Runs after the `click` that follows a long press, which it swallows: that click would hit the message or the menu. */
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
    /** True if the browser reported a long press, perhaps before `HOLD_TIME`. */
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
      // A swipe goes in reading direction: to the right in left-to-right text.
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

    /** Some browsers cancel the pointer when their own long press begins. */
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
