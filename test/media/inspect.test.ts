/** What an image is said to be, what of it stays, and what is refused. */
import { expect, test } from 'vitest'
import { boxesIn, onlyBox } from '../../src/media/formats/boxes'
import { Bytes } from '../../src/media/formats/bytes'
import { orientationOf } from '../../src/media/formats/exif'
import { checkImage } from '../../src/media/inspect'
import { ChatError } from '../../src/protocol'
import * as fixtures from './fixtures'

type File = Uint8Array<ArrayBuffer>

const latin1 = (text: string): File => Uint8Array.from(Buffer.from(text, 'latin1'))
const joined = (...pieces: (File | string | number[])[]): File =>
  Uint8Array.from(Buffer.concat(pieces.map((piece) => Buffer.from(typeof piece === 'string' ? latin1(piece) : piece))))
const u16 = (value: number) => [value >> 8, value & 255]
const u32 = (value: number) => [value >>> 24, (value >> 16) & 255, (value >> 8) & 255, value & 255]
const withBytes = (file: File, at: number, bytes: number[]): File => {
  const copy = file.slice()
  copy.set(bytes, at)
  return copy
}
const after = (file: File, text: string): number => Buffer.from(file).indexOf(text, 0, 'latin1') + text.length
const has = (file: File, text: string): boolean => Buffer.from(file).includes(text, 0, 'latin1')

/** What a refusal says, or what the image is. */
async function outcome(file: File): Promise<string> {
  try {
    const { type, width, height } = checkImage(file)
    return `${type} ${width}×${height}`
  } catch (error) {
    if (error instanceof ChatError) return error.code
    throw error
  }
}

const cleaned = async (file: File): Promise<File> => new Uint8Array(await checkImage(file).data.arrayBuffer())

test.each([
  ['a JPEG', fixtures.jpeg(), 'image/jpeg 16×24'],
  ['a progressive JPEG', fixtures.progressiveJpeg(), 'image/jpeg 16×24'],
  ['a PNG', fixtures.png(), 'image/png 16×24'],
  ['a WebP', fixtures.webp(), 'image/webp 16×24'],
  ['a lossless WebP', fixtures.losslessWebp(), 'image/webp 16×24'],
  ['a plain WebP', fixtures.plainWebp(), 'image/webp 24×16'],
  ['an animated WebP', fixtures.animatedWebp(), 'image/webp 24×16'],
  ['an AVIF', fixtures.avif(), 'image/avif 16×24'],
  ['a GIF', fixtures.gif(), 'image/gif 24×16'],
  ['an animated GIF', fixtures.animatedGif(), 'image/gif 24×16'],
])('%s is known by its bytes, and has the size it is shown in', async (_, file, is) => {
  expect(await outcome(file)).toBe(is)
})

/** Exif's tag of the block of places in both orders of bytes, XMP's property, and XMP where it is compressed. */
const PLACES = [
  '\x25\x88\x04\x00\x01\x00\x00\x00',
  '\x88\x25\x00\x04\x00\x00\x00\x01',
  'GPSLatitude',
  '48,51.29N',
  'com.adobe.xmp',
]
const placesIn = (file: File) => PLACES.filter((sign) => has(file, sign))

test.each([
  ['JPEG', fixtures.jpeg()],
  ['progressive JPEG', fixtures.progressiveJpeg()],
  ['PNG', fixtures.png()],
  ['WebP', fixtures.webp()],
  ['lossless WebP', fixtures.losslessWebp()],
  ['AVIF', fixtures.avif()],
])('where a %s was taken is not to be found in what is stored', async (_, file) => {
  expect(placesIn(file).length).toBeGreaterThanOrEqual(2)
  const stored = await cleaned(file)
  expect(placesIn(stored)).toEqual([])
  expect(has(stored, 'Parlour')).toBe(false)
})

test.each([
  ['JPEG', fixtures.jpeg(), 'Exif\0\0'],
  ['PNG', fixtures.png(), 'eXIf'],
  ['WebP', fixtures.webp(), 'EXIF\x1a\0\0\0'],
])('a %s stays the way up it was', async (_, file, mark) => {
  const stored = await cleaned(file)
  expect(orientationOf(stored.slice(after(stored, mark)))).toBe(6)
})

