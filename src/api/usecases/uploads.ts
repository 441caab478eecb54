/** Stores uploads: `Uploads` reserves the key first, R2 stores second, and the answer names the upload last. */
import { COSTS } from '../../actor/budget/costs'
import { inTime, uploadsStub } from '../../actor/rpc/stubs'
import { TIMES } from '../../config'
import { log } from '../../log/log'
import { fileName } from '../../media/file-name'
import type { CheckedImage } from '../../media/inspect'
import { FILE_TYPE, putFile, putImage } from '../../media/storage'
import { type Attachment, type UploadKind, uploadId } from '../../media/upload-id'
import { newKey } from '../../media/urls'
import { ChatError, type UserId, unwrap } from '../../protocol'
import type { ApiContext } from '../context'
import { charge, inBackground, spend } from './spending'

/** Bytes of a block in `COSTS`. */
const BLOCK = 64 * 1024

/** A stored upload that no message references yet. */
export interface Upload extends Attachment {
  /** The id by which its owner attaches it. */
  id: string
}

export type ImageUpload = Upload & { width: number; height: number }

/**
 * The uploads of one request. Each is counted and gets its key before it is read, because reading is what costs.
 * Uploads that are not needed must be discarded. If that fails, `Uploads` removes them later.
 */
export class RequestUploads {
  /** The uploader. For a registration, the id that the new account will get. */
  readonly owner: UserId
  readonly #c: ApiContext
  /** The account does not exist yet. Its route has counted the request, and `Uploads` learns of the upload last. */
  readonly #isUnregistered: boolean
  readonly #keys = new Set<string>()
  /** The keys under which something may be stored. */
  readonly #used = new Set<string>()
  /** Bytes that were counted for each key in advance. */
  readonly #counted = new Map<string, number>()
  /** A key that was reserved before it was known for which file. */
  #announcedKey: string | null | undefined

  constructor(c: ApiContext, owner: UserId, isNewcomer: boolean) {
    this.#c = c
    this.owner = owner
    this.#isUnregistered = isNewcomer
  }

  /**
   * Reserves for a file of at most `bytes` that must come, before the body is read.
   * @throws {ChatError} as `begin`
   */
  async announce(bytes: number): Promise<void> {
    this.#announcedKey = await this.begin(bytes)
  }

  /**
   * Reserves for a file of at most `bytes` that is about to be read.
   * @returns its key, or null when the key comes with storing
   * @throws {ChatError} `rate_limited`, `quota_exceeded`, `unavailable`
   */
  async begin(bytes: number): Promise<string | null> {
    const early = this.#announcedKey
    this.#announcedKey = undefined
    if (early !== undefined) return early
    return this.#isUnregistered ? null : this.#reserveKey(bytes)
  }

  /** @throws {ChatError} `rate_limited`, `quota_exceeded`, `unavailable` */
  async storeImage(begun: string | null, image: CheckedImage): Promise<ImageUpload> {
    const { type, width, height, data } = image
    const key = begun ?? (await this.#reserveKey(data.size))
    this.#used.add(key)
    await putImage(this.#c.env.MEDIA, key, image)
    await this.#reportSize(key, data.size)
    this.#chargeActual(key, data.size)
    return withId('image', { key, name: '', type, size: data.size, width, height })
  }

  /** @throws {ChatError} `too_large`, `rate_limited`, `quota_exceeded`, `unavailable`; `invalid` when it is empty */
  async storeFile(key: string | null, givenName: string, body: AsyncIterable<Uint8Array>): Promise<Upload> {
    if (key === null) throw new Error('A file is stored as it comes, and an account that is yet to be has none')
    this.#used.add(key)
    const name = fileName(givenName)
    const size = await putFile(this.#c.env.MEDIA, key, name, body)
    await this.#reportSize(key, size)
    if (size === 0) throw new ChatError('invalid', { detail: 'This file is empty.' })
    this.#chargeActual(key, size)
    return withId('file', { key, name, type: FILE_TYPE, size, width: null, height: null })
  }

  /** Corrects the charge to the stored size. The largest possible size was counted in advance. */
  #chargeActual(key: string, bytes: number): void {
    const counted = this.#counted.get(key) ?? 0
    if (!this.#isUnregistered) inBackground(this.#c, charge(this.#c.env, this.owner, costOf(bytes) - costOf(counted)))
  }

  /** Ends the form. A key that was reserved in advance and not needed is given back. */
  end(): void {
    if (typeof this.#announcedKey !== 'string') return
    this.#keys.delete(this.#announcedKey)
    this.#discard([this.#announcedKey])
  }

  /** Discards all uploads. */
  discard(): void {
    if (this.#keys.size > 0) this.#discard([...this.#keys])
  }

  /** After a failure: gives back the keys under which nothing can be stored. `Uploads` keeps the others. */
  discardUnused(): void {
    const unused = [...this.#keys].filter((key) => !this.#used.has(key))
    if (unused.length > 0) this.#discard(unused)
  }

  #discard(keys: string[]): void {
    const unused = keys.filter((key) => !this.#used.has(key))
    const told = inTime(uploadsStub(this.#c.env, this.owner).discard(keys, unused))
    this.#c.executionCtx.waitUntil(told.catch(() => undefined))
  }

  /** Reports the real size to `Uploads`. If that fails, the reserved size counts. */
  async #reportSize(key: string, bytes: number): Promise<void> {
    await inTime(uploadsStub(this.#c.env, this.owner).stored(key, bytes), TIMES.media).catch((error) =>
      log('warn', 'upload.unmeasured', { error }),
    )
  }

  async #reserveKey(bytes: number): Promise<string> {
    await spend(this.#c.env, this.owner, 'upload', costOf(bytes))
    const key = newKey(this.owner)
    this.#counted.set(key, bytes)
    unwrap(await inTime(uploadsStub(this.#c.env, this.owner).expect(key, bytes), TIMES.media))
    this.#keys.add(key)
    return key
  }
}

/** The cost of stored bytes, in work units. */
const costOf = (bytes: number): number => (bytes / BLOCK) * COSTS.fileBlock

const withId = <A extends Attachment>(kind: UploadKind, attachment: A): A & { id: string } => ({
  ...attachment,
  id: uploadId(kind, attachment, Date.now()),
})
