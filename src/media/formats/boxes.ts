/** The boxes that AVIF files are made of (ISO/IEC 14496-12): reading them, and emptying them where they stand. */
import { type Bytes, Damaged } from './bytes'

/** One box; the places are in the file. */
export interface Box {
  name: string
  from: number
  /** Where its content begins. */
  data: number
  to: number
}

/** Above this a file is a heap of crumbs that only costs time to walk. */
const BOXES_MOST = 10_000

/** The boxes between two places, which they must fill exactly. */
export function boxesIn(bytes: Bytes, from: number, to: number): Box[] {
  const boxes: Box[] = []
  for (let at = from; at < to; ) {
    const short = bytes.u32(at)
    const isLong = short === 1
    // A length of 0 means: to the end of the file. Only the last box of a file can say so.
    const length = isLong ? bytes.uint(at + 8, 8) : short === 0 ? to - at : short
    const data = at + (isLong ? 16 : 8)
    if (at + length < data || at + length > to) throw new Damaged('A box does not fit where it stands')
    boxes.push({ name: bytes.text(at + 4, 4), from: at, data, to: at + length })
    if (boxes.length > BOXES_MOST) throw new Damaged('It is in too many pieces')
    at += length
  }
  return boxes
}

export function only(boxes: Box[], name: string): Box {
  const [box, another] = boxes.filter((each) => each.name === name)
  if (!box || another) throw new Damaged(`There must be one ${name}`)
  return box
}

/** Makes free space of a box: every other place in the file stays what it was. */
export function empty(bytes: Bytes, box: Box): void {
  bytes.slice(box.data, box.to).fill(0)
  bytes.slice(box.from + 4, box.from + 8).set(Buffer.from('free', 'latin1'))
}
