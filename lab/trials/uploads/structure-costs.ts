/**
 * Reads hostile files and forms with the measured readers, and bounds the cost per byte. No time is measured: the cost
 * is the same on every machine.
 */
import * as fixtures from '../../../test/media/fixtures.ts'
import { Random } from '../../harness/random.ts'
import type { Findings } from '../../harness/trial.ts'
import { hostileAvifs } from './hostile-avif.ts'
import { hostileForms } from './hostile-forms.ts'
import { type Structure, structures } from './hostile-structures.ts'
import { FORMATS } from './image-formats.ts'
import { MeasuredReaders, type Reading } from './measured-readers.ts'

/** Steps and bytes gone over for each byte of a file, and for a file of any size. Real images take two to five a byte. */
const WORK_PER_BYTE = 25
const WORK_AT_LEAST = 10_000
/** A chunk that arrives costs something of its own, however small it is. */
const WORK_PER_CHUNK = 50

/** Bytes of a file in each pass: a few, where every step shows, and many, where what is not linear does. */
const SIZES = [2_000, 40_000]

const IMAGE = /^(?:image\/\w+ \d+×\d+|unsupported_type|too_large)$/
const FORM = /^(?:\d+ parts|malformed|too_large)$/

export interface Amount {
  seed: number
  /** Files of chance for each format and size. */
  count: number
  /** Bytes of the largest files. */
  most: number
}

/** Reads them all, and expects each to be taken or refused for no more work than its size allows. */
export async function measureStructures({ seed, count, most }: Amount, findings: Findings): Promise<void> {
  const readers = await MeasuredReaders.load()
  const random = new Random(seed)
  const worst: Record<string, number> = {}
  const judge = (what: string, reading: Reading, right: RegExp, allowed: { bytes: number; chunks: number }) => {
    const { outcome, work } = reading
    const least = WORK_AT_LEAST + allowed.chunks * WORK_PER_CHUNK
    if (!right.test(outcome)) findings.fail(`${what} (${allowed.bytes} bytes) is ${outcome}`)
    if (work > least + allowed.bytes * WORK_PER_BYTE) {
      findings.fail(`${what} (${allowed.bytes} bytes) costs ${work} steps and bytes`)
    }
    const [kind = ''] = what.split(/[ :]/)
    worst[kind] = Math.max(worst[kind] ?? 0, Math.ceil((work - least) / allowed.bytes))
  }
  for (const { what, bytes } of everyFile(count, most, random)) {
    const { length } = bytes
    judge(what, readers.image(bytes), IMAGE, { bytes: length, chunks: 0 })
    findings.count('structures read')
  }
  for (const size of SIZES) {
    for (const { what, boundary, chunks } of hostileForms(size, random)) {
      const length = chunks.reduce((sum, chunk) => sum + chunk.length, 0)
      judge(what, await readers.form(chunks, boundary, 2 * size + 200), FORM, { bytes: length, chunks: chunks.length })
      findings.count('forms read')
    }
  }
  for (const [name, file] of Object.entries(fixtures)) {
    const { outcome } = readers.image(file())
    if (!outcome.startsWith('image/')) findings.fail(`${name}, which is a good image, is ${outcome}`)
  }
  for (const [kind, ratio] of Object.entries(worst))
    findings.figures[`steps a byte at most, ${kind === 'a' ? 'forms' : kind}`] = ratio
}

function* everyFile(count: number, most: number, random: Random): Generator<Structure> {
  for (const size of [...SIZES, most]) {
    yield* hostileAvifs(size)
    for (const format of FORMATS) yield* structures(format, size === most ? Math.ceil(count / 10) : count, size, random)
  }
}

/** Of each kind one, to be sent to a real server. */
export function someStructures(most: number, random: Random): Structure[] {
  return [...hostileAvifs(most), ...FORMATS.flatMap((format) => [...structures(format, 20, most, random)])]
}
