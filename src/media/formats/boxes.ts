/** Reads and empties the boxes of AVIF files (ISO/IEC 14496-12). */
import { type Bytes, Damaged } from './bytes'

/** One box; its bounds are offsets in the file. */
export interface Box {
  name: string
  from: number
  /** The offset of its content. */
  data: number
  to: number
}

/** A picture with all its parts has some tens of boxes; each takes more memory here than its eight bytes in a file. */
const BOXES_MOST = 10_000

/** Reads the boxes of one file, at most `BOXES_MOST` in all its lists together. */
export class BoxReader {
  readonly #bytes: Bytes
  #count = 0

  constructor(bytes: Bytes) {
    this.#bytes = bytes
  }

  /** The boxes between two offsets, which they must fill exactly. @throws {Damaged} */
  between(from: number, to: number): Box[] {
    const boxes = boxesIn(this.#bytes, from, to, BOXES_MOST - this.#count)
    this.#count += boxes.length
    return boxes
  }
}

/** The boxes between two offsets, which they must fill exactly. @throws {Damaged} also for more than `most` */
export function boxesIn(bytes: Bytes, from: number, to: number, most = BOXES_MOST): Box[] {
  const boxes: Box[] = []
  for (let at = from; at < to; ) {
    const short = bytes.u32(at)
    const isLong = short === 1
    // A length of 0 means: to the end of the file. Only the last box of a file can say so.
    const length = isLong ? bytes.uint(at + 8, 8) : short === 0 ? to - at : short
    const data = at + (isLong ? 16 : 8)
    if (at + length < data || at + length > to) throw new Damaged('A box does not fit where it stands')
    boxes.push({ name: bytes.text(at + 4, 4), from: at, data, to: at + length })
    if (boxes.length > most) throw new Damaged('It is in too many pieces')
    at += length
  }
  return boxes
}

export function onlyBox(boxes: Box[], name: string): Box {
  const [box, another] = boxes.filter((each) => each.name === name)
  if (!box || another) throw new Damaged(`There must be one ${name}`)
  return box
}

/** Turns a box into a free-space box: all other offsets in the file stay valid. */
export function emptyBox(bytes: Bytes, box: Box): void {
  bytes.slice(box.data, box.to).fill(0)
  bytes.slice(box.from + 4, box.from + 8).set(Buffer.from('free', 'latin1'))
}
