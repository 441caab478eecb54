/** PNG: a signature and a list of named chunks (W3C PNG, third edition). */
import { Bytes, type Cleaned, Damaged, Pieces } from './bytes'
import { orientationBlock, orientationOf, sizeAsShown } from './exif'

/** The visible chunks, animation included. Texts, times, Exif and unknown chunks are removed. */
const NEEDED = new Set([
  ...['IHDR', 'PLTE', 'IDAT', 'IEND', 'acTL', 'fcTL', 'fdAT'],
  ...['tRNS', 'bKGD', 'cHRM', 'gAMA', 'iCCP', 'sBIT', 'sRGB', 'cICP', 'mDCV', 'cLLI', 'pHYs', 'hIST', 'sPLT'],
])

/** Removes all metadata but the colours and the orientation. @throws {Damaged} */
export function cleanPng(all: Uint8Array<ArrayBuffer>): Cleaned {
  const bytes = new Bytes(all)
  const orientation = statedOrientation(bytes)
  const pieces = new Pieces(bytes)
  let size: [number, number] | undefined
  let hasData = false
  let at = 8
  pieces.keep(0, at)
  for (let name = ''; name !== 'IEND'; ) {
    const from = at
    name = bytes.text(at + 4, 4)
    at += 12 + bytes.u32(at)
    if ((name === 'IHDR') !== (from === 8)) throw new Damaged('The header is out of place')
    if (NEEDED.has(name)) pieces.keep(from, at)
    else pieces.remove(from, at)
    if (name === 'IHDR') {
      size = [bytes.u32(from + 8), bytes.u32(from + 12)]
      if (orientation !== 1) pieces.insert(chunk('eXIf', orientationBlock(orientation)))
    }
    hasData ||= name === 'IDAT'
  }
  if (!size || !hasData) throw new Damaged('There is no picture in it')
  pieces.end(at)
  return pieces.cleaned(...sizeAsShown(...size, orientation))
}

/** Reads the orientation, which may stand after the picture and is written before it. */
function statedOrientation(bytes: Bytes): number {
  for (let at = 8; at < bytes.length; at += 12 + bytes.u32(at)) {
    if (bytes.text(at + 4, 4) === 'eXIf') return orientationOf(bytes.slice(at + 8, at + 8 + bytes.u32(at)))
  }
  return 1
}

function chunk(name: string, data: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const made = new Uint8Array(12 + data.length)
  const view = new DataView(made.buffer)
  view.setUint32(0, data.length)
  made.set(Buffer.from(name, 'latin1'), 4)
  made.set(data, 8)
  view.setUint32(8 + data.length, crc32(made.subarray(4, 8 + data.length)))
  return made
}

/** The checksum of a chunk. Bit by bit, because it runs over thirty bytes at most. */
function crc32(data: Uint8Array): number {
  let crc = 0xffffffff
  for (const byte of data) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0)
  }
  return ~crc >>> 0
}
