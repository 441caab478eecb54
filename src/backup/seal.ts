/**
 * Seals of a backup: each part of the file ends with a keyed digest of itself and of the seal before. Only the deployment
 * that wrote a file can seal it, and no part can be changed, omitted, repeated or moved.
 */
import { createHmac, type Hmac, timingSafeEqual } from 'node:crypto'

/** The beginning of a seal line, exactly as this deployment writes it. */
const BEGINNING = '{"type":"seal","mac":"'
const SEAL = /^\{"type":"seal","mac":"([\w-]{43})"\}$/

/** The mac of a line that is a seal; undefined for every other line. */
export function macIn(line: Uint8Array): string | undefined {
  // Compared before decoding: most lines are long and are no seals.
  if (line.length > 100 || line[9] !== 's'.charCodeAt(0)) return undefined
  const text = new TextDecoder().decode(line)
  return text.startsWith(BEGINNING) ? SEAL.exec(text)?.[1] : undefined
}

export const sealLine = (mac: string): string => `${BEGINNING}${mac}"}`

/** The chain of seals of one file, under one key. */
export class SealChain {
  readonly #key: Uint8Array
  #last: string
  #part: Hmac

  /** @param last the mac of the last seal before, when the chain is continued */
  constructor(key: Uint8Array, last = '') {
    this.#key = key
    this.#last = last
    this.#part = this.#begin()
  }

  /** Adds bytes, newlines included, to the part that the next seal ends. */
  add(bytes: Uint8Array): void {
    this.#part.update(bytes)
  }

  /** Ends the part. @returns its mac */
  seal(): string {
    this.#last = this.#part.digest('base64url')
    this.#part = this.#begin()
    return this.#last
  }

  /** Ends the part. @returns whether this is its mac */
  matches(mac: string): boolean {
    return timingSafeEqual(Buffer.from(this.seal()), Buffer.from(mac))
  }

  #begin(): Hmac {
    return createHmac('sha256', this.#key).update(`${this.#last}\n`)
  }
}
