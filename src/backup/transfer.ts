/** A backup that is sent in parts, because the platform's edge takes no larger requests. The parts wait in R2. */
import { BOUNDS, TIMES } from '../config'
import { ChatError } from '../protocol'

const ROOT = 'restores/'
const DIGITS = 6
/** Objects that R2 lists or deletes at a time. */
const PAGE = 1_000

/** A part that was sent: its number, from 0 on, and its size. */
export interface SentPart {
  part: number
  bytes: number
}

export class BackupTransfer {
  readonly #media: R2Bucket
  readonly #prefix: string

  constructor(media: R2Bucket, name: string) {
    this.#media = media
    this.#prefix = `${ROOT}${name}/`
  }

  /** Keeps a part; one that is sent again replaces it. @throws {ChatError} `too_large`, `invalid` */
  async put(part: number, body: ReadableStream | null, length: number): Promise<void> {
    if (length > BOUNDS.backupTransfer) throw new ChatError('too_large')
    if (!body || !(length > 0)) throw new ChatError('invalid', { detail: 'Send a part with its Content-Length.' })
    await this.#media.put(`${this.#prefix}${String(part).padStart(DIGITS, '0')}`, body)
  }

  async parts(): Promise<SentPart[]> {
    const objects = await this.#objects(this.#prefix)
    return objects.map(({ key, size }) => ({ part: this.#numberOf(key), bytes: size }))
  }

  /** All parts, one after the other. @throws {ChatError} `invalid` when one is missing */
  async read(): Promise<AsyncIterable<Uint8Array>> {
    const objects = await this.#objects(this.#prefix)
    const missing = objects.findIndex(({ key }, index) => this.#numberOf(key) !== index)
    if (objects.length === 0 || missing >= 0) {
      throw new ChatError('invalid', { detail: `Part ${Math.max(missing, 0)} is missing.` })
    }
    return chunksOf(this.#media, objects)
  }

  async remove(): Promise<void> {
    await this.#delete(await this.#objects(this.#prefix))
  }

  /** Removes the parts of transfers that were abandoned. */
  async sweep(now: number): Promise<void> {
    const old = (await this.#objects(ROOT)).filter(({ uploaded }) => uploaded.getTime() < now - TIMES.backupTransfer)
    await this.#delete(old)
  }

  #numberOf(key: string): number {
    return Number(key.slice(this.#prefix.length))
  }

  async #delete(objects: R2Object[]): Promise<void> {
    for (let from = 0; from < objects.length; from += PAGE) {
      await this.#media.delete(objects.slice(from, from + PAGE).map(({ key }) => key))
    }
  }

  /** In order of their names. */
  async #objects(prefix: string): Promise<R2Object[]> {
    const found: R2Object[] = []
    let cursor: string | undefined
    do {
      const page: R2Objects = await this.#media.list({ prefix, limit: PAGE, ...(cursor ? { cursor } : {}) })
      found.push(...page.objects)
      cursor = page.truncated ? page.cursor : undefined
    } while (cursor)
    return found
  }
}

async function* chunksOf(media: R2Bucket, objects: R2Object[]): AsyncGenerator<Uint8Array> {
  for (const { key } of objects) {
    const object = await media.get(key)
    if (!object) throw new ChatError('invalid', { detail: 'A part was removed.' })
    yield* object.body
  }
}
