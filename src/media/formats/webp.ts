/** WebP: a RIFF file of named chunks, each padded to an even length (RFC 9649). */
import { Bytes, type Cleaned, Damaged, Pieces } from './bytes'
import { orientationBlock, orientationOf, sizeAsShown } from './exif'

const PICTURE = new Set(['VP8 ', 'VP8L', 'ANMF'])
const NEEDED = new Set([...PICTURE, 'VP8X', 'ICCP', 'ANIM', 'ALPH'])
const IN_FRAME = new Set(['ALPH', 'VP8 ', 'VP8L'])

/** Flags of VP8X that announce metadata. */
const EXIF = 0x08
const XMP = 0x04

interface Chunk {
  name: string
  from: number
  data: number
  /** The end of the data, and of its padding. */
  end: number
  to: number
}

/** Removes all metadata but the colour profile and the orientation. @throws {Damaged} */
export function cleanWebp(all: Uint8Array<ArrayBuffer>): Cleaned {
  const bytes = new Bytes(all)
  const length = 8 + bytes.u32(4, true)
  const chunks = chunksOf(bytes, 12, length)
  const pieces = new Pieces(bytes)
  const exif = chunks.find(({ name }) => name === 'EXIF')
  const orientation = exif ? orientationOf(withoutPrefix(bytes.slice(exif.data, exif.end))) : 1
  const size = sizeOf(bytes, chunks)
  pieces.keep(0, 12)
  let written = 4
  for (const chunk of chunks) {
    if (!NEEDED.has(chunk.name)) pieces.remove(chunk.from, chunk.to)
    else {
      if (chunk.name === 'ANMF') checkFrame(bytes, chunk)
      pieces.keep(chunk.from, chunk.to)
      written += chunk.to - chunk.from
    }
  }
  const turned = orientation === 1 ? [] : [new Uint8Array(written % 2), exifChunk(orientation)]
  for (const piece of turned) {
    pieces.insert(piece)
    written += piece.length
  }
  // In place: length and flags are in the kept pieces.
  const view = new DataView(all.buffer, all.byteOffset)
  view.setUint32(4, written, true)
  const [first] = chunks
  if (first?.name === 'VP8X') {
    view.setUint8(first.data, (view.getUint8(first.data) & ~(EXIF | XMP)) | (turned.length > 0 ? EXIF : 0))
  }
  pieces.end(length)
  return pieces.cleaned(...sizeAsShown(...size, orientation))
}

function chunksOf(bytes: Bytes, from: number, to: number): Chunk[] {
  const chunks: Chunk[] = []
  for (let at = from; at < to; ) {
    const end = at + 8 + bytes.u32(at + 4, true)
    // Some writers omit the padding of the last chunk.
    const next = Math.min(end + (end % 2), Math.max(end, to))
    if (next > to) throw new Damaged('A chunk is longer than what holds it')
    bytes.slice(at, next)
    chunks.push({ name: bytes.text(at, 4), from: at, data: at + 8, end, to: next })
    if (chunks.length > 20_000) throw new Damaged('It is in too many pieces')
    at = next
  }
  return chunks
}

/** Width and height. The header and the picture must agree, because readers use either. */
function sizeOf(bytes: Bytes, chunks: Chunk[]): [number, number] {
  const [first] = chunks
  const picture = chunks.find(({ name }) => PICTURE.has(name))
  if (!first || !picture) throw new Damaged('There is no picture in it')
  if (first.name !== 'VP8X') return pictureSize(bytes, first)
  const canvas: [number, number] = [1 + uint24(bytes, first.data + 4), 1 + uint24(bytes, first.data + 7)]
  if (picture.name !== 'ANMF') {
    const [width, height] = pictureSize(bytes, picture)
    if (width !== canvas[0] || height !== canvas[1]) throw new Damaged('Header and picture differ in size')
  }
  return canvas
}

function pictureSize(bytes: Bytes, { name, data }: Chunk): [number, number] {
  if (name === 'VP8 ' && bytes.text(data + 3, 3) === '\x9d\x01\x2a') {
    return [bytes.u16(data + 6, true) & 0x3fff, bytes.u16(data + 8, true) & 0x3fff]
  }
  if (name === 'VP8L' && bytes.u8(data) === 0x2f) {
    const bits = bytes.u32(data + 1, true)
    return [1 + (bits & 0x3fff), 1 + ((bits >>> 14) & 0x3fff)]
  }
  throw new Damaged('The picture does not begin like one')
}

/** Checks that a frame of an animation contains only a picture. */
function checkFrame(bytes: Bytes, frame: Chunk): void {
  const inside = chunksOf(bytes, frame.data + 16, frame.end)
  if (!inside.every(({ name }) => IN_FRAME.has(name))) throw new Damaged('A frame holds more than a picture')
}

const uint24 = (bytes: Bytes, at: number): number => bytes.u16(at, true) + bytes.u8(at + 2) * 2 ** 16

/** Some writers begin the chunk like a JPEG segment. */
function withoutPrefix(data: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  return Buffer.from(data.subarray(0, 6)).toString('latin1') === 'Exif\0\0' ? data.subarray(6) : data
}

function exifChunk(orientation: number): Uint8Array<ArrayBuffer> {
  const block = orientationBlock(orientation)
  const made = new Uint8Array(8 + block.length)
  made.set(Buffer.from('EXIF', 'latin1'))
  new DataView(made.buffer).setUint32(4, block.length, true)
  made.set(block, 8)
  return made
}
