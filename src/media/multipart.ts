/** Reads forms with files (RFC 7578) while they arrive: `formData()` keeps a whole body in memory. See decision 0018. */
import { ChatError } from '../protocol'

/** One field of a form. The unread rest of its body is skipped when the next part is requested. */
export interface Part {
  name: string
  /** The client's name of the file; empty for a file field without a file; undefined for a text field. */
  filename: string | undefined
  body: AsyncIterable<Uint8Array<ArrayBuffer>>
}

/** Bytes of one part's headers at most; browsers send three short lines. */
const MAX_HEADER_BYTES = 8 * 1024
/** Parts of one form at most: a field for each member of a large room, and all other fields. */
const MAX_PARTS = 1_100

const malformed = () => new ChatError('malformed')

/** Counts the bytes of a form that arrived, and ends it early. */
export class FormProgress {
  /** Bytes that arrived. */
  received = 0
  /** The reason why reading ended; undefined until then. */
  ended: ChatError | undefined
  /** Rejects the pending read. */
  onEnd: ((reason: ChatError) => void) | undefined

  end(reason: ChatError): void {
    this.ended ??= reason
    this.onEnd?.(this.ended)
  }
}

/** The boundary that a `Content-Type` names. @throws {ChatError} `malformed` when there is none */
export function boundaryOf(contentType: string): string {
  const [, quoted, plain] = /;\s*boundary=(?:"([^"]+)"|([^\s;]+))/i.exec(contentType) ?? []
  const boundary = quoted ?? plain
  if (!boundary || boundary.length > 70) throw malformed()
  return boundary
}

/**
 * Reads the parts of a form in order.
 * @throws {ChatError} `malformed`; `too_large` after more than `most` bytes; the reason that `progress` was ended with
 */
export async function* formParts(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  boundary: string,
  most: number,
  progress = new FormProgress(),
): AsyncGenerator<Part, void> {
  const input = new Input(stream, boundary, most, progress)
  try {
    await input.skip()
    for (let count = 0; await input.hasPart(); count++) {
      if (count >= MAX_PARTS) throw malformed()
      yield { ...described(await input.headers()), body: input.body() }
      await input.skip()
    }
  } finally {
    await input.drain()
  }
}

/**
 * Cuts the stream at its delimiters. Buffers at most one chunk and two delimiters, or a part's headers. Each byte is
 * copied and searched a few times at most, also when it arrives in a chunk of its own.
 */
class Input {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>
  readonly #delimiter: Buffer
  readonly #most: number
  readonly #progress: FormProgress
  // The first delimiter has no line break before it: this supplies one.
  #buffer: Buffer<ArrayBuffer> = Buffer.from('\r\n')
  /** Unused bytes of memory after `#buffer`. */
  #spare = 0
  /** Bytes before the first delimiter count as the body of a part that is skipped. */
  #inBody = true

  constructor(stream: ReadableStream<Uint8Array<ArrayBuffer>>, boundary: string, most: number, progress: FormProgress) {
    this.#reader = stream.getReader()
    this.#delimiter = Buffer.from(`\r\n--${boundary}`)
    this.#most = most
    this.#progress = progress
  }

