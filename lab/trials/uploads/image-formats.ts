/** Takes image files of each format apart into parts, and puts parts together again. */
import {
  animatedGif,
  animatedWebp,
  avif,
  gif,
  jpeg,
  losslessWebp,
  png,
  progressiveJpeg,
  webp,
} from '../../../test/media/fixtures.ts'

export type Bytes = Uint8Array<ArrayBuffer>

/** A part of a file: raw bytes, or something that says how long it is, with content or parts in it. */
export interface Part {
  /** The name by which the format knows it; empty for bytes that stand as they are. */
  kind: string
  /** Stands before the parts, within the length: a box's version and counts, a frame's header. */
  head: Bytes
  parts: Part[]
  /** What it says its length is, added to what it is. */
  lie: number
}

/** How a format puts parts together. */
export interface Format {
  name: string
  type: string
  /** Real files, taken apart. */
  samples: () => Part[][]
  /** A part as bytes, around what it holds. */
  around: (part: Part, content: Bytes) => Bytes
}

export const bytesOf = (...pieces: (string | number[] | Bytes)[]): Bytes =>
  Uint8Array.from(
    Buffer.concat(
      pieces.map((piece) => (typeof piece === 'string' ? Buffer.from(piece, 'latin1') : Buffer.from(piece))),
    ),
  )

/** Any number of pieces: more than a call may have arguments. */
export const joined = (pieces: readonly Bytes[]): Bytes => Uint8Array.from(Buffer.concat(pieces))

const u16 = (value: number): number[] => [(value >>> 8) & 255, value & 255]
const u32 = (value: number): number[] => [...u16(value >>> 16), ...u16(value)]
const u32le = (value: number): number[] => u32(value).reverse()
const at32 = (bytes: Bytes, at: number, little = false): number =>
  new DataView(bytes.buffer, bytes.byteOffset).getUint32(at, little)
const text = (bytes: Bytes, from: number, length: number): string =>
  Buffer.from(bytes.subarray(from, from + length)).toString('latin1')

export const raw = (head: Bytes): Part => ({ kind: '', head, parts: [], lie: 0 })
const part = (kind: string, head: Bytes = new Uint8Array(), parts: Part[] = []): Part => ({ kind, head, parts, lie: 0 })

/** A file of one format. */
export function written(format: Format, parts: readonly Part[]): Bytes {
  return joined(
    parts.map((each) =>
      each.kind === '' ? each.head : format.around(each, bytesOf(each.head, written(format, each.parts))),
    ),
  )
}

export const JPEG: Format = {
  name: 'JPEG',
  type: 'image/jpeg',
  samples: () => [jpeg(), progressiveJpeg()].map(jpegParts),
  around: ({ kind, lie }, content) => bytesOf([0xff, kind.charCodeAt(0)], u16(content.length + 2 + lie), content),
}

function jpegParts(file: Bytes): Part[] {
  const parts = [raw(file.slice(0, 2))]
  for (let at = 2; at < file.length; ) {
    const marker = file[at + 1] as number
    if (marker === 0xd9) return [...parts, raw(file.slice(at))]
    const end = at + 2 + ((file[at + 2] as number) << 8) + (file[at + 3] as number)
    parts.push(part(String.fromCharCode(marker), file.slice(at + 4, end)))
    at = end
    if (marker !== 0xda) continue
    while (!(file[at] === 0xff && file[at + 1] !== 0)) at += 1
    parts.push(raw(file.slice(end, at)))
  }
  return parts
}

export const PNG: Format = {
  name: 'PNG',
  type: 'image/png',
  samples: () =>
    [png()].map((file) => [
      raw(file.slice(0, 8)),
      ...chunks(file, 8, (at) => [at32(file, at), text(file, at + 4, 4), 4]),
    ]),
  around: ({ kind, lie }, content) => bytesOf(u32(content.length + lie), kind, content, [0, 0, 0, 0]),
}

const WEBP: Format = {
  name: 'WebP',
  type: 'image/webp',
  samples: () =>
    [webp(), losslessWebp(), animatedWebp()].map((file) => [
      part(
        'RIFF',
        file.slice(8, 12),
        chunks(file, 12, (at) => [at32(file, at + 4, true), text(file, at, 4), 0]),
      ),
    ]),
  around: ({ kind, lie }, content) =>
    bytesOf(kind, u32le(content.length + lie), content, content.length % 2 ? [0] : []),
}

