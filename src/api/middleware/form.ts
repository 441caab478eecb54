/** Request bodies with files. JSON and plain forms are read by `body`, files come as multipart. */
import type { Context, MiddlewareHandler } from 'hono'
import type * as z from 'zod'
import { BOUNDS, TIMES } from '../../config'
import { checkImage } from '../../media/inspect'
import { MemoryPool } from '../../media/memory'
import { boundaryOf, FormProgress, formParts, type Part } from '../../media/multipart'
import type { UploadKind } from '../../media/upload-id'
import { ChatError, type FieldErrors, LIMITS, type RefusalCode, type UserId } from '../../protocol'
import type { Api } from '../context'
import { type ImageUpload, RequestUploads, type Upload } from '../usecases/uploads'
import { body, validate } from './validate'

/** The fields of a form that take files, with the kind of each. */
type FileFields = Record<string, UploadKind>

type UploadsByField<K extends FileFields> = { [Field in keyof K]?: K[Field] extends 'image' ? ImageUpload : Upload }

/** Variables for the handler, besides the fields. */
interface WithUploads<K extends FileFields> extends Api {
  Variables: Api['Variables'] & {
    uploading: RequestUploads
    /** The uploads by field. Images are stored at this call, after everything else has been checked. */
    uploads: () => Promise<UploadsByField<K>>
  }
}

type SignedInContext = Context<Api & { Variables: { caller: { id: UserId } } }>

/** Shared by all requests of the isolate. */
const memory = new MemoryPool(BOUNDS.uploadMemory)
/** The memory that one upload takes: an image is read as a whole, a file part by part. */
const MEMORY_BYTES = { image: LIMITS.imageBytes, file: BOUNDS.uploadPart } as const satisfies Record<UploadKind, number>
const MAX_BYTES = { image: LIMITS.imageBytes, file: LIMITS.fileBytes } as const satisfies Record<UploadKind, number>

/**
 * Like `body`, with the files of `kinds`. An empty file field is an empty text, and so is text in one.
 *
 * Files are stored as they arrive, images when the handler asks for them. A refused request discards everything that it
 * stored.
 *
 * Each file is counted before it is read. A body that announces more bytes than text may have must contain a file, so
 * it is counted before anything is read. `newcomer` makes the id of an account that does not exist yet; such a route
 * counts requests itself.
 * @throws {ChatError} also `too_large`, `unsupported_type`, `rate_limited`, `unavailable`
 */
export function form<S extends z.ZodType, K extends FileFields>(
  schema: S,
  kinds: K,
  newcomer?: () => UserId,
): MiddlewareHandler<WithUploads<K>, string, { in: { json: z.input<S> }; out: { json: z.output<S> } }> {
  const plain = body(schema) as MiddlewareHandler
  const sum = (sizes: Record<UploadKind, number>) =>
    Object.values(kinds).reduce((all, kind) => all + sizes[kind], LIMITS.bodyBytes)
  const most = sum(MAX_BYTES)
  const largest = Math.max(...Object.values(kinds).map((kind) => MAX_BYTES[kind]))
  return async (c, next) => {
    const uploading = new RequestUploads(
      c,
      newcomer?.() ?? (c as unknown as SignedInContext).var.caller.id,
      newcomer !== undefined,
    )
    c.set('uploading', uploading)
    c.set('uploads', async () => ({}))
    const type = c.req.header('Content-Type') ?? ''
    if (!/^\s*multipart\/form-data\b/i.test(type)) return await plain(c, next)
    const said = lengthOf(c.req.header('Content-Length'))
    const announced = said ?? most
    if (announced > most) throw new ChatError('too_large')
    const stream = c.req.raw.body
    if (!stream) throw new ChatError('malformed')
    const progress = new FormProgress()
    const holder = { received: () => progress.received, end: (reason: ChatError) => progress.end(reason) }
    let release: (() => void) | undefined
    try {
      if (said !== undefined && said > LIMITS.bodyBytes) await uploading.announce(Math.min(announced, largest))
      release = await memory.reserve(Math.min(announced, sum(MEMORY_BYTES)), TIMES.uploadWait, holder)
      const reading = new FormReader(kinds, uploading, announced)
      for await (const part of formParts(stream, boundaryOf(type), most, progress)) await reading.read(part)
      c.req.addValidatedData('json', validate(schema, reading.fields) as object)
      c.set('uploads', async () => (await reading.uploads()) as UploadsByField<K>)
      uploading.end()
      await next()
      if (isRefusal(c.error)) uploading.discard()
    } catch (error) {
      if (isRefusal(error)) uploading.discard()
      else uploading.discardUnused()
      throw error
    } finally {
      release?.()
    }
  }
}

