/** Exif: reads and writes the orientation, the one field that an image needs. */
import { Bytes, Damaged } from './bytes'

const ORIENTATION = 0x0112
const SHORT = 3

/** The orientation of a TIFF block, 1 to 8; 1 (upright) when it has none. */
export function orientationOf(tiff: Uint8Array<ArrayBuffer>): number {
  try {
    const bytes = new Bytes(tiff)
    const order = bytes.text(0, 2)
    if (order !== 'II' && order !== 'MM') return 1
    const little = order === 'II'
    const directory = bytes.u32(4, little)
    const entries = bytes.u16(directory, little)
    for (let entry = 0; entry < entries; entry++) {
      const at = directory + 2 + entry * 12
      if (bytes.u16(at, little) !== ORIENTATION || bytes.u16(at + 2, little) !== SHORT) continue
      const value = bytes.u16(at + 8, little)
      return value >= 1 && value <= 8 ? value : 1
    }
    return 1
  } catch (error) {
    // Unreadable metadata does not refuse the image: it is removed, and the image is upright.
    if (error instanceof Damaged) return 1
    throw error
  }
}

/** A TIFF block with an orientation and nothing else. */
export function orientationBlock(orientation: number): Uint8Array<ArrayBuffer> {
  const block = new Uint8Array(26)
  // Big-endian, one directory at 8 with one entry: a SHORT in the first half of its field.
  block.set([0x4d, 0x4d, 0, 42, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, SHORT, 0, 0, 0, 1, 0, orientation])
  return block
}

/** Width and height as shown: orientations 5 to 8 lie on their side. */
export function sizeAsShown(width: number, height: number, orientation: number): [width: number, height: number] {
  return orientation >= 5 ? [height, width] : [width, height]
}
