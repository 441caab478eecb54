/** Keeping what people upload: announced to their account of uploads first, stored second, named last. */
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

/** Bytes of a block that `COSTS` counts. */
const BLOCK = 64 * 1024

/** Something stored that is on nothing yet. */
export interface Upload extends Attachment {
  /** What its owner attaches it by. */
  id: string
}

/** An image has a size in pixels. */
export type ImageUpload = Upload & { width: number; height: number }

/**
 * The uploads of one request. Each is counted and gets its key before any of it is read: reading is what costs. What
 * comes to nothing is to be discarded; if that fails too, the account does it later.
 */
export class RequestUploads {
  /** Whose they are. Of a registration: the id that the new account gets. */
  readonly owner: UserId
  readonly #c: ApiContext
  /** The account is not made yet. Its request was counted by its route, and its account of uploads hears of it last. */
  readonly #isUnregistered: boolean
  readonly #keys = new Set<string>()
  /** Those of them under which something may be stored. */
  readonly #used = new Set<string>()
  /** Bytes that were counted for each key before they came. */
  readonly #counted = new Map<string, number>()
  /** A key that was got before it was known which file it is for. */
  #announcedKey: string | null | undefined

  constructor(c: ApiContext, owner: UserId, isNewcomer: boolean) {
    this.#c = c
    this.owner = owner
    this.#isUnregistered = isNewcomer
  }

  /**
   * A file of at most so many bytes is certain to come, and is to be counted before the body is touched.
   * @throws {ChatError} as `begin`
   */
  async announce(bytes: number): Promise<void> {
    this.#announcedKey = await this.begin(bytes)
  }

  /**
   * A file of at most so many bytes is about to be read.
   * @returns the key to store it under; null when it gets one only as it is stored.
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

  /** What was stored is counted for the first month of its being kept; before it came, as much as could come. */
  #chargeActual(key: string, bytes: number): void {
    const counted = this.#counted.get(key) ?? 0
    if (!this.#isUnregistered) inBackground(this.#c, charge(this.#c.env, this.owner, costOf(bytes) - costOf(counted)))
  }

  /** Nothing more comes. What was announced, and was no file after all, is not needed. */
  end(): void {
    if (typeof this.#announcedKey !== 'string') return
    this.#keys.delete(this.#announcedKey)
    this.#discard([this.#announcedKey])
  }

  /** None of it is needed. */
  discard(): void {
    if (this.#keys.size > 0) this.#discard([...this.#keys])
  }

  /** Something failed. The account keeps the keys under which something may be stored, and gives the others back. */
  discardUnused(): void {
    const unused = [...this.#keys].filter((key) => !this.#used.has(key))
    if (unused.length > 0) this.#discard(unused)
  }

  #discard(keys: string[]): void {
    const unused = keys.filter((key) => !this.#used.has(key))
    const told = inTime(uploadsStub(this.#c.env, this.owner).discard(keys, unused))
    this.#c.executionCtx.waitUntil(told.catch(() => undefined))
  }

  /** The account learns what the object really takes. Failing that, what it might have taken counts. */
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

/** Of so many bytes stored, in units. */
const costOf = (bytes: number): number => (bytes / BLOCK) * COSTS.fileBlock

const withId = <A extends Attachment>(kind: UploadKind, attachment: A): A & { id: string } => ({
  ...attachment,
  id: uploadId(kind, attachment, Date.now()),
})