/**
 * A refusal means that the request changed nothing. After a failure something may have changed, or R2 may still store:
 * `Uploads` keeps such objects and removes them later if nothing references them.
 */
const isRefusal = (error: unknown): boolean => error instanceof ChatError && error.status < 500

/** Reads the fields and files of one form. */
class FormReader {
  readonly fields: Record<string, string | string[]> = {}
  readonly #fileFields: FileFields
  readonly #uploading: RequestUploads
  readonly #images = new Map<string, { key: string | null; image: ReturnType<typeof checkImage> }>()
  readonly #files: Record<string, Upload> = {}
  readonly #announced: number
  #textBytes = 0

  constructor(kinds: FileFields, uploading: RequestUploads, announced: number) {
    this.#fileFields = kinds
    this.#uploading = uploading
    this.#announced = announced
  }

  async read({ name, filename, body }: Part): Promise<void> {
    const kind = Object.hasOwn(this.#fileFields, name) ? this.#fileFields[name] : undefined
    // A file in a text field is ignored, like every unknown field. A file without a name was not chosen.
    if (filename && !kind) return
    if (!filename || !kind) return this.#addText(name, await this.#text(body))
    if (this.#images.has(name) || Object.hasOwn(this.#files, name)) {
      throw new ChatError('invalid', { fields: { [name]: ['One file only.'] } })
    }
    const key = await this.#uploading.begin(Math.min(this.#announced, MAX_BYTES[kind]))
    await withField(name, async () => {
      if (kind === 'file') this.#files[name] = await this.#uploading.storeFile(key, filename, body)
      else {
        const bytes = await readAll(body, MAX_BYTES.image, Math.min(this.#announced, MAX_BYTES.image))
        this.#images.set(name, { key, image: checkImage(bytes) })
      }
    })
  }

  /** Stores the images. @returns all uploads */
  async uploads(): Promise<Record<string, Upload>> {
    const uploads = { ...this.#files }
    for (const [name, { key, image }] of this.#images) uploads[name] = await this.#uploading.storeImage(key, image)
    return uploads
  }

  #addText(name: string, text: string): void {
    const earlier = Object.hasOwn(this.fields, name) ? this.fields[name] : undefined
    if (earlier !== undefined) this.fields[name] = [earlier, text].flat()
    else this.fields[name] = name.endsWith('[]') ? [text] : text
  }

  async #text(body: Part['body']): Promise<string> {
    const bytes = await readAll(body, LIMITS.bodyBytes - this.#textBytes)
    this.#textBytes += bytes.length
    return new TextDecoder().decode(bytes)
  }
}

const FIELD_REFUSALS = new Set<RefusalCode>(['unsupported_type', 'too_large', 'invalid'])

/** Adds the field's name to refusals of its file. */
async function withField(field: string, work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    if (!(error instanceof ChatError) || !FIELD_REFUSALS.has(error.code)) throw error
    const fields: FieldErrors = { [field]: [error.message] }
    throw new ChatError(error.code, { detail: error.message, fields })
  }
}

/** The announced length of a request. */
const lengthOf = (header: string | undefined): number | undefined =>
  header !== undefined && /^\d{1,15}$/.test(header) ? Number(header) : undefined

/** Reads a part into one buffer of initially `expected` bytes. @throws {ChatError} `too_large` */
async function readAll(body: Part['body'], most: number, expected = 0): Promise<Uint8Array<ArrayBuffer>> {
  let bytes = new Uint8Array(expected)
  let length = 0
  for await (const piece of body) {
    if (length + piece.length > most) throw new ChatError('too_large')
    if (length + piece.length > bytes.length) {
      const larger = new Uint8Array(Math.min(most, Math.max(2 * bytes.length, length + piece.length)))
      larger.set(bytes.subarray(0, length))
      bytes = larger
    }
    bytes.set(piece, length)
    length += piece.length
  }
  return bytes.subarray(0, length)
}
