/**
 * AVIF: items and their properties in boxes (ISO/IEC 23008-12). Items are found by their offset in the file, so metadata is
 * overwritten in place and nothing is cut out.
 *
 * An item names its bytes by numbers, which cost a file less than they can cost its reader. So each item is named once, each
 * list entry takes bytes of the file, and overwritten bytes add up to at most the file.
 */
import { type Box, BoxReader, emptyBox, onlyBox } from './boxes'
import { Bytes, type Cleaned, Damaged } from './bytes'

/** Items that are pictures or combine pictures. Exif, XMP and unknown items are emptied. */
const PICTURES = new Set(['av01', 'grid', 'iden', 'iovl', 'tmap'])
const TOP = new Set(['ftyp', 'meta', 'mdat', 'moov'])
const IN_META = new Set(['hdlr', 'pitm', 'iloc', 'iinf', 'iprp', 'iref', 'idat', 'dinf', 'grpl'])
/** Boxes of a film that contain boxes, and the metadata among those. */
const FILM = new Set(['moov', 'trak', 'mdia', 'minf', 'edts'])
/** moov, trak, mdia, minf. */
const FILM_DEPTH = 4
const ABOUT_FILM = new Set(['udta', 'meta', 'uuid'])
const SEEN_TRACKS = new Set(['pict', 'vide', 'auxv'])

/** The sizes in bytes that an offset, a length or an index may have in `iloc` (ISO/IEC 14496-12, 8.11.3). */
const FIELD_SIZES = new Set([0, 4, 8])
/** Metadata is an extent each; a file in more pieces costs more memory to describe than it has bytes. */
const EXTENTS_MOST = 10_000

/** An empty Exif item: no offset, and a directory without entries. Readers that require Exif accept it. */
const NO_EXIF = [0, 0, 0, 0, 0x4d, 0x4d, 0, 42, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0]

/** Overwrites all metadata. Rotation and mirroring are properties of the picture, and stay. @throws {Damaged} */
export function cleanAvif(all: Uint8Array<ArrayBuffer>): Cleaned {
  const bytes = new Bytes(all)
  const reader = new BoxReader(bytes)
  const top = reader.between(0, bytes.length)
  const meta = onlyBox(top, 'meta')
  const inMeta = reader.between(meta.data + 4, meta.to)
  const kinds = itemKinds(bytes, reader, onlyBox(inMeta, 'iinf'))
  const main = mainItem(bytes, inMeta)
  if (!PICTURES.has(kinds.get(main) ?? '')) throw new Damaged('The main item is no picture')
  const size = sizeOf(bytes, reader, inMeta, main)
  const removed: Uint8Array<ArrayBuffer>[] = []
  const extents = metadataExtents(bytes, { top, inMeta, kinds })
  const strange = [
    ...top.filter(({ name }) => !TOP.has(name)),
    ...inMeta.filter(({ name }) => !IN_META.has(name)),
    ...top.filter(({ name }) => name === 'moov').flatMap((film) => aboutFilm(bytes, reader, film, FILM_DEPTH)),
  ]
  // Copied, because the caller searches what is removed, and it is overwritten below.
  for (const { from, to } of extents) removed.push(all.slice(from, to))
  for (const { data, to } of strange) removed.push(all.slice(data, to))
  for (const { from, to, kind } of extents) {
    bytes.slice(from, to).fill(0)
    if (kind === 'Exif' && to - from >= NO_EXIF.length) all.set(NO_EXIF, from)
  }
  for (const box of strange) emptyBox(bytes, box)
  return { ...size, parts: [all], removed }
}

/** The metadata of a film and its tracks. @throws {Damaged} for an invisible track: it may contain locations */
function aboutFilm(bytes: Bytes, reader: BoxReader, box: Box, depth: number): Box[] {
  if (depth === 0) throw new Damaged('A film is in too many boxes')
  return reader.between(box.data, box.to).flatMap((inside) => {
    if (ABOUT_FILM.has(inside.name)) return [inside]
    if (inside.name === 'hdlr' && box.name === 'mdia' && !SEEN_TRACKS.has(bytes.text(inside.data + 8, 4))) {
      throw new Damaged('A track is no picture')
    }
    return FILM.has(inside.name) ? aboutFilm(bytes, reader, inside, depth - 1) : []
  })
}

type Kinds = ReadonlyMap<number, string>

/** The kind of each item, by id. @throws {Damaged} for an item named twice: readers take either */
function itemKinds(bytes: Bytes, reader: BoxReader, iinf: Box): Kinds {
  const kinds = new Map<number, string>()
  const list = bytes.u8(iinf.data) === 0 ? iinf.data + 6 : iinf.data + 8
  for (const { name, data } of reader.between(list, iinf.to)) {
    const version = bytes.u8(data)
    if (name !== 'infe' || (version !== 2 && version !== 3)) throw new Damaged('An item is described in no known way')
    const idSize = version === 2 ? 2 : 4
    const id = bytes.uint(data + 4, idSize)
    if (kinds.has(id)) throw new Damaged('An item is described twice')
    kinds.set(id, bytes.text(data + 4 + idSize + 2, 4))
  }
  return kinds
}

interface Extent {
  from: number
  to: number
  /** The kind of its item. */
  kind: string
}

/**
 * The extents of all items that are not pictures.
 * @throws {Damaged} when an item is listed twice, has no kind or is not in the file's data, or when extents overlap so that
 * they add up to more than the file
 */