function chunks(
  file: Bytes,
  from: number,
  read: (at: number) => [length: number, kind: string, check: number],
): Part[] {
  const parts: Part[] = []
  for (let at = from; at < file.length; ) {
    const [length, kind, check] = read(at)
    const data = file.slice(at + 8, at + 8 + length)
    const isFrame = kind === 'ANMF'
    const inside = isFrame ? chunks(file.slice(0, at + 8 + length), at + 24, read) : []
    parts.push(part(kind, isFrame ? data.slice(0, 16) : data, inside))
    at += 8 + length + check + (check === 0 ? length % 2 : 0)
  }
  return parts
}

/** What introduces an extension, a picture and the end. */
const GIF_BLOCKS = { extension: 0x21, image: 0x2c, end: 0x3b }

/** Blocks have no length of their own: what they hold is in pieces, each with its length, and the last is empty. */
export const GIF: Format = {
  name: 'GIF',
  type: 'image/gif',
  samples: () => [gif(), animatedGif()].map(gifParts),
  around: ({ kind, lie }, content) => {
    const pieces: Bytes[] = []
    for (let at = 0; at < content.length; at += 255) {
      const piece = content.slice(at, at + 255)
      pieces.push(bytesOf([(piece.length + lie) & 255], piece))
    }
    return bytesOf(kind, ...pieces, [0])
  },
}

function gifParts(file: Bytes): Part[] {
  const table = (flags: number) => (flags & 0x80 ? 3 * 2 ** ((flags & 7) + 1) : 0)
  let at = 13 + table(file[10] as number)
  const parts = [raw(file.slice(0, at))]
  while (file[at] !== GIF_BLOCKS.end) {
    const length = file[at] === GIF_BLOCKS.image ? 10 + table(file[at + 9] as number) + 1 : 2
    const kind = text(file, at, length)
    at += length
    const data: Bytes[] = []
    for (; file[at] !== 0; at += 1 + (file[at] as number)) data.push(file.slice(at + 1, at + 1 + (file[at] as number)))
    at += 1
    parts.push(part(kind, bytesOf(...data)))
  }
  return [...parts, raw(file.slice(at))]
}

/** Boxes that hold boxes, and how many bytes stand before these. */
const CONTAINERS: Record<string, number> = {
  ...{ meta: 4, iprp: 0, ipco: 0, iinf: 6, iref: 4, dinf: 0, grpl: 0 },
  ...{ moov: 0, trak: 0, mdia: 0, minf: 0, edts: 0, udta: 0 },
}

export const AVIF: Format = {
  name: 'AVIF',
  type: 'image/avif',
  samples: () => [boxes(avif()), [...boxes(avif()), film(4)], dataFirst(boxes(avif()))],
  around: ({ kind, lie }, content) => bytesOf(u32(content.length + 8 + lie), kind, content),
}

function boxes(file: Bytes): Part[] {
  const parts: Part[] = []
  for (let at = 0; at < file.length; at += at32(file, at)) {
    const kind = text(file, at + 4, 4)
    const data = file.slice(at + 8, at + at32(file, at))
    const before = CONTAINERS[kind]
    parts.push(before === undefined ? part(kind, data) : part(kind, data.slice(0, before), boxes(data.slice(before))))
  }
  return parts
}

/** The same file with its data before its header: the places that the header names stay right whatever becomes of it. */
function dataFirst(parts: Part[]): Part[] {
  const [brand, header, data] = parts as [Part, Part, Part]
  const list = header.parts.find(({ kind }) => kind === 'iloc') as Part
  const moved = written(AVIF, [header]).length
  const view = new DataView(list.head.buffer, list.head.byteOffset)
  // Of version 0: each item has its id, where it is kept, a base, a count of 1, an offset and a length.
  for (let at = 8; at < list.head.length; at += 18) view.setUint32(at + 10, view.getUint32(at + 10) - moved)
  return [brand, data, header]
}

/** A film's track, with boxes of its own in one another. */
function film(depth: number): Part {
  const handler = part('hdlr', bytesOf(u32(0), u32(0), 'pict', new Uint8Array(12)))
  const track = part('trak', undefined, [part('mdia', undefined, [handler, part('minf')]), part('udta')])
  return part('moov', undefined, [track, nest(part('edts'), depth)])
}

export const FORMATS: readonly Format[] = [JPEG, PNG, GIF, WEBP, AVIF]

const nest = (innermost: Part, depth: number): Part => {
  let nested = innermost
  for (let level = 1; level < depth; level++) nested = { ...nested, parts: [nested] }
  return nested
}
