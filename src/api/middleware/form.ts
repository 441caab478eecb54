/** Bodies that may bring files along. JSON and plain forms are read as everywhere; files come as multipart. */
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

/** The fields of a form that are files, and what each may be. */
type FileFields = Record<string, UploadKind>

type UploadsByField<K extends FileFields> = { [Field in keyof K]?: K[Field] extends 'image' ? ImageUpload : Upload }

/** What a handler finds besides the fields. */
interface WithUploads<K extends FileFields> extends Api {
  Variables: Api['Variables'] & {
    uploading: RequestUploads
    /** The uploads that came along, by the names of their fields. Images are stored now, once all else is in order. */
    uploads: () => Promise<UploadsByField<K>>
  }
}

type SignedInContext = Context<Api & { Variables: { caller: { id: UserId } } }>

/** Shared by all requests of the isolate. */
const memory = new MemoryPool(BOUNDS.uploadMemory)
/** What is held of one upload of each kind: an image is read as a whole, a file part by part. */
const MEMORY_BYTES = { image: LIMITS.imageBytes, file: BOUNDS.uploadPart } as const satisfies Record<UploadKind, number>
const MAX_BYTES = { image: LIMITS.imageBytes, file: LIMITS.fileBytes } as const satisfies Record<UploadKind, number>

/**
 * Like `body`, and with the files named in `kinds`. A field of files that was left empty is the empty text, like any
 * other field; text in one is a text.
 *
 * Files are stored as they come, images when the handler asks for them. When the request is refused after all, what
 * was stored is discarded.
 *
 * Each file is counted before it is read. A body that announces more than text can have must bring one, and is counted
 * before it is touched at all. `newcomer` makes the id of an account that is yet to be: such a route counts for itself.
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
 * A refusal says that nothing came of it. After a failure something may have, or R2 may yet do what it was asked: what
 * was stored then is left to the account of uploads, which removes it in time if nothing shows it.
 */
const isRefusal = (error: unknown): boolean => error instanceof ChatError && error.status < 500

/** The fields and files of one form. */
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
    // A file in a field that takes none is ignored, like every unknown field; one without a name was not chosen.
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

  /** Everything that came, stored. */
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

/** Refusals of one file say which field it was in. */
async function withField(field: string, work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    if (!(error instanceof ChatError) || !FIELD_REFUSALS.has(error.code)) throw error
    const fields: FieldErrors = { [field]: [error.message] }
    throw new ChatError(error.code, { detail: error.message, fields })
  }
}

/** The length that a request announces, if it does. */
const lengthOf = (header: string | undefined): number | undefined =>
  header !== undefined && /^\d{1,15}$/.test(header) ? Number(header) : undefined

/** All of a part in one piece of memory, which begins with `expected` bytes. @throws {ChatError} `too_large` */
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
