/** Reads files that may be cut off or hostile, and selects the bytes that stay. */

/** The file does not match its first bytes: it is cut off, malformed, or of another type as well. */
export class Damaged extends Error {
  override readonly name = 'Damaged'
}

/** An image without metadata, and its size as shown. */
export interface Cleaned {
  width: number
  height: number
  /** The image, in order. */
  parts: Uint8Array<ArrayBuffer>[]
  /** The removed bytes. */
  removed: Uint8Array<ArrayBuffer>[]
}

/** Numbers and texts at offsets of a file. Every method throws `Damaged` beyond its end. */
export class Bytes {
  readonly all: Uint8Array<ArrayBuffer>
  readonly #view: DataView

  constructor(all: Uint8Array<ArrayBuffer>) {
    this.all = all
    this.#view = new DataView(all.buffer, all.byteOffset, all.byteLength)
  }

  get length(): number {
    return this.all.length
  }

  u8(at: number): number {
    return this.#view.getUint8(this.#within(at, 1))
  }

  u16(at: number, littleEndian = false): number {
    return this.#view.getUint16(this.#within(at, 2), littleEndian)
  }

  u32(at: number, littleEndian = false): number {
    return this.#view.getUint32(this.#within(at, 4), littleEndian)
  }

  /** A big-endian number of up to eight bytes; above 2^53 it is inexact, and no valid offset. */
  uint(at: number, size: number): number {
    let value = 0
    for (let place = 0; place < size; place++) value = value * 256 + this.u8(at + place)
    return value
  }

  /** `length` bytes as characters of one byte each. */
  text(at: number, length: number): string {
    return Buffer.from(this.slice(at, at + length)).toString('latin1')
  }

  slice(from: number, to: number): Uint8Array<ArrayBuffer> {
    if (to < from) throw new Damaged('A length is negative')
    this.#within(from, to - from)
    return this.all.subarray(from, to)
  }

  #within(at: number, length: number): number {
    if (!(at >= 0 && at + length <= this.all.length)) throw new Damaged('It ends too early')
    return at
  }
}

/** An image in more pieces costs too much memory to describe. */
const PIECES_MOST = 20_000

/** Sorts a file into kept and removed pieces; adjacent ones are joined. */
export class Pieces {
  readonly #bytes: Bytes
  readonly #kept: Uint8Array<ArrayBuffer>[] = []
  readonly #removed: Uint8Array<ArrayBuffer>[] = []
  #keptTo = -1
  #count = 0

  constructor(bytes: Bytes) {
    this.#bytes = bytes
  }

  keep(from: number, to: number): void {
    const last = this.#kept.at(-1)
    if (last && this.#keptTo === from) {
      this.#kept[this.#kept.length - 1] = this.#bytes.slice(from - last.length, to)
    } else this.#add(this.#kept, this.#bytes.slice(from, to))
    this.#keptTo = to
  }

  /** Something that the file did not have, at this place. */
  insert(piece: Uint8Array<ArrayBuffer>): void {
    this.#add(this.#kept, piece)
    this.#keptTo = -1
  }

  remove(from: number, to: number): void {
    this.#add(this.#removed, this.#bytes.slice(from, to))
  }

  /** The image has ended here: behind it there may be padding, and nothing else. */
  end(at: number): void {
    if (this.#bytes.slice(at, this.#bytes.length).some((byte) => byte !== 0)) {
      throw new Damaged('Something stands behind the image')
    }
  }

  cleaned(width: number, height: number): Cleaned {
    return { width, height, parts: this.#kept, removed: this.#removed }
  }

  #add(list: Uint8Array<ArrayBuffer>[], piece: Uint8Array<ArrayBuffer>): void {
    this.#count += 1
    if (this.#count > PIECES_MOST) throw new Damaged('It is in too many pieces')
    list.push(piece)
  }
}
