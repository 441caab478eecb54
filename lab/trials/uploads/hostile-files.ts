/** Makes files that must not be taken for an image. */
import { gif, jpeg, png, webp } from '../../../test/media/fixtures.ts'
import type { Random } from '../../harness/random.ts'

export interface HostileFile {
  what: string
  name: string
  type: string
  bytes: Uint8Array<ArrayBuffer>
}

const SVG = '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(1)</script></svg>'
const PAGE = '<!doctype html><script>alert(document.domain)</script>'
const MEGABYTE = 1024 * 1024

const text = (words: string) => Uint8Array.from(Buffer.from(words, 'latin1'))
const joined = (...parts: Uint8Array[]) => Uint8Array.from(Buffer.concat(parts))

/** A copy with other bytes at a place. */
function changed(image: Uint8Array<ArrayBuffer>, at: number, ...bytes: number[]): Uint8Array<ArrayBuffer> {
  const copy = image.slice()
  copy.set(bytes, at)
  return copy
}

function padded(image: Uint8Array<ArrayBuffer>, size: number): Uint8Array<ArrayBuffer> {
  const file = new Uint8Array(size)
  file.set(image)
  return file
}

/** A PNG that says it is so large, whatever it has. */
const pngOf = (width: number, height: number) =>
  changed(
    png(),
    16,
    ...[width, height].flatMap((side) => [side >>> 24, (side >> 16) & 255, (side >> 8) & 255, side & 255]),
  )

/** A GIF's first screen, as wide and high as it says. */
const gifOf = (width: number, height: number) => changed(gif(), 6, width & 255, width >> 8, height & 255, height >> 8)

/** A JPEG's frame header says how large it is, five bytes after its marker. */
function jpegOf(width: number, height: number): Uint8Array<ArrayBuffer> {
  const image = jpeg()
  const at = Buffer.from(image).indexOf(Buffer.from([0xff, 0xc0]))
  return changed(image, at + 5, height >> 8, height & 255, width >> 8, width & 255)
}

