/** GIF: a canvas and a list of blocks (GIF89a). */
import { Bytes, type Cleaned, Damaged, Pieces } from './bytes'

const EXTENSION = 0x21
const IMAGE = 0x2c
const TRAILER = 0x3b
const GRAPHIC_CONTROL = 0xf9
const APPLICATION = 0xff

/** Application blocks that the picture depends on: looping (two names) and the colour profile. XMP is removed. */
const NEEDED = new Set(['NETSCAPE2.0', 'ANIMEXTS1.0', 'ICCRGBG1012'])

/** Removes comments, texts and other application blocks. @throws {Damaged} */
export function cleanGif(all: Uint8Array<ArrayBuffer>): Cleaned {
  const bytes = new Bytes(all)
  const pieces = new Pieces(bytes)
  let [width, height] = [bytes.u16(6, true), bytes.u16(8, true)]
  let images = 0
  let at = 13 + tableSize(bytes.u8(10))
  pieces.keep(0, at)
  for (;;) {
    const from = at
    const kind = bytes.u8(at)
    if (kind === TRAILER) break
    if (kind === IMAGE) {
      // The descriptor, its colours, the width of its codes, its data.
      at = endOfBlocks(bytes, at + 10 + tableSize(bytes.u8(at + 9)) + 1)
      pieces.keep(from, at)
      if (images === 0) {
        // Browsers enlarge the canvas to the first picture, so the canvas size alone is not enough.
        width = Math.max(width, bytes.u16(from + 1, true) + bytes.u16(from + 5, true))
        height = Math.max(height, bytes.u16(from + 3, true) + bytes.u16(from + 7, true))
      }
      images += 1
    } else if (kind === EXTENSION) {
      at = endOfBlocks(bytes, at + 2)
      if (isNeeded(bytes, from)) pieces.keep(from, at)
      else pieces.remove(from, at)
    } else throw new Damaged('A block is of no known kind')
  }
  if (images === 0) throw new Damaged('There is no picture in it')
  pieces.keep(at, at + 1)
  pieces.end(at + 1)
  return pieces.cleaned(width, height)
}

function isNeeded(bytes: Bytes, at: number): boolean {
  const label = bytes.u8(at + 1)
  return label === GRAPHIC_CONTROL || (label === APPLICATION && NEEDED.has(bytes.text(at + 3, 11)))
}

/** Bytes of the colour table that these flags describe. */
const tableSize = (flags: number): number => (flags & 0x80 ? 3 * 2 ** ((flags & 7) + 1) : 0)

/** The end of the blocks that begin here: each begins with its length, and the last is empty. */
function endOfBlocks(bytes: Bytes, from: number): number {
  let at = from
  for (let length = bytes.u8(at); length !== 0; length = bytes.u8(at)) at += 1 + length
  return at + 1
}
