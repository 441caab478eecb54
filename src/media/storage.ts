/** The way to R2: whatever it says or does not say within `TIMES.media`, callers get an answer or `unavailable`. */
import { BOUNDS, LIMITS, TIMES } from '../config'
import { log } from '../log/log'
import { ChatError } from '../protocol'
import { contentDisposition } from './file-name'
import { type CheckedImage, IMAGE_TYPES } from './inspect'

/** What every file that is no image is served as, whatever its sender calls it: a browser then never shows it. */
export const FILE_TYPE = 'application/octet-stream'

/** Stores an image. @throws {ChatError} `unavailable` */
export async function putImage(bucket: R2Bucket, key: string, image: CheckedImage): Promise<void> {
  const extension = image.type.slice('image/'.length)
  const httpMetadata = { contentType: image.type, contentDisposition: `inline; filename="image.${extension}"` }
  await answered(bucket.put(key, image.data, { httpMetadata }))
}

/**
 * Stores a file while it arrives, holding `BOUNDS.uploadPart` of it at a time.
 * @returns its size in bytes.
 * @throws {ChatError} `too_large`, `unavailable`, or whatever reading throws; nothing is stored then
 */
export async function putFile(
  bucket: R2Bucket,
  key: string,
  name: string,
  body: AsyncIterable<Uint8Array>,
): Promise<number> {
  const options = { httpMetadata: { contentType: FILE_TYPE, contentDisposition: contentDisposition(name) } }
  const part = new Uint8Array(BOUNDS.uploadPart)
  let filled = 0
  let size = 0
  let upload: R2MultipartUpload | undefined
  const parts: R2UploadedPart[] = []
  const send = async () => {
    upload ??= await answered(bucket.createMultipartUpload(key, options))
    parts.push(await answered(upload.uploadPart(parts.length + 1, part.subarray(0, filled))))
    filled = 0
  }
  try {
    for await (const piece of body) {
      size += piece.length
      if (size > LIMITS.fileBytes) throw new ChatError('too_large')
      for (let from = 0; from < piece.length; ) {
        const taken = piece.subarray(from, from + part.length - filled)
        part.set(taken, filled)
        filled += taken.length
        from += taken.length
        if (filled === part.length) await send()
      }
    }
    if (!upload) await answered(bucket.put(key, part.subarray(0, filled), options))
    else {
      if (filled > 0) await send()
      await answered(upload.complete(parts))
    }
    return size
  } catch (error) {
    // R2 itself forgets what was begun after seven days; this is only sooner.
    await upload?.abort().catch(() => undefined)
    throw error
  }
}

/** One or more entity tags (RFC 9110, 8.8.3), or any. R2 fails on everything else, which is to be ignored. */
const ENTITY_TAGS = /^(?:\*|(?:W\/)?"[\x21\x23-\x7e]*"(?:[\t ]*,[\t ]*(?:W\/)?"[\x21\x23-\x7e]*")*)$/

/** A stored object, or the part of it that the request asks for; null when there is none. */
export async function readObject(bucket: R2Bucket, key: string, request: Headers) {
  const asked = new Headers()
  for (const name of ['if-none-match', 'range']) {
    const value = request.get(name)
    if (value !== null && (name === 'range' || ENTITY_TAGS.test(value))) asked.set(name, value)
  }
  const object = await answered(bucket.get(key, { onlyIf: asked, range: asked }))
  if (!object) return null
  const type = object.httpMetadata?.contentType ?? ''
  const isImage = IMAGE_TYPES.includes(type)
  return {
    type: isImage ? type : FILE_TYPE,
    disposition: object.httpMetadata?.contentDisposition ?? (isImage ? 'inline' : 'attachment'),
    etag: object.httpEtag,
    size: object.size,
    /** The bytes that `body` has: null for all of them. */
    part: partOf(object),
    /** Absent when the client has it already. */
    body: 'body' in object ? (object as R2ObjectBody).body : undefined,
  }
}

function partOf({ range, size }: R2Object): { from: number; length: number } | null {
  if (!range || !('offset' in range) || range.length === undefined || range.length === size) return null
  return { from: range.offset ?? 0, length: range.length }
}

async function answered<T>(call: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`No answer within ${TIMES.media} ms`)), TIMES.media)
  })
  try {
    return await Promise.race([call, late])
  } catch (error) {
    log('error', 'media.failed', { error })
    throw new ChatError('unavailable', { retryAfter: Math.ceil(TIMES.media / 1_000) })
  } finally {
    clearTimeout(timer)
  }
}
