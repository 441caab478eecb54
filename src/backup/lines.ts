/** Reads the lines of a backup, each only after its seal was verified. Memory does not grow with the file. */
import { BOUNDS } from '../config'
import { BACKUP_VERSION, BackupLine, ChatError } from '../protocol'
import { macIn, SealChain } from './seal'

/** @throws {ChatError} `invalid`, naming the line */
export function invalidBackup(why: string, line?: number): ChatError {
  return new ChatError('invalid', { detail: line === undefined ? why : `Line ${line}: ${why}` })
}

const NEWLINE = 10
const NEWLINE_BYTES = new Uint8Array([NEWLINE])

/** The largest part in bytes: a part is sealed after the line that reaches `BOUNDS.backupPart`. */
const PART_MOST = BOUNDS.backupPart + BOUNDS.backupLine

/** The last line, and only the last, is the end; it counts the lines before it. */
export class BackupLines {
  readonly #chunks: AsyncIterator<Uint8Array>
  readonly #keys: readonly Uint8Array[]
  #chain: SealChain | undefined
  #rest: Uint8Array = new Uint8Array(0)
  #isOver = false
  /** Verified lines that were not returned yet. */
  #part: Uint8Array[] = []
  #partAt = 0
  #read = 0
  /** The number of the line that was returned last. */
  count = 0

  /** `keys`: the present key of this deployment and the earlier ones. */
  constructor(body: AsyncIterable<Uint8Array>, keys: readonly Uint8Array[]) {
    this.#chunks = body[Symbol.asyncIterator]()
    this.#keys = keys
  }

  /** Undefined after the end. @throws {ChatError} `invalid`, `too_large` */
  async next(): Promise<Exclude<BackupLine, { type: 'end' }> | undefined> {
    if (this.#partAt === this.#part.length) {
      // Counts the seal of the part before.
      if (this.#part.length > 0) this.count += 1
      await this.#nextPart()
    }
    const bytes = this.#part[this.#partAt++] as Uint8Array
    this.count += 1
    const line = this.#parsed(bytes)
    if (line.type !== 'end') return line
    if (line.lines !== this.count - 1) throw invalidBackup(`It says ${line.lines} lines come before it.`, this.count)
    if (this.#partAt < this.#part.length || (await this.#nextLine())) {
      throw invalidBackup('There is something behind the end.', this.count + 1)
    }
    return undefined
  }

  /** Reads up to the next seal. @throws {ChatError} when the seal does not match */
  async #nextPart(): Promise<void> {
    const part: Uint8Array[] = []
    let size = 0
    for (;;) {
      const bytes = await this.#nextLine()
      if (!bytes) throw invalidBackup('The file has no end: it was cut off.')
      this.#read += 1
      if (this.#read === 1) this.#checkVersion(bytes)
      const mac = macIn(bytes)
      if (mac !== undefined) {
        this.#unseal(part, mac)
        if (part.length === 0) throw invalidBackup('A seal of nothing.', this.#read)
        this.#part = part
        this.#partAt = 0
        return
      }
      part.push(bytes)
      size += bytes.length + 1
      if (size > PART_MOST) throw invalidBackup('This part has no seal.', this.#read)
    }
  }

  /** The first seal decides which of the keys sealed the file. */
  #unseal(part: readonly Uint8Array[], mac: string): void {
    const chains = this.#chain ? [this.#chain] : this.#keys.map((key) => new SealChain(key))
    this.#chain = chains.find((chain) => {
      for (const line of part) {
        chain.add(line)
        chain.add(NEWLINE_BYTES)
      }
      return chain.matches(mac)
    })
    if (this.#chain) return
    throw invalidBackup('The seal does not fit: the file was changed, or another deployment wrote it.', this.#read)
  }

  /** Before the first seal is verified: a file of another version gets another error than a changed one. */
  #checkVersion(bytes: Uint8Array): void {
    let line: { type?: unknown; version?: unknown } | null
    try {
      line = JSON.parse(decoded(bytes))
    } catch {
      throw invalidBackup('This is not JSON.', 1)
    }
    if (line?.type !== 'room') throw invalidBackup('This is no backup of a room.', 1)
    if (line.version === BACKUP_VERSION) return
    throw invalidBackup(`This is version ${line.version}, and version ${BACKUP_VERSION} is read here.`, 1)
  }

  #parsed(bytes: Uint8Array): BackupLine {
    let value: unknown
    try {
      value = JSON.parse(decoded(bytes))
    } catch {
      throw invalidBackup('This is not JSON.', this.count)
    }
    const line = BackupLine.safeParse(value)
    if (line.success) return line.data
    const [issue] = line.error.issues
    throw invalidBackup(`${issue?.path.join('.') || 'line'}: ${issue?.message}`, this.count)
  }

  /** The bytes up to the next newline, without it; undefined at the end of the file. */
  async #nextLine(): Promise<Uint8Array | undefined> {
    const parts: Uint8Array[] = []
    let length = 0
    for (;;) {
      const end = this.#rest.indexOf(NEWLINE)
      const part = end < 0 ? this.#rest : this.#rest.subarray(0, end)
      parts.push(part)
      length += part.length
      if (length > BOUNDS.backupLine)
        throw new ChatError('too_large', { detail: `Line ${this.#read + 1} is too long.` })
      if (end >= 0) {
        this.#rest = this.#rest.subarray(end + 1)
        return joined(parts, length)
      }
      const chunk = this.#isOver ? undefined : await this.#chunks.next()
      if (!chunk || chunk.done) {
        this.#isOver = true
        this.#rest = new Uint8Array(0)
        // Bytes without a newline are no line: the file was cut off.
        return undefined
      }
      this.#rest = chunk.value
    }
  }
}

const decoded = (bytes: Uint8Array): string => new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(bytes)

/** A copy, because the stream reuses the chunks of the parts. */
function joined(parts: Uint8Array[], length: number): Uint8Array {
  const all = new Uint8Array(length)
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}