test('an AVIF is turned by a property, which stays', async () => {
  const stored = await cleaned(fixtures.avif())
  expect(has(stored, 'irot')).toBe(true)
  expect(stored.length).toBe(fixtures.avif().length)
})

test.each(Object.entries(fixtures))(
  'what is stored of %s is an image that nothing more is taken from',
  async (_, file) => {
    const once = await cleaned(file())
    expect(await outcome(once.slice())).toBe(await outcome(file()))
    expect(await cleaned(once.slice())).toEqual(once)
  },
)

const JPEG_START = 2
const segment = (marker: number, data: string) => joined([0xff, marker], u16(data.length + 2), data)
const jpegWith = (...segments: File[]) =>
  joined(fixtures.jpeg().slice(0, JPEG_START), ...segments, fixtures.jpeg().slice(JPEG_START))

test.each([
  ['a comment', jpegWith(segment(0xfe, 'Champ de Mars')), 'Champ de Mars'],
  ['IPTC', jpegWith(segment(0xed, 'Photoshop 3.0\x008BIM Paris')), 'Paris'],
  ['a second Exif', jpegWith(segment(0xe1, 'Exif\0\0Montmartre')), 'Montmartre'],
  ['what a maker added', jpegWith(segment(0xe5, 'Louvre')), 'Louvre'],
  ['previews behind it', joined(fixtures.jpeg(), fixtures.jpeg()), '48,51.29N'],
  ['a film behind it', joined(fixtures.jpeg(), u32(24), 'ftypmp42', 'loci Paris'), 'loci Paris'],
])('%s in a JPEG is left out', async (_, file, secret) => {
  expect(has(file, secret)).toBe(true)
  expect(has(await cleaned(file), secret)).toBe(false)
})

test('the colours of a JPEG stay: profile, and how its maker coded them', async () => {
  const stored = await cleaned(jpegWith(segment(0xee, 'Adobe\0d\0\0\0\0\x01')))
  expect(has(stored, 'Adobe')).toBe(true)
  expect(has(stored, 'ICC_PROFILE')).toBe(true)
})

const chunk = (name: string, data: string) => joined(u32(data.length), name, data, [0, 0, 0, 0])
const PNG_FIRST = 8 + 25
const pngWith = (...chunks: File[]) =>
  joined(fixtures.png().slice(0, PNG_FIRST), ...chunks, fixtures.png().slice(PNG_FIRST))

test.each([
  ['a text', chunk('tEXt', 'Comment\0Trocadéro')],
  ['a chunk nobody knows', chunk('gpSx', 'Trocadéro')],
  ['a time', chunk('tIME', 'Trocadéro')],
])('%s in a PNG is left out', async (_, extra) => {
  expect(has(await cleaned(pngWith(extra)), 'Trocad')).toBe(false)
})

const GIF_END = fixtures.animatedGif().length - 1
const gifWith = (block: File) =>
  joined(fixtures.animatedGif().slice(0, GIF_END), block, fixtures.animatedGif().slice(GIF_END))

test.each([
  ['a comment', joined([0x21, 0xfe, 6], 'Louvre', [0])],
  ['XMP', joined([0x21, 0xff, 11], 'XMP DataXMP', [6], 'Louvre', [0])],
])('%s in a GIF is left out, and how often it plays is not', async (_, block) => {
  const stored = await cleaned(gifWith(block))
  expect(has(stored, 'Louvre')).toBe(false)
  expect(has(stored, 'NETSCAPE2.0')).toBe(true)
})

test('what stands beside the picture in an AVIF is emptied', async () => {
  const stored = await cleaned(joined(fixtures.avif(), u32(24), 'uuid', 'Montparnasse!!!!'))
  expect(has(stored, 'Montparnasse')).toBe(false)
})

