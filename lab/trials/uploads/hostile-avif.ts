/**
 * Makes AVIF files that name their parts by position and count: complete, consistent, and far more expensive to read
 * than their size allows.
 */
import type { Structure } from './hostile-structures.ts'
import { bytesOf, joined } from './image-formats.ts'

type Bytes = Uint8Array<ArrayBuffer>

const u16 = (value: number): number[] => [(value >>> 8) & 255, value & 255]
const u32 = (value: number): number[] => [...u16(value >>> 16), ...u16(value)]
const repeated = (times: number, one: (n: number) => (string | number[] | Bytes)[]): Bytes =>
  joined(Array.from({ length: times }, (_, n) => bytesOf(...one(n))))

const box = (kind: string, ...content: (string | number[] | Bytes)[]): Bytes => {
  const inside = bytesOf(...content)
  return bytesOf(u32(inside.length + 8), kind, inside)
}

const BRAND = box('ftyp', 'avif', u32(0), 'avifmif1')
const HANDLER = box('hdlr', u32(0), u32(0), 'pict', new Uint8Array(13))
const MAIN = 1

/** An item's entry in the list of kinds. */
const kind = (id: number, name: string): Bytes => box('infe', [2, 0, 0, 0], u16(id), u16(0), name, [0])
const kinds = (...items: Bytes[]): Bytes => box('iinf', u32(0), u16(items.length), ...items)

/** One item's entry in the list of places, each with `extents` of offset and length. */
const index = (id: number, extents: [from: number, length: number][], method = 0): Bytes =>
  bytesOf(
    u16(id),
    u16(method),
    u16(0),
    u16(extents.length),
    ...extents.map(([from, length]) => [...u32(from), ...u32(length)]),
  )
/** With offsets and lengths of four bytes, and no base. */
const indices = (...items: Bytes[]): Bytes => box('iloc', [1, 0, 0, 0], [0x44, 0x00], u16(items.length), ...items)

const PROPERTIES = box('ipco', box('ispe', u32(0), u32(24), u32(16)))
const properties = (ipco = PROPERTIES, ipma = box('ipma', u32(0), u32(1), u16(MAIN), [1, 1])): Bytes =>
  box('iprp', ipco, ipma)

interface Contents {
  items: Bytes
  where: Bytes
  props: Bytes
  /** Further boxes beside these. */
  more: Bytes
}

const meta = ({ items, where, props, more }: Contents): Bytes =>
  box('meta', u32(0), HANDLER, box('pitm', u32(0), u16(MAIN)), where, items, props, more)

const DATA = 64

/**
 * A whole file. `make` is called with the place where the data of its items begins, and again until that stays.
 * @param length of that data
 */
function file(length: number, make: (data: number) => Partial<Contents>, behind: Bytes = new Uint8Array()): Bytes {
  const whole = (from: number) => {
    const { items = kinds(kind(MAIN, 'av01')), where = indices(index(MAIN, [[from, DATA]])), ...rest } = make(from)
    return bytesOf(BRAND, meta({ items, where, props: properties(), more: new Uint8Array(), ...rest }))
  }
  const from = whole(0).length + 8
  return bytesOf(whole(from), box('mdat', new Uint8Array(length)), behind)
}

const exifs = (count: number) =>
  kinds(kind(MAIN, 'av01'), ...Array.from({ length: count }, (_, n) => kind(MAIN + 1 + n, 'Exif')))

/** Boxes in boxes, as deep as `depth`. */
function nested(name: string, depth: number, says: (inside: number) => number = (inside) => inside): Bytes {
  const all = new Uint8Array(8 * depth)
  const view = new DataView(all.buffer)
  for (let level = 0; level < depth; level++) {
    view.setUint32(8 * level, says(all.length - 8 * level))
    all.set(Buffer.from(name, 'latin1'), 8 * level + 4)
  }
  return all
}

/** A list of extents that takes no byte for any of them: places and lengths are of no size. */
function extentsOfNothing(items: number, extents: number): Bytes {
  const list = repeated(items, (n) => [u16(MAIN + n), u16(0), u16(0), u16(extents)])
  return box('iloc', [1, 0, 0, 0], [0x00, 0x00], u16(items), list)
}

