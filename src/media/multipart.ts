/** Forms with files (RFC 7578), read while they arrive: `formData()` would hold all of a body in memory. */
import { ChatError } from '../protocol'

/** One field of a form. What of its body has not been read when the next part is asked for is skipped. */
export interface Part {
  name: string
  /** As the client calls the file; empty where a file field was left empty; undefined for a text field. */
  filename: string | undefined
  body: AsyncIterable<Uint8Array<ArrayBuffer>>
}

/** A part's headers are three short lines. */
const HEADERS_MOST = 8 * 1024
/** Parts of one form: the people of a large room, named one by one, and all other fields. */
const PARTS_MOST = 1_100

const malformed = () => new ChatError('malformed')

/** How many bytes of a form have come, and the way to end it early. */
export class FormProgress {
  /** Bytes that have come. */
  received = 0
  /** Why nothing more is read; undefined while the form is read. */
  ended: ChatError | undefined
  /** Rejects the read that is under way. */
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
 * The parts of a form, in order.
 * @throws {ChatError} `malformed`; `too_large` once more than `most` bytes have come; the reason that `progress` was ended with
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
      if (count >= PARTS_MOST) throw malformed()
      yield { ...described(await input.headers()), body: input.body() }
      await input.skip()
    }
  } finally {
    await input.drain()
  }
}

/**
 * The stream, cut at its delimiters. Holds one chunk and the length of two delimiters, or of a part's headers, at most.
 * Each byte is copied and searched a few times at most, also when it comes in a chunk of its own.
 */
class Input {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>
  readonly #delimiter: Buffer
  readonly #most: number
  readonly #progress: FormProgress
  // The line break of the first delimiter is the beginning of the body itself.
  #held: Buffer<ArrayBuffer> = Buffer.from('\r\n')
  /** Bytes of memory behind `#held` that nothing has been written to. */
  #spare = 0
  /** What stands before the first delimiter counts as a part that nobody asks for. */
  #inBody = true

  constructor(stream: ReadableStream<Uint8Array<ArrayBuffer>>, boundary: string, most: number, progress: FormProgress) {
    this.#reader = stream.getReader()
    this.#delimiter = Buffer.from(`\r\n--${boundary}`)
    this.#most = most
    this.#progress = progress
  }

  /** The rest of the present body. */
  async *body(): AsyncGenerator<Buffer<ArrayBuffer>, void> {
    for (let piece = await this.#next(); piece; piece = await this.#next()) yield piece
  }

  async skip(): Promise<void> {
    while (await this.#next());
  }

  /** After a delimiter: whether a part follows, or this was the last one. */
  async hasPart(): Promise<boolean> {
    await this.#hold(2)
    if (this.#held.subarray(0, 2).toString() === '--') return false
    const line = await this.#take('\r\n', HEADERS_MOST)
    if (line.trim() !== '') throw malformed()
    return true
  }

  async headers(): Promise<string> {
    const headers = await this.#take('\r\n\r\n', HEADERS_MOST)
    this.#inBody = true
    return headers
  }

  /**
   * Throws the rest away as it comes: a client that is still sending would take an answer, even a refusal, for a broken
   * line. Beyond the most that is allowed, it may.
   */
  async drain(): Promise<void> {
    try {
      do this.#cut(this.#held.length)
      while (await this.#more())
    } catch (error) {
      await this.#reader.cancel(error).catch(() => undefined)
    }
  }

  async #next(): Promise<Buffer<ArrayBuffer> | null> {
    while (this.#inBody) {
      const at = this.#held.indexOf(this.#delimiter)
      if (at >= 0) {
        const piece = this.#cut(at)
        this.#cut(this.#delimiter.length)
        this.#inBody = false
        return piece.length > 0 ? piece : null
      }
      const certain = this.#held.length - this.#delimiter.length + 1
      if (certain > 0) return this.#cut(certain)
      // As much as is searched again comes first.
      if (!(await this.#more(2 * this.#delimiter.length))) throw malformed()
    }
    return null
  }

  /** The text up to `end`, which is taken away with it. */
  async #take(end: string, most: number): Promise<string> {
    for (let from = 0; ; ) {
      const at = this.#held.indexOf(end, from)
      if (at > most) throw malformed()
      if (at >= 0) {
        const text = this.#cut(at).toString()
        this.#cut(end.length)
        return text
      }
      from = Math.max(0, this.#held.length - end.length + 1)
      if (this.#held.length > most || !(await this.#more())) throw malformed()
    }
  }

  async #hold(length: number): Promise<void> {
    if (this.#held.length < length) await this.#more(length)
    if (this.#held.length < length) throw malformed()
  }

  #cut(length: number): Buffer<ArrayBuffer> {
    const piece = this.#held.subarray(0, length)
    this.#held = this.#held.subarray(length)
    return piece
  }

  /** Waits for the next chunk, or until `length` bytes are held. @returns false when nothing came */
  async #more(length = 0): Promise<boolean> {
    for (let came = false; ; came = true) {
      if (came && this.#held.length >= length) return true
      const { done, value } = await this.#read()
      if (done) return came
      this.#progress.received += value.length
      if (this.#progress.received > this.#most) throw new ChatError('too_large')
      this.#add(Buffer.from(value.buffer, value.byteOffset, value.byteLength))
    }
  }

  /** The next chunk. Rejects with the reason once the form is ended. */
  #read(): ReturnType<ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>['read']> {
    return new Promise((resolve, reject) => {
      if (this.#progress.ended) return reject(this.#progress.ended)
      // One callback at a time: a promise that all reads race against would keep a reaction for each of them.
      this.#progress.onEnd = reject
      this.#reader.read().then(resolve, reject)
    })
  }

  /** Puts a chunk behind what is held. What was given away before keeps its bytes: only new memory is written to. */
  #add(chunk: Buffer<ArrayBuffer>): void {
    const held = this.#held
    if (held.length === 0) {
      this.#held = chunk
      this.#spare = 0
      return
    }
    const length = held.length + chunk.length
    if (chunk.length <= this.#spare) {
      this.#held = Buffer.from(held.buffer, held.byteOffset, length)
      this.#spare -= chunk.length
    } else {
      // Twice as much as is needed now, so that small chunks do not each copy what is held.
      const memory = Buffer.from(new ArrayBuffer(2 * held.length + chunk.length))
      memory.set(held)
      this.#held = memory.subarray(0, length)
      this.#spare = held.length
    }
    this.#held.set(chunk, held.length)
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

/** Browsers write quotes and line breaks as %22, %0D and %0A, other clients put a backslash before a quote. */
const unquoted = (text: string): string =>
  text.replace(/\\(["\\])/g, '$1').replace(/%(22|0D|0A)/gi, (_, code) => String.fromCharCode(Number.parseInt(code, 16)))

/** `UTF-8''name`, percent-encoded (RFC 8187); undefined when it is not that. */
function decoded(extended: string): string | undefined {
  const [, encoded] = /^utf-8'[^']*'(.*)$/i.exec(extended) ?? []
  try {
    return encoded === undefined ? undefined : decodeURIComponent(encoded)
  } catch {
    return undefined
  }
}