function metadataExtents(bytes: Bytes, { top, inMeta, kinds }: { top: Box[]; inMeta: Box[]; kinds: Kinds }): Extent[] {
  const iloc = onlyBox(inMeta, 'iloc')
  const version = bytes.u8(iloc.data)
  const sizes = bytes.u16(iloc.data + 4)
  const [offsetSize, lengthSize, baseSize] = [sizes >> 12, (sizes >> 8) & 15, (sizes >> 4) & 15]
  const indexSize = version === 0 ? 0 : sizes & 15
  const fields = [offsetSize, lengthSize, baseSize, indexSize]
  if (!fields.every((size) => FIELD_SIZES.has(size))) throw new Damaged('A number is of no known size')
  let at = iloc.data + 6
  const next = (size: number) => {
    at += size
    if (at > iloc.to) throw new Damaged('A list ends too early')
    return bytes.uint(at - size, size)
  }
  const data = top.filter(({ name }) => name === 'mdat')
  const inHeader = inMeta.filter(({ name }) => name === 'idat')
  const extents: Extent[] = []
  const listed = new Set<number>()
  let total = 0
  const items = next(version < 2 ? 2 : 4)
  for (let item = 0; item < items; item++) {
    const id = next(version < 2 ? 2 : 4)
    const method = version === 0 ? 0 : next(2) & 15
    const elsewhere = next(2)
    const base = next(baseSize)
    const count = next(2)
    const kind = kinds.get(id)
    if (kind === undefined) throw new Damaged('An item is of no kind')
    if (listed.has(id)) throw new Damaged('An item is listed twice')
    listed.add(id)
    if (method > 1 || elsewhere !== 0) throw new Damaged('An item is not in this file')
    // One extent may have fields of no size and be all of the data; a list of such takes no bytes of the file.
    if (count > 1 && offsetSize + lengthSize + indexSize === 0) throw new Damaged('Extents are of no size')
    const start = method === 1 ? onlyBox(inHeader, 'idat').data : 0
    for (let extent = 0; extent < count; extent++) {
      next(indexSize)
      const from = start + base + next(offsetSize)
      const to = from + next(lengthSize)
      bytes.slice(from, to)
      if (PICTURES.has(kind)) continue
      // A length of 0 means all that follows, which readers understand in different ways.
      if (to === from) throw new Damaged('An item has no length')
      if (!isWithin(method === 1 ? inHeader : data, from, to)) throw new Damaged('An item is not among the data')
      total += to - from
      extents.push({ from, to, kind })
      if (total > bytes.length) throw new Damaged('Items lie over each other')
      if (extents.length > EXTENTS_MOST) throw new Damaged('It is in too many pieces')
    }
  }
  return extents
}

/** Whether one of these consecutive boxes contains everything between two offsets. */
function isWithin(boxes: Box[], from: number, to: number): boolean {
  let [low, high] = [0, boxes.length - 1]
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if ((boxes[middle] as Box).data <= from) low = middle
    else high = middle - 1
  }
  const box = boxes[low]
  return box !== undefined && box.data <= from && to <= box.to
}

function mainItem(bytes: Bytes, inMeta: Box[]): number {
  const { data } = onlyBox(inMeta, 'pitm')
  return bytes.uint(data + 4, bytes.u8(data) === 0 ? 2 : 4)
}

/** Width and height of the main picture as shown. No other picture in the file may be larger. */
function sizeOf(bytes: Bytes, reader: BoxReader, inMeta: Box[], main: number): { width: number; height: number } {
  const iprp = onlyBox(inMeta, 'iprp')
  const inIprp = reader.between(iprp.data, iprp.to)
  const ipco = onlyBox(inIprp, 'ipco')
  const properties = reader.between(ipco.data, ipco.to)
  const extent = ({ data }: Box) => ({ width: bytes.u32(data + 4), height: bytes.u32(data + 8) })
  const mine = propertiesOf(bytes, onlyBox(inIprp, 'ipma'), main).map((index) => properties[index - 1])
  const ispe = mine.find((box) => box?.name === 'ispe')
  if (!ispe) throw new Damaged('The picture has no size')
  const { width, height } = extent(ispe)
  const larger = properties.filter(({ name }) => name === 'ispe').map(extent)
  if (larger.some((other) => other.width > width || other.height > height)) {
    throw new Damaged('A hidden picture is larger than the one shown')
  }
  const turn = mine.find((box) => box?.name === 'irot')
  const lies = turn !== undefined && bytes.u8(turn.data) % 2 === 1
  return lies ? { width: height, height: width } : { width, height }
}

/** The indexes, counted from 1, of an item's properties in the list of all. @throws {Damaged} when it has two lists */
function propertiesOf(bytes: Bytes, ipma: Box, item: number): number[] {
  const version = bytes.u8(ipma.data)
  const wide = (bytes.u8(ipma.data + 3) & 1) === 1
  const entries = bytes.u32(ipma.data + 4)
  let found: number[] | undefined
  let at = ipma.data + 8
  for (let entry = 0; entry < entries; entry++) {
    const idSize = version === 0 ? 2 : 4
    const isMine = bytes.uint(at, idSize) === item
    const count = bytes.u8(at + idSize)
    at += idSize + 1
    const end = at + count * (wide ? 2 : 1)
    if (end > ipma.to) throw new Damaged('A list ends too early')
    if (isMine) {
      if (found) throw new Damaged('An item has two lists of properties')
      found = []
      for (; at < end; at += wide ? 2 : 1) found.push(wide ? bytes.u16(at) & 0x7fff : bytes.u8(at) & 0x7f)
    }
    at = end
  }
  return found ?? []
}