/** @param most bytes that a file may have, roughly */
export function hostileAvifs(most: number): Structure[] {
  const many = Math.min(60_000, Math.floor(most / 60))
  const crumbs = Math.floor(most / 8)
  const all = (data: number, length: number): [number, number][] => [[data, length]]
  const entry = (id: number, data: number, length: number) => index(id, all(data, length))
  const files: [string, Bytes][] = [
    ['nothing hostile', file(DATA, () => ({}))],
    [
      '100 items of 65,535 extents that take no bytes',
      file(DATA, () => ({ items: exifs(99), where: extentsOfNothing(100, 65_535) })),
    ],
    [
      'items that all are all of the data',
      file(most / 2, (data) => ({
        items: exifs(many / 2),
        where: indices(
          entry(MAIN, data, DATA),
          ...Array.from({ length: many / 2 }, (_, n) => entry(MAIN + 1 + n, data, most / 2)),
        ),
      })),
    ],
    [
      'an item of many extents that all are all of the data',
      file(most / 2, (data) => ({
        items: exifs(1),
        where: indices(
          entry(MAIN, data, DATA),
          index(
            MAIN + 1,
            Array.from({ length: Math.min(65_535, many) }, () => [data, most / 2]),
          ),
        ),
      })),
    ],
    [
      'extents of a byte each',
      file(most / 2, (data) => ({
        items: exifs(1),
        where: indices(
          entry(MAIN, data, DATA),
          index(
            MAIN + 1,
            Array.from({ length: Math.min(65_535, many) }, (_, n) => [data + n, 1]),
          ),
        ),
      })),
    ],
    [
      'an item that is the list of items',
      file(DATA, (data) => ({ items: exifs(1), where: indices(entry(MAIN, data, DATA), entry(MAIN + 1, 40, 200)) })),
    ],
    [
      'an item that is the whole file',
      file(DATA, (data) => ({ items: exifs(1), where: indices(entry(MAIN, data, DATA), entry(MAIN + 1, 0, data)) })),
    ],
    [
      'an item beyond the file',
      file(DATA, (data) => ({
        items: exifs(1),
        where: indices(entry(MAIN, data, DATA), entry(MAIN + 1, data, 2 ** 31)),
      })),
    ],
    [
      'one item said twice',
      file(DATA, (data) => ({
        items: exifs(1),
        where: indices(entry(MAIN, data, DATA), entry(2, data, 8), entry(2, data + 8, 8)),
      })),
    ],
    [
      'one item of two kinds',
      file(DATA, (data) => ({
        items: kinds(kind(MAIN, 'av01'), kind(2, 'Exif'), kind(2, 'av01')),
        where: indices(entry(MAIN, data, DATA), entry(2, data, 8)),
      })),
    ],
    [
      'items in a box of the header, among as many boxes',
      file(DATA, (data) => ({
        items: exifs(many / 2),
        where: indices(
          entry(MAIN, data, DATA),
          ...Array.from({ length: many / 2 }, (_, n) => index(MAIN + 1 + n, [[0, 1]], 1)),
        ),
        more: bytesOf(
          box('idat', new Uint8Array(8)),
          repeated(Math.min(9_000, many), () => [box('free')]),
        ),
      })),
    ],
    [
      'four thousand million properties of one item',
      file(DATA, () => ({
        props: properties(
          PROPERTIES,
          box(
            'ipma',
            u32(0),
            u32(0xffffffff),
            repeated(many, () => [u16(MAIN), [1, 1]]),
          ),
        ),
      })),
    ],
    [
      'properties of one item over and over',
      file(DATA, () => ({
        props: properties(
          PROPERTIES,
          box(
            'ipma',
            u32(0),
            u32(many),
            repeated(many, () => [u16(MAIN), [255], new Uint8Array(255).fill(1)]).slice(0, most),
          ),
        ),
      })),
    ],
    [
      'a property for each byte',
      file(DATA, () => ({
        props: properties(
          box(
            'ipco',
            box('ispe', u32(0), u32(24), u32(16)),
            repeated(Math.min(9_000, many), () => [box('ispe', u32(0), u32(1), u32(1))]),
          ),
        ),
      })),
    ],
    ['boxes nested in boxes of a film', file(DATA, () => ({}), nested('moov', crumbs))],
    ['tracks nested in tracks', file(DATA, () => ({}), box('moov', nested('trak', crumbs)))],
    [
      'boxes that all go to the end of the file',
      file(
        DATA,
        () => ({}),
        nested('moov', crumbs, () => 0),
      ),
    ],
    ['20,000 nested boxes', file(DATA, () => ({}), nested('moov', 20_000))],
    [
      'films of nothing',
      file(
        DATA,
        () => ({}),
        repeated(crumbs, () => [box('moov')]),
      ),
    ],
    [
      'tracks of nothing',
      file(
        DATA,
        () => ({}),
        box(
          'moov',
          repeated(crumbs, () => [box('trak')]),
        ),
      ),
    ],
    [
      'a film that tells of itself only',
      file(
        DATA,
        () => ({}),
        box(
          'moov',
          repeated(Math.floor(crumbs / 2), () => [box('trak', box('udta'))]),
        ),
      ),
    ],
    [
      'boxes with long lengths',
      file(
        DATA,
        () => ({}),
        repeated(Math.floor(most / 16), () => [u32(1), 'free', u32(0), u32(16)]),
      ),
    ],
    ['a box longer than any file', file(DATA, () => ({}), bytesOf(u32(1), 'free', u32(0x7fffffff), u32(0)))],
  ]
  return files.map(([what, bytes]) => ({ what: `AVIF: ${what}`, type: 'image/avif', bytes }))
}
