/** Makes multipart bodies that cost their reader more than their size allows, in chunks of several sizes. */
import type { Random } from '../../harness/random.ts'
import { bytesOf } from './image-formats.ts'

type Bytes = Uint8Array<ArrayBuffer>

export interface HostileForm {
  what: string
  boundary: string
  chunks: Bytes[]
}

const BOUNDARY = 'x'.repeat(69)
const DISPOSITION = 'Content-Disposition: form-data; name="a"'
const part = (headers: string, body = '') => `--${BOUNDARY}\r\n${headers}\r\n\r\n${body}\r\n`
const END = `--${BOUNDARY}--\r\n`
/** As long as headers may be, for one part after another. */
const LONG = 8_000

/** Each body as one chunk, byte by byte, and in pieces that chance chooses. */
export function hostileForms(most: number, random: Random): HostileForm[] {
  const fill = (text: string, room = most) => text.repeat(Math.max(1, Math.floor(room / text.length)))
  const bodies: Record<string, string> = {
    'one long field': part(DISPOSITION, fill('x')) + END,
    'parts of nothing': fill(part(DISPOSITION), Math.min(most, 1_000 * part(DISPOSITION).length)) + END,
    'more parts than any form has': fill(part(DISPOSITION)) + END,
    'headers without end': `--${BOUNDARY}\r\n${fill('x')}`,
    'long headers, part after part': fill(part(`${DISPOSITION}\r\nX: ${'x'.repeat(LONG)}`)) + END,
    'headers of line breaks': fill(part(`${DISPOSITION}${'\r\n '.repeat(LONG / 3)}`)) + END,
    'parameters without end': fill(part(`${DISPOSITION}${';a="\\"'.repeat(LONG / 6)}`)) + END,
    'parameters of nothing': fill(part(`${DISPOSITION}${'; '.repeat(LONG / 2)}`)) + END,
    'a parameter of backslashes': fill(part(`Content-Disposition: form-data; name="${'\\'.repeat(LONG)}`)) + END,
    'names in percent': fill(part(`${DISPOSITION}; filename*=UTF-8''${'%41'.repeat(LONG / 3)}`)) + END,
    'what almost is a delimiter': part(DISPOSITION, fill(`\r\n--${BOUNDARY.slice(1)}`)) + END,
    'beginnings of a delimiter': part(DISPOSITION, fill('\r\n-')) + END,
    'nothing but line breaks': fill('\r\n'),
    'nothing but boundaries': fill(`--${BOUNDARY}\r\n`),
    'a line without end behind a boundary': `--${BOUNDARY}${fill(' ')}`,
    'an end, and more behind it': END + fill('x'),
  }
  return Object.entries(bodies).flatMap(([what, text]) => {
    const body = bytesOf(text)
    const cuts = {
      'in one chunk': [body],
      'byte by byte': cut(body, () => 1),
      'in pieces': cut(body, () => random.between(1, 200)),
    }
    return Object.entries(cuts).map(([how, chunks]) => ({
      what: `a form: ${what}, ${how}`,
      boundary: BOUNDARY,
      chunks,
    }))
  })
}

function cut(body: Bytes, length: () => number): Bytes[] {
  const chunks: Bytes[] = []
  for (let at = 0; at < body.length; ) {
    const next = at + length()
    chunks.push(body.slice(at, next))
    at = next
  }
  return chunks
}