/** @param most bytes of an image that are allowed */
export function hostileFiles(most: number, random: Random): HostileFile[] {
  const noise = Uint8Array.from({ length: MEGABYTE }, () => random.between(0, 255))
  const files: [string, Uint8Array<ArrayBuffer>, string?, string?][] = [
    ['an SVG', text(SVG), 'face.svg', 'image/svg+xml'],
    ['an SVG called a PNG', text(SVG)],
    ['an SVG behind an XML declaration', text(`<?xml version="1.0"?>\n${SVG}`), 'face.svg', 'image/svg+xml'],
    ['an SVG behind a byte order mark', joined(Uint8Array.of(0xef, 0xbb, 0xbf), text(SVG))],
    ['an SVG that refers to itself', text('<!DOCTYPE svg [<!ENTITY a "&b;&b;"><!ENTITY b "&a;">]><svg>&a;</svg>')],
    ['a page', text(PAGE), 'face.html', 'text/html'],
    ['a page called a JPEG', text(PAGE), 'face.jpg', 'image/jpeg'],
    ['a page behind the signature of a PNG', joined(png().slice(0, 8), text(PAGE))],
    ['a page behind the signature of a GIF', joined(text('GIF89a'), text(`/*${PAGE}*/=1;`)), 'face.gif', 'image/gif'],
    ['a page behind the signature of a JPEG', joined(Uint8Array.of(0xff, 0xd8, 0xff, 0xe0), text(PAGE))],
    ['a page behind a whole GIF', joined(gif(), text(PAGE)), 'face.gif', 'image/gif'],
    ['a script that begins as a GIF', text('GIF89a=1;alert(1)//'), 'face.gif', 'image/gif'],
    ['a PDF', text('%PDF-1.7\n1 0 obj<</OpenAction<</S/JavaScript/JS(app.alert(1))>>>>'), 'face.png'],
    ['an archive', joined(text('PK\x03\x04'), noise.slice(0, 500))],
    ['a program for Windows', joined(text('MZ\x90\x00'), noise.slice(0, 500))],
    ['a program for Linux', joined(text('\x7fELF'), noise.slice(0, 500))],
    ['a shell script', text('#!/bin/sh\nrm -rf /\n')],
    ['a PHP script', text('<?php system($_GET[0]); ?>'), 'face.php.png'],
    ['a compressed bomb', joined(Uint8Array.of(0x1f, 0x8b, 8, 0), new Uint8Array(500))],
    ['a bitmap', joined(text('BM'), new Uint8Array(60)), 'face.bmp', 'image/bmp'],
    ['a TIFF', joined(text('II*\x00'), new Uint8Array(60)), 'face.tiff', 'image/tiff'],
    ['an icon', Uint8Array.of(0, 0, 1, 0, 1, 0, 255, 255, 0, 0), 'face.ico', 'image/x-icon'],
    ['a film', joined(Uint8Array.of(0, 0, 0, 24), text('ftypisom'), new Uint8Array(40)), 'face.avif', 'image/avif'],
    ['an AVIF of nothing but its brand', joined(Uint8Array.of(0, 0, 0, 16), text('ftypavif'), new Uint8Array(4))],
    ['nothing', new Uint8Array(0)],
    ['one byte', Uint8Array.of(0x89)],
    ['a megabyte of noise', noise],
    ['a megabyte of zeros', new Uint8Array(MEGABYTE)],
    [
      'the signature of a PNG, over and over',
      padded(joined(...Array.from({ length: 5_000 }, () => png().slice(0, 8))), MEGABYTE),
    ],
    ['half a PNG', png().slice(0, 300)],
    ['half a JPEG', jpeg().slice(0, 700), 'face.jpg', 'image/jpeg'],
    ['half a WebP', webp().slice(0, 40), 'face.webp', 'image/webp'],
    ['a PNG of 50,000 × 50,000', pngOf(50_000, 50_000)],
    ['a PNG of no width', pngOf(0, 100)],
    ['a PNG of four thousand million', pngOf(0xffffffff, 1)],
    ['a PNG whose first chunk is longer than the file', changed(png(), 8, 0x7f, 0xff, 0xff, 0xff)],
    ['a JPEG of 65,535 × 65,535', jpegOf(65_535, 65_535), 'face.jpg', 'image/jpeg'],
    ['a GIF of 65,535 × 65,535', gifOf(65_535, 65_535), 'face.gif', 'image/gif'],
    ['a GIF as high as 65,535', gifOf(1, 65_535), 'face.gif', 'image/gif'],
    ['a WebP that is longer than its file', changed(webp(), 4, 0xff, 0xff, 0xff, 0x7f), 'face.webp', 'image/webp'],
    ['a byte more than allowed', padded(png(), most + 1)],
    ['twice what is allowed', padded(jpeg(), most * 2), 'face.jpg', 'image/jpeg'],
  ]
  return files.map(([what, bytes, name = 'face.png', type = 'image/png']) => ({ what, bytes, name, type }))
}

/** Names that hope to be taken for a place, a header or a page. */
export const HOSTILE_NAMES = [
  '../../../../etc/passwd',
  '..\\..\\..\\boot.ini',
  '/etc/shadow',
  'C:\\windows\\win.ini',
  '%2e%2e%2f%2e%2e%2fsecret',
  '....//....//secret',
  '.',
  '..',
  '.htaccess',
  'face.png\u0000.html',
  'face\r\nSet-Cookie: a=b',
  'face"; filename="page.html',
  "face'; filename*=UTF-8''page.html",
  '<img src=x onerror=alert(1)>.html',
  'page.html',
  'face.svg',
  `${'x'.repeat(5_000)}.html`,
  '\u202egnp.exe',
  'CON',
  ' ',
]
