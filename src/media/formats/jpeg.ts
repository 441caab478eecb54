/** JPEG: a list of segments, some with compressed data behind them (ITU-T T.81, annex B). */
import { Bytes, type Cleaned, Damaged, Pieces } from './bytes'
import { orientationBlock, orientationOf, sizeAsShown } from './exif'

const START = 0xd8
const END = 0xd9
const SCAN = 0xda
const APP0 = 0xe0
const APP1 = 0xe1
const APP2 = 0xe2
const APP14 = 0xee
const COMMENT = 0xfe

/** Start of frame, in any of its codings: C4, C8 and CC are other things. */
const isFrame = (marker: number) => marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)
const isRestart = (marker: number) => marker >= 0xd0 && marker <= 0xd7
const isApplication = (marker: number) => marker >= 0xe0 && marker <= 0xef

/** Whether colours depend on this application data. All other application data is metadata. */
function isNeeded(marker: number, text: string): boolean {
  if (marker === APP0) return text.startsWith('JFIF\0')
  if (marker === APP2) return text.startsWith('ICC_PROFILE\0')
  return marker === APP14 && text.startsWith('Adobe')
}

/** Documents and archives. Cameras append further pictures and films to a picture, but none of these. */
const FOREIGN_TAIL = /^(?:PK|%PDF|<|#!|MZ|\x7fELF|Rar!|7z)/

/**
 * Removes all metadata but the colour profile and the orientation, and everything after the image, where cameras store
 * previews with metadata of their own.
 * @throws {Damaged}
 */
export function cleanJpeg(all: Uint8Array<ArrayBuffer>): Cleaned {
  const bytes = new Bytes(all)
  const pieces = new Pieces(bytes)
  let size: [number, number] | undefined
  let orientation = 1
  let turned = false
  let scans = 0
  let at = 2
  pieces.keep(0, at)
  /** Inserts the orientation before every segment but JFIF's, which must be first. */
  const turn = () => {
    if (orientation !== 1 && !turned) pieces.insert(exifSegment(orientation))
    turned = true
  }
  for (;;) {
    const from = at
    if (bytes.u8(at) !== 0xff) throw new Damaged('A marker is missing')
    do at += 1
    while (bytes.u8(at) === 0xff)
    const marker = bytes.u8(at)
    at += 1
    if (marker === END) {
      pieces.keep(at - 2, at)
      break
    }
    if (marker < 0xc0 || marker === START || isRestart(marker)) throw new Damaged('A marker is out of place')
    const data = at + 2
    at += bytes.u16(at)
    if (at < data) throw new Damaged('A segment is shorter than its own length')
    const text = bytes.text(data, Math.min(16, at - data))
    if (isApplication(marker) || marker === COMMENT || marker >= 0xf0) {
      if (isNeeded(marker, text)) pieces.keep(from, at)
      else pieces.remove(from, at)
      if (marker === APP1 && text.startsWith('Exif\0\0') && !turned) {
        orientation = orientationOf(bytes.slice(data + 6, at))
      }
      continue
    }
    turn()
    if (isFrame(marker)) {
      if (size) throw new Damaged('It has two frames')
      size = [bytes.u16(data + 3), bytes.u16(data + 1)]
    }
    pieces.keep(from, at)
    if (marker === SCAN) {
      const end = endOfScan(bytes, at)
      pieces.keep(at, end)
      at = end
      scans += 1
    }
  }
  if (!size || scans === 0) throw new Damaged('There is no picture in it')
  dropTail(bytes, pieces, at)
  return pieces.cleaned(...sizeAsShown(...size, orientation))
}

/** The offset of the next marker: in compressed data, FF is followed by 00 or is a restart. */
function endOfScan(bytes: Bytes, from: number): number {
  for (let at = from; ; ) {
    at = bytes.all.indexOf(0xff, at)
    if (at < 0) throw new Damaged('It ends too early')
    const next = bytes.u8(at + 1)
    if (next === 0 || isRestart(next)) at += 2
    else if (next === 0xff) at += 1
    else return at
  }
}

function dropTail(bytes: Bytes, pieces: Pieces, at: number): void {
  const first = bytes.all.subarray(at).findIndex((byte) => byte !== 0)
  if (first < 0) return
  const start = bytes.text(at + first, Math.min(8, bytes.length - at - first)).trimStart()
  if (FOREIGN_TAIL.test(start)) throw new Damaged('Something else stands behind the image')
  pieces.remove(at, bytes.length)
}

function exifSegment(orientation: number): Uint8Array<ArrayBuffer> {
  const block = orientationBlock(orientation)
  const segment = new Uint8Array(10 + block.length)
  segment.set([0xff, APP1, 0, 8 + block.length, ...Buffer.from('Exif\0\0', 'latin1')])
  segment.set(block, 10)
  return segment
}
