/** A stream of bytes as lines, checked one by one, in memory that does not grow with the file. */
import { createHash } from 'node:crypto'
import { BOUNDS } from '../config'
import { BackupLine, ChatError } from '../protocol'

/** @throws {ChatError} `invalid`, naming the line */
export function unreadable(why: string, line?: number): ChatError {
  return new ChatError('invalid', { detail: line === undefined ? why : `Line ${line}: ${why}` })
}

const NEWLINE = 10

/** The lines of a backup, as they are read. The last, and only the last, is the end; it must fit all before it. */
export class BackupLines {
  readonly #chunks: AsyncIterator<Uint8Array>
  readonly #hash = createHash('sha256')
  #rest: Uint8Array = new Uint8Array(0)
  #isOver = false
  /** How many lines have been read. */
  count = 0

  constructor(body: ReadableStream<Uint8Array>) {
    this.#chunks = body[Symbol.asyncIterator]()
  }

  /** The next line; undefined after the end. @throws {ChatError} `invalid`, `too_large` */
  async next(): Promise<Exclude<BackupLine, { type: 'end' }> | undefined> {
    const bytes = await this.#nextLine()
    if (!bytes) throw unreadable('The file has no end: it was cut off.')
    this.count += 1
    const line = this.#parsed(bytes)
    if (line.type !== 'end') {
      this.#hash.update(bytes).update('\n')
      return line
    }
    if (line.lines !== this.count - 1) throw unreadable(`It says ${line.lines} lines come before it.`, this.count)
    if (line.sha256 !== this.#hash.digest('hex'))
      throw unreadable('The checksum is another: the file was changed.', this.count)
    if (await this.#nextLine()) throw unreadable('There is something behind the end.', this.count + 1)
    return undefined
  }

  #parsed(bytes: Uint8Array): BackupLine {
    let value: unknown
    try {
      value = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(bytes))
    } catch {
      throw unreadable('This is not JSON.', this.count)
    }
    const line = BackupLine.safeParse(value)
    if (line.success) return line.data
    const [issue] = line.error.issues
    throw unreadable(`${issue?.path.join('.') || 'line'}: ${issue?.message}`, this.count)
  }

  /** The bytes up to the next newline, without it; undefined where there are none. */
  async #nextLine(): Promise<Uint8Array | undefined> {
    const parts: Uint8Array[] = []
    let length = 0
    for (;;) {
      const end = this.#rest.indexOf(NEWLINE)
      const part = end < 0 ? this.#rest : this.#rest.subarray(0, end)
      parts.push(part)
      length += part.length
      if (length > BOUNDS.backupLine)
        throw new ChatError('too_large', { detail: `Line ${this.count + 1} is too long.` })
      if (end >= 0) {
        this.#rest = this.#rest.subarray(end + 1)
        return parts.length === 1 ? part : joined(parts, length)
      }
      const chunk = this.#isOver ? undefined : await this.#chunks.next()
      if (!chunk || chunk.done) {
        this.#isOver = true
        this.#rest = new Uint8Array(0)
        // What has no newline is no line: it was cut off.
        return undefined
      }
      this.#rest = chunk.value
    }
  }
}

function joined(parts: Uint8Array[], length: number): Uint8Array {
  const all = new Uint8Array(length)
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}