test('an AVIF keeps its items, Exif among them, but Exif says nothing any more', async () => {
  const stored = new Bytes(await cleaned(fixtures.avif()))
  const meta = onlyBox(boxesIn(stored, 0, stored.length), 'meta')
  const iinf = onlyBox(boxesIn(stored, meta.data + 4, meta.to), 'iinf')
  const kinds = boxesIn(stored, iinf.data + 6, iinf.to).map(({ data }) => stored.text(data + 8, 4))
  expect(kinds).toContain('Exif')
  expect(has(stored.all, 'MM\0*\0\0\0\x08\0\0')).toBe(true)
})

const hugePng = withBytes(fixtures.png(), 16, [...u32(50_000), ...u32(50_000)])
const SOF = after(fixtures.jpeg(), '\xff\xc0')
const VP8X = after(fixtures.webp(), 'VP8X') + 4
const ISPE = after(fixtures.avif(), 'ispe')

test.each([
  ['a PNG that says 50,000 × 50,000', hugePng],
  ['a JPEG that says 65,535 × 65,535', withBytes(fixtures.jpeg(), SOF + 3, [255, 255, 255, 255])],
  ['a GIF of 1 × 65,535', withBytes(fixtures.gif(), 6, [1, 0, 255, 255])],
  ['a small GIF with a huge picture in it', withBytes(fixtures.gif(), after(fixtures.gif(), ',') + 4, [255, 255])],
  ['an AVIF that says 30,000 × 30,000', withBytes(fixtures.avif(), ISPE + 4, [...u32(30_000), ...u32(30_000)])],
  ['just too many pixels', withBytes(fixtures.png(), 16, [...u32(8_000), ...u32(5_001)])],
])('%s is too large', async (_, file) => {
  expect(await outcome(file)).toBe('too_large')
})

test('40 megapixels are not too many', async () => {
  expect(await outcome(withBytes(fixtures.png(), 16, [...u32(8_000), ...u32(5_000)]))).toBe('image/png 5000×8000')
})

const SVG = '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
const HTML = '<!doctype html><script>alert(1)</script>'
const BMP = 'BM\x46\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0\x01\0\0\0\x01\0\0\0\x01\0\x18\0'

test.each([
  ['nothing', latin1('')],
  ['one byte', latin1('\xff')],
  ['an SVG', latin1(SVG)],
  ['an SVG behind a declaration', latin1(`<?xml version="1.0"?>\n${SVG}`)],
  ['a page', latin1(HTML)],
  ['a PDF', latin1('%PDF-1.7\n')],
  ['a BMP', latin1(BMP)],
  ['a TIFF', latin1('II*\0\x08\0\0\0')],
  ['an icon', latin1('\0\0\x01\0\x01\0\x10\x10')],
  ['an archive', latin1('PK\x03\x04')],
  ['a HEIC', withBytes(fixtures.avif(), 8, [...latin1('heic')])],
  ['a page behind the signature of a PNG', latin1(`\x89PNG\r\n\x1a\n${HTML}`)],
  ['a page behind the beginning of a JPEG', latin1(`\xff\xd8\xff${HTML}`)],
  ['a page behind the beginning of a GIF', latin1(`GIF89a${HTML}`)],
  ['a page in a text of a PNG', pngWith(chunk('tEXt', `Comment\0${HTML}`))],
  ['a page behind a PNG', joined(fixtures.png(), HTML)],
  ['a page behind a JPEG', joined(fixtures.jpeg(), HTML)],
  ['a page in a comment of a JPEG', jpegWith(segment(0xfe, HTML))],
  ['a script in a comment of a GIF', gifWith(joined([0x21, 0xfe, 14], '<?php echo 1;?', [0]))],
  ['a page behind a WebP', joined(fixtures.webp(), HTML)],
  ['a page behind an AVIF', joined(fixtures.avif(), HTML)],
  ['an archive behind a GIF', joined(fixtures.gif(), 'PK\x03\x04')],
  ['an archive behind a JPEG', joined(fixtures.jpeg(), 'PK\x03\x04')],
  ['a PNG without a picture', joined(fixtures.png().slice(0, PNG_FIRST), chunk('IEND', ''))],
  ['a PNG of no width', withBytes(fixtures.png(), 16, u32(0))],
  ['a GIF that says it is a PNG', joined('\x89PNG\r\n\x1a\n', fixtures.gif())],
  ['a JPEG whose lengths lead nowhere', withBytes(fixtures.jpeg(), 4, [255, 255])],
  ['a WebP whose header and picture differ in size', withBytes(fixtures.webp(), VP8X + 4, [255, 63, 0, 255, 63, 0])],
  ['an AVIF whose boxes are longer than it', withBytes(fixtures.avif(), 0, u32(9_999))],
  [
    'a JPEG of crumbs',
    jpegWith(...Array.from({ length: 20_001 }, () => joined(segment(0xfe, ''), segment(0xdd, '\0\0')))),
  ],
])('%s is no image', async (_, file) => {
  expect(await outcome(file)).toBe('unsupported_type')
})

