/** Keeping what people upload: announced to their account of uploads first, stored second, named last. */
import { inTime, uploadsStub } from '../actor/stubs'
import { TIMES } from '../config'
import { fileName } from '../media/file-name'
import type { CheckedImage } from '../media/inspect'
import { FILE_TYPE, putFile, putImage } from '../media/storage'
import { type Attachment, type UploadKind, uploadId } from '../media/upload-id'
import { newKey } from '../media/urls'
import { ChatError, type UserId, unwrap } from '../protocol'
import type { Asked } from './context'
import { spend } from './spending'

/** Something stored that is on nothing yet. */
export interface Upload extends Attachment {
  /** What its owner attaches it by. */
  id: string
}

/** An image has a size in pixels. */
export type ImageUpload = Upload & { width: number; height: number }

/** The uploads of one request. What comes to nothing is to be discarded; if that fails too, the account does it later. */
export class Uploading {
  /** Whose they are. Of a registration: the id that the new account gets. */
  readonly owner: UserId
  readonly #c: Asked
  readonly #keys: string[] = []

  constructor(c: Asked, owner: UserId) {
    this.#c = c
    this.owner = owner
  }

  /** @throws {ChatError} `rate_limited`, `unavailable` */
  async image(image: CheckedImage): Promise<ImageUpload> {
    const key = await this.#expected()
    await putImage(this.#c.env.MEDIA, key, image)
    const { type, width, height } = image
    return named('image', { key, name: '', type, size: image.data.size, width, height })
  }

  /** @throws {ChatError} `too_large`, `rate_limited`, `unavailable`; `invalid` when it is empty */
  async file(givenName: string, body: AsyncIterable<Uint8Array>): Promise<Upload> {
    const key = await this.#expected()
    const name = fileName(givenName)
    const size = await putFile(this.#c.env.MEDIA, key, name, body)
    if (size === 0) throw new ChatError('invalid', { detail: 'This file is empty.' })
    return named('file', { key, name, type: FILE_TYPE, size, width: null, height: null })
  }

  /** None of it is needed. */
  discard(): void {
    if (this.#keys.length === 0) return
    const told = inTime(uploadsStub(this.#c.env, this.owner).discard(this.#keys))
    this.#c.executionCtx.waitUntil(told.catch(() => undefined))
  }

  async #expected(): Promise<string> {
    await spend(this.#c.env, this.owner, 'upload')
    const key = newKey(this.owner)
    unwrap(await inTime(uploadsStub(this.#c.env, this.owner).expect(key), TIMES.media))
    this.#keys.push(key)
    return key
  }
}

const named = <A extends Attachment>(kind: UploadKind, attachment: A): A & { id: string } => ({
  ...attachment,
  id: uploadId(kind, attachment, Date.now()),
})
