/** Small images made on the spot, so that their bytes, sizes and dimensions are known. */
import zlib from 'node:zlib'

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]

function chunk(name: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(name, 'latin1'), data])
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)]
  length.writeUInt32BE(data.length)
  check.writeUInt32BE(zlib.crc32(body))
  return Buffer.concat([length, body, check])
}

/** A PNG of one colour. */
export function png(width: number, height: number): Uint8Array<ArrayBuffer> {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  // Eight bits, RGB.
  header.set([8, 2, 0, 0, 0], 8)
  const lines = Buffer.alloc(height * (1 + width * 3), 0x7f)
  for (let line = 0; line < height; line++) lines[line * (1 + width * 3)] = 0
  return new Uint8Array(
    Buffer.concat([
      Buffer.from(SIGNATURE),
      chunk('IHDR', header),
      chunk('IDAT', zlib.deflateSync(lines)),
      chunk('IEND', new Uint8Array()),
    ]),
  )
}

/** A form with one file in it, and other fields. */
export function formWith(name: string, file: Blob, fileName: string, fields: Record<string, string> = {}): FormData {
  const form = new FormData()
  for (const [key, value] of Object.entries(fields)) form.append(key, value)
  form.append(name, file, fileName)
  return form
}

/** The bytes of a picture as a browser would send them. */
export const pngFile = (width = 3, height = 2) => new Blob([png(width, height)], { type: 'image/png' })
