/** The floating day: the day of the first visible message stays at the top until the next day pushes it out. */
import type { VirtualizerHandle } from 'virtua'

/** Pixels, as in the styles: the inset of a day in its row, its floating position, and its height. */
const INSET = 16
const TOP = 8
const TALL = 32

export interface FloatingDay {
  key: string
  time: string
  /** Pixels by which the next day has pushed this one up, as a negative number. */
  pushed: number
}

/** Null while the day of the first visible message is in its own row. */
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