  /** The unread rest of the current body. */
  async *body(): AsyncGenerator<Buffer<ArrayBuffer>, void> {
    for (let piece = await this.#next(); piece; piece = await this.#next()) yield piece
  }

  async skip(): Promise<void> {
    while (await this.#next());
  }

  /** After a delimiter: whether a part follows, or this was the last one. */
  async hasPart(): Promise<boolean> {
    await this.#need(2)
    if (this.#buffer.subarray(0, 2).toString() === '--') return false
    const line = await this.#take('\r\n', MAX_HEADER_BYTES)
    if (line.trim() !== '') throw malformed()
    return true
  }

  async headers(): Promise<string> {
    const headers = await this.#take('\r\n\r\n', MAX_HEADER_BYTES)
    this.#inBody = true
    return headers
  }

  /**
   * Discards the rest as it arrives: a client that is still sending takes an early answer for a broken connection. Beyond
   * the allowed bytes reading ends all the same.
   */
  async drain(): Promise<void> {
    try {
      do this.#cut(this.#buffer.length)
      while (await this.#more())
    } catch (error) {
      await this.#reader.cancel(error).catch(() => undefined)
    }
  }

  async #next(): Promise<Buffer<ArrayBuffer> | null> {
    while (this.#inBody) {
      const at = this.#buffer.indexOf(this.#delimiter)
      if (at >= 0) {
        const piece = this.#cut(at)
        this.#cut(this.#delimiter.length)
        this.#inBody = false
        return piece.length > 0 ? piece : null
      }
      const certain = this.#buffer.length - this.#delimiter.length + 1
      if (certain > 0) return this.#cut(certain)
      // Waits for as many bytes as are searched again.
      if (!(await this.#more(2 * this.#delimiter.length))) throw malformed()
    }
    return null
  }

  /** Consumes the text up to `end`, and `end`. */
  async #take(end: string, most: number): Promise<string> {
    for (let from = 0; ; ) {
      const at = this.#buffer.indexOf(end, from)
      if (at > most) throw malformed()
      if (at >= 0) {
        const text = this.#cut(at).toString()
        this.#cut(end.length)
        return text
      }
      from = Math.max(0, this.#buffer.length - end.length + 1)
      if (this.#buffer.length > most || !(await this.#more())) throw malformed()
    }
  }

  async #need(length: number): Promise<void> {
    if (this.#buffer.length < length) await this.#more(length)
    if (this.#buffer.length < length) throw malformed()
  }

  #cut(length: number): Buffer<ArrayBuffer> {
    const piece = this.#buffer.subarray(0, length)
    this.#buffer = this.#buffer.subarray(length)
    return piece
  }

  /** Waits for the next chunk, or until `length` bytes are buffered. @returns false at the end of the stream */
  async #more(length = 0): Promise<boolean> {
    for (let came = false; ; came = true) {
      if (came && this.#buffer.length >= length) return true
      const { done, value } = await this.#read()
      if (done) return came
      this.#progress.received += value.length
      if (this.#progress.received > this.#most) throw new ChatError('too_large')
      this.#add(Buffer.from(value.buffer, value.byteOffset, value.byteLength))
    }
  }

  /** The next chunk. Rejects with the reason when the form was ended. */
  #read(): ReturnType<ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>['read']> {
    return new Promise((resolve, reject) => {
      if (this.#progress.ended) return reject(this.#progress.ended)
      // One callback, replaced by each read: one promise for all reads would collect a reaction of each.
      this.#progress.onEnd = reject
      this.#reader.read().then(resolve, reject)
    })
  }

  /** Appends a chunk. Pieces that were returned before keep their bytes: only unused memory is written. */
  #add(chunk: Buffer<ArrayBuffer>): void {
    const buffered = this.#buffer
    if (buffered.length === 0) {
      this.#buffer = chunk
      this.#spare = 0
      return
    }
    const length = buffered.length + chunk.length
    if (chunk.length <= this.#spare) {
      this.#buffer = Buffer.from(buffered.buffer, buffered.byteOffset, length)
      this.#spare -= chunk.length
    } else {
      // Twice the needed size, so that small chunks do not each copy the buffer.
      const memory = Buffer.from(new ArrayBuffer(2 * buffered.length + chunk.length))
      memory.set(buffered)
      this.#buffer = memory.subarray(0, length)
      this.#spare = buffered.length
    }
    this.#buffer.set(chunk, buffered.length)
  }
}

const PARAMETER = /;\s*([\w*]+)=(?:"((?:[^"\\]|\\.)*)"|([^;\s]*))/g

function described(headers: string): Pick<Part, 'name' | 'filename'> {
  const disposition = /^content-disposition:\s*form-data\b(.*)$/im.exec(headers)?.[1]
  if (disposition === undefined) throw malformed()
  const parameters = new Map<string, string>()
  for (const [, name = '', quoted, plain] of disposition.matchAll(PARAMETER)) {
    parameters.set(name.toLowerCase(), quoted === undefined ? (plain ?? '') : unquoted(quoted))
  }
  const name = parameters.get('name')
  if (name === undefined) throw malformed()
  const extended = parameters.get('filename*')
  return { name, filename: (extended && decoded(extended)) ?? parameters.get('filename') }
}

/** Browsers write quotes and line breaks as %22, %0D and %0A; other clients escape a quote by a backslash. */
const unquoted = (text: string): string =>
  text.replace(/\\(["\\])/g, '$1').replace(/%(22|0D|0A)/gi, (_, code) => String.fromCharCode(Number.parseInt(code, 16)))

/** Decodes `UTF-8''name` (RFC 8187); undefined for another form. */
function decoded(extended: string): string | undefined {
  const [, encoded] = /^utf-8'[^']*'(.*)$/i.exec(extended) ?? []
  try {
    return encoded === undefined ? undefined : decodeURIComponent(encoded)
  } catch {
    return undefined
  }
}
