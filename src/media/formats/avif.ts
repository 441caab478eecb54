/**
 * AVIF: items and their properties in boxes (ISO/IEC 23008-12). Items are found by their place in the file, so nothing
 * is taken out: what is not the picture is overwritten where it stands.
 */
import { type Box, boxesIn, empty, only } from './boxes'
import { Bytes, type Cleaned, Damaged } from './bytes'

/** Items that are pictures or put pictures together. Exif, XMP and what nobody knows are items too, and are emptied. */
const PICTURES = new Set(['av01', 'grid', 'iden', 'iovl', 'tmap'])
const TOP = new Set(['ftyp', 'meta', 'mdat', 'moov'])
const IN_META = new Set(['hdlr', 'pitm', 'iloc', 'iinf', 'iprp', 'iref', 'idat', 'dinf', 'grpl'])
/** Boxes of a film that hold boxes, and what in them tells about it. */
const FILM = new Set(['moov', 'trak', 'mdia', 'minf', 'edts'])
const ABOUT_FILM = new Set(['udta', 'meta', 'uuid'])
const SEEN_TRACKS = new Set(['pict', 'vide', 'auxv'])

/** An Exif item that says nothing: no offset, and a directory without entries. Readers that insist on Exif accept it. */
const NO_EXIF = [0, 0, 0, 0, 0x4d, 0x4d, 0, 42, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0]

/** Overwrites all metadata. What turns and mirrors the picture are properties of it, and stay. @throws {Damaged} */
export function cleanAvif(all: Uint8Array<ArrayBuffer>): Cleaned {
  const bytes = new Bytes(all)
  const top = boxesIn(bytes, 0, bytes.length)
  const meta = only(top, 'meta')
  const inMeta = boxesIn(bytes, meta.data + 4, meta.to)
  const kinds = itemKinds(bytes, only(inMeta, 'iinf'))
  const main = mainItem(bytes, inMeta)
  if (!PICTURES.has(kinds.get(main) ?? '')) throw new Damaged('The main item is no picture')
  const size = sizeOf(bytes, inMeta, main)
  const places = itemPlaces(bytes, inMeta)
  const removed: Uint8Array<ArrayBuffer>[] = []
  for (const [item, extents] of places) {
    const kind = kinds.get(item)
    if (kind === undefined) throw new Damaged('An item is of no kind')
    if (PICTURES.has(kind)) continue
    for (const [from, to] of extents) {
      removed.push(all.slice(from, to))
      bytes.slice(from, to).fill(0)
      if (kind === 'Exif' && to - from >= NO_EXIF.length) all.set(NO_EXIF, from)
    }
  }
  const strange = [
    ...top.filter(({ name }) => !TOP.has(name)),
    ...inMeta.filter(({ name }) => !IN_META.has(name)),
    ...top.filter(({ name }) => name === 'moov').flatMap((film) => aboutFilm(bytes, film)),
  ]
  for (const box of strange) {
    removed.push(all.slice(box.data, box.to))
    empty(bytes, box)
  }
  return { ...size, parts: [all], removed }
}

/** What tells about a film and its tracks. @throws {Damaged} when a track is not to be seen: it may hold places. */
function aboutFilm(bytes: Bytes, box: Box): Box[] {
  return boxesIn(bytes, box.data, box.to).flatMap((inside) => {
    if (ABOUT_FILM.has(inside.name)) return [inside]
    if (inside.name === 'hdlr' && box.name === 'mdia' && !SEEN_TRACKS.has(bytes.text(inside.data + 8, 4))) {
      throw new Damaged('A track is no picture')
    }
    return FILM.has(inside.name) ? aboutFilm(bytes, inside) : []
  })
}

/** What kind of item each is, by its id. */
function itemKinds(bytes: Bytes, iinf: Box): Map<number, string> {
  const list = bytes.u8(iinf.data) === 0 ? iinf.data + 6 : iinf.data + 8
  return new Map(
    boxesIn(bytes, list, iinf.to).map(({ name, data }) => {
      const version = bytes.u8(data)
      if (name !== 'infe' || (version !== 2 && version !== 3)) throw new Damaged('An item is described in no known way')
      const idSize = version === 2 ? 2 : 4
      return [bytes.uint(data + 4, idSize), bytes.text(data + 4 + idSize + 2, 4)]
    }),
  )
}

type Extent = [from: number, to: number]

/** Where the data of each item is in the file, by its id. */
function itemPlaces(bytes: Bytes, inMeta: Box[]): Map<number, Extent[]> {
  const iloc = only(inMeta, 'iloc')
  const version = bytes.u8(iloc.data)
  const sizes = bytes.u16(iloc.data + 4)
  const [offsetSize, lengthSize, baseSize] = [sizes >> 12, (sizes >> 8) & 15, (sizes >> 4) & 15]
  const indexSize = version === 0 ? 0 : sizes & 15
  let at = iloc.data + 6
  const next = (size: number) => {
    at += size
    if (at > iloc.to) throw new Damaged('A list ends too early')
    return bytes.uint(at - size, size)
  }
  const places = new Map<number, Extent[]>()
  const items = next(version < 2 ? 2 : 4)
  for (let item = 0; item < items; item++) {
    const id = next(version < 2 ? 2 : 4)
    const method = version === 0 ? 0 : next(2) & 15
    const elsewhere = next(2)
    const base = next(baseSize)
    const count = next(2)
    if (method > 1 || elsewhere !== 0) throw new Damaged('An item is not in this file')
    const start = method === 1 ? only(inMeta, 'idat').data : 0
    const extents: Extent[] = []
    for (let extent = 0; extent < count; extent++) {
      next(indexSize)
      const from = start + base + next(offsetSize)
      const to = from + next(lengthSize)
      bytes.slice(from, to)
      extents.push([from, to])
    }
    places.set(id, extents)
  }
  return places
}

function mainItem(bytes: Bytes, inMeta: Box[]): number {
  const { data } = only(inMeta, 'pitm')
  return bytes.uint(data + 4, bytes.u8(data) === 0 ? 2 : 4)
}

/** Width and height of the main picture as shown, which no other picture in the file exceeds. */
function sizeOf(bytes: Bytes, inMeta: Box[], main: number): { width: number; height: number } {
  const iprp = only(inMeta, 'iprp')
  const inIprp = boxesIn(bytes, iprp.data, iprp.to)
  const ipco = only(inIprp, 'ipco')
  const properties = boxesIn(bytes, ipco.data, ipco.to)
  const extent = ({ data }: Box) => ({ width: bytes.u32(data + 4), height: bytes.u32(data + 8) })
  const mine = propertiesOf(bytes, only(inIprp, 'ipma'), main).map((place) => properties[place - 1])
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

/** The places, counted from 1, of an item's properties in the list of all. */
function propertiesOf(bytes: Bytes, ipma: Box, item: number): number[] {
  const version = bytes.u8(ipma.data)
  const wide = (bytes.u8(ipma.data + 3) & 1) === 1
  const entries = bytes.u32(ipma.data + 4)
  const found: number[] = []
  let at = ipma.data + 8
  for (let entry = 0; entry < entries; entry++) {
    const idSize = version === 0 ? 2 : 4
    const isMine = bytes.uint(at, idSize) === item
    const count = bytes.u8(at + idSize)
    at += idSize + 1
    for (let place = 0; place < count; place++) {
      if (isMine) found.push(wide ? bytes.u16(at) & 0x7fff : bytes.u8(at) & 0x7f)
      at += wide ? 2 : 1
    }
    if (at > ipma.to) throw new Damaged('A list ends too early')
  }
  return found
}
