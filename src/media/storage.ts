/** Stores and reads objects in R2. A failure, or no answer within `TIMES.media`, becomes `unavailable`. */
import { BOUNDS, LIMITS, TIMES } from '../config'
import { log } from '../log/log'
import { ChatError } from '../protocol'
import { contentDisposition } from './file-name'
import { type CheckedImage, IMAGE_TYPES } from './inspect'

/** The type of every file that is not an image, whatever its name: browsers then download it and never show it. */
export const FILE_TYPE = 'application/octet-stream'

/** Stores an image. @throws {ChatError} `unavailable` */
export async function putImage(bucket: R2Bucket, key: string, image: CheckedImage): Promise<void> {
  const extension = image.type.slice('image/'.length)
  const httpMetadata = { contentType: image.type, contentDisposition: `inline; filename="image.${extension}"` }
  await answered(bucket.put(key, image.data, { httpMetadata }))
}

/**
 * Stores a file while it arrives, with `BOUNDS.uploadPart` bytes of it in memory.
 * @returns its size in bytes
 * @throws {ChatError} `too_large`, `unavailable`, or what reading throws; nothing is stored then
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
    // R2 drops unfinished uploads after seven days by itself; this is sooner.
    await upload?.abort().catch(() => undefined)
    throw error
  }
}

/** One or more entity tags (RFC 9110, 8.8.3), or `*`. R2 fails on anything else, which HTTP says to ignore. */
const ENTITY_TAGS = /^(?:\*|(?:W\/)?"[\x21\x23-\x7e]*"(?:[\t ]*,[\t ]*(?:W\/)?"[\x21\x23-\x7e]*")*)$/

/** Reads an object, or the range of it that the request names; null when it does not exist. */
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
    /** The range of bytes in `body`; null for the whole object. */
    part: partOf(object),
    /** Undefined when the client's copy is current. */
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
