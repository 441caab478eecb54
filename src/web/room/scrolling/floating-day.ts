/** The day of what is in sight stays at the top until the next one pushes it away. */
import type { VirtualizerHandle } from 'virtua'

/** As the style has it, in pixels: how far below its row's edge a day stands, where it stays, and how much room it takes. */
const INSET = 16
const TOP = 8
const TALL = 32

export interface FloatingDay {
  key: string
  time: string
  /** How far the next one has pushed it up, in pixels. */
  pushed: number
}

/** Null while each day stands in its own place. */
export function floatingDay(
  list: Pick<VirtualizerHandle, 'findItemIndex' | 'getItemOffset' | 'scrollOffset'>,
  rows: readonly { kind: string; key: string; time?: string }[],
): FloatingDay | null {
  const heightOf = (at: number) => list.getItemOffset(at) + INSET - list.scrollOffset
  const top = list.findItemIndex(list.scrollOffset + TOP)
  let next = 0
  for (let at = Math.min(top + 1, rows.length - 1); at >= 0; at--) {
    const row = rows[at]
    if (row?.kind !== 'day' || !row.time) continue
    const height = heightOf(at)
    if (height < TOP) return { key: row.key, time: row.time, pushed: Math.min(0, next) }
    next = height - TOP - TALL
  }
  return null
}
