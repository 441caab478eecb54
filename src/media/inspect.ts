/** Determines the type of an uploaded image from its bytes alone, and removes its metadata, such as the location. */
import { ChatError, LIMITS } from '../protocol'
import { cleanAvif } from './formats/avif'
import { type Cleaned, Damaged } from './formats/bytes'
import { cleanGif } from './formats/gif'
import { cleanJpeg } from './formats/jpeg'
import { cleanPng } from './formats/png'
import { cleanWebp } from './formats/webp'

type Clean = (all: Uint8Array<ArrayBuffer>) => Cleaned

/** Accepted types, each with its first bytes. SVG is not accepted: it is a document that can run scripts. */
const TYPES = [
  ['image/jpeg', /^\xff\xd8\xff/, cleanJpeg],
  ['image/png', /^\x89PNG\r\n\cZ\n/, cleanPng],
  ['image/gif', /^GIF8[79]a/, cleanGif],
  ['image/webp', /^RIFF.{4}WEBP/s, cleanWebp],
  ['image/avif', /^.{4}ftyp(?:avi[fs]|mif1.{4,}avif)/s, cleanAvif],
] as const satisfies [string, RegExp, Clean][]

export type ImageType = (typeof TYPES)[number][0]

export const IMAGE_TYPES: readonly string[] = TYPES.map(([type]) => type)

/** An image without metadata. Width and height are as shown, in pixels. */
export interface CheckedImage {
  type: ImageType
  width: number
  height: number
  data: Blob
}

/** Text that makes some programs read a file as a page or a script. */
const MARKUP = /<(?:!doctype|html|head|body|script|iframe|svg)|<\?php/i

const notAnImage = () =>
  new ChatError('unsupported_type', { detail: 'Send one complete JPEG, PNG, GIF, WebP or AVIF image.' })

/**
 * Reads an image's type and size, and removes all metadata but colours and orientation. It may overwrite `bytes`.
 *
 * A file is refused when it is cut off, continues after the image, or has markup in its metadata: it was made to be read as
 * another type too.
 * @throws {ChatError} `unsupported_type`; `too_large` for too many pixels
 */
export function checkImage(bytes: Uint8Array<ArrayBuffer>): CheckedImage {
  const beginning = latin1(bytes.subarray(0, 48))
  const found = TYPES.find(([, begins]) => begins.test(beginning))
  if (!found) throw notAnImage()
  const [type, , clean] = found
  const { width, height, parts, removed } = cleaned(clean, bytes)
  if (removed.some(hasMarkup)) throw notAnImage()
  if (width === 0 || height === 0) throw notAnImage()
  if (Math.max(width, height) > LIMITS.imageSide || width * height > LIMITS.imagePixels) {
    const most = `${LIMITS.imagePixels / 1e6} megapixels and ${LIMITS.imageSide} pixels a side`
    throw new ChatError('too_large', { detail: `An image may have at most ${most}.` })
  }
  return { type, width, height, data: new Blob(parts, { type }) }
}

/** Bytes that are searched at once, and their overlap, which is longer than any pattern of markup. */
const LOOKED_AT = 64 * 1024
const AGAIN = 16

function hasMarkup(piece: Uint8Array): boolean {
  for (let from = 0; from < piece.length; from += LOOKED_AT - AGAIN) {
    if (MARKUP.test(latin1(piece.subarray(from, from + LOOKED_AT)))) return true
  }
  return false
}

/** One character for each byte. */
const latin1 = ({ buffer, byteOffset, byteLength }: Uint8Array): string =>
  Buffer.from(buffer, byteOffset, byteLength).toString('latin1')

function cleaned(clean: Clean, bytes: Uint8Array<ArrayBuffer>): Cleaned {
  try {
    return clean(bytes)
  } catch (error) {
    if (error instanceof Damaged) throw notAnImage()
    throw error
  }
}