/** Boxes, each in the one before it. */
function nestedBoxes(name: string, depth: number): File {
  const all = new Uint8Array(8 * depth)
  const view = new DataView(all.buffer)
  for (let level = 0; level < depth; level++) {
    view.setUint32(8 * level, all.length - 8 * level)
    all.set(latin1(name), 8 * level + 4)
  }
  return all
}

test.each(['moov', 'trak', 'edts'])('an AVIF with 20,000 boxes in one another is no image: %s', async (name) => {
  const film = name === 'moov' ? nestedBoxes(name, 20_000) : joined(u32(8 + 160_000), 'moov', nestedBoxes(name, 20_000))
  expect(await outcome(joined(fixtures.avif(), film))).toBe('unsupported_type')
})

test('an AVIF whose items have 65,535 extents of no size each is no image', async () => {
  const box = (name: string, ...content: (File | string | number[])[]) => {
    const inside = joined(...content)
    return joined(u32(inside.length + 8), name, inside)
  }
  const items = Array.from({ length: 100 }, (_, n) => 1 + n)
  const kinds = items.map((id) => box('infe', [2, 0, 0, 0], u16(id), u16(0), id === 1 ? 'av01' : 'Exif', [0]))
  const extents = items.map((id) => joined(u16(id), u16(0), u16(0), u16(65_535)))
  const ispe = box('ispe', u32(0), u32(24), u32(16))
  const meta = box(
    'meta',
    u32(0),
    box('pitm', u32(0), u16(1)),
    box('iinf', u32(0), u16(items.length), ...kinds),
    box('iloc', [1, 0, 0, 0, 0, 0], u16(items.length), ...extents),
    box('iprp', box('ipco', ispe), box('ipma', u32(0), u32(1), u16(1), [1, 1])),
  )
  const file = joined(box('ftyp', 'avif', u32(0), 'avifmif1'), meta)
  expect(file.length).toBeLessThan(3_500)
  expect(await outcome(file)).toBe('unsupported_type')
})

test('a sign of markup is found wherever it stands in what is taken out', async () => {
  for (let at = 65_500; at < 65_560; at += 3) {
    const comments = 'x'.repeat(at) + HTML
    expect(await outcome(pngWith(chunk('tEXt', comments))), `at ${at}`).toBe('unsupported_type')
  }
})

test.each(Object.entries(fixtures))('%s is refused wherever it is cut off', async (_, file) => {
  const whole = file()
  expect(await outcome(whole.slice())).not.toBe('unsupported_type')
  for (let length = 0; length < whole.length; length++) {
    expect(await outcome(whole.slice(0, length)), `after ${length} bytes`).toBe('unsupported_type')
  }
})

test('whatever single byte is changed, an image is taken or refused, and nothing breaks', async () => {
  const allowed = /^(?:image\/\w+ \d+×\d+|unsupported_type|too_large)$/
  for (const file of Object.values(fixtures)) {
    const whole = file()
    for (let at = 0; at < whole.length; at++) {
      for (const value of [0x00, 0x7f, 0xff]) expect(await outcome(withBytes(whole, at, [value]))).toMatch(allowed)
    }
  }
})
