/** Pictures made by code, as PNG: faces and places for the demo accounts, so that nobody's work is copied. */
import { crc32, deflateSync } from 'node:zlib'

type Colour = readonly [red: number, green: number, blue: number]
/** The colour at a point; both run from 0 to 1, from the top left. */
export type Painting = (x: number, y: number) => Colour

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])

function chunk(type: string, data: Buffer): Buffer {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(data.length)
  const body = Buffer.concat([Buffer.from(type), data])
  const sum = Buffer.alloc(4)
  sum.writeUInt32BE(crc32(body))
  return Buffer.concat([length, body, sum])
}

/** Paints into a PNG file: 8 bits a channel, no alpha, four samples a pixel so that edges are smooth. */
export function png(width: number, height: number, paint: Painting): Blob {
  const row = 1 + width * 3
  const pixels = Buffer.alloc(row * height)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const samples = [0.25, 0.75].flatMap((dy) => [0.25, 0.75].map((dx) => paint((x + dx) / width, (y + dy) / height)))
      for (const channel of [0, 1, 2] as const) {
        pixels[y * row + 1 + x * 3 + channel] = samples.reduce((sum, colour) => sum + colour[channel], 0) / 4
      }
    }
  }
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set([8, 2, 0, 0, 0], 8)
  const parts = [SIGNATURE, chunk('IHDR', header), chunk('IDAT', deflateSync(pixels)), chunk('IEND', Buffer.alloc(0))]
  return new Blob([Buffer.concat(parts)], { type: 'image/png' })
}

const blend = (from: Colour, to: Colour, share: number): Colour => [
  from[0] + (to[0] - from[0]) * share,
  from[1] + (to[1] - from[1]) * share,
  from[2] + (to[2] - from[2]) * share,
]
const within = (x: number, y: number, cx: number, cy: number, rx: number, ry: number) =>
  ((x - cx) / rx) ** 2 + ((y - cy) / ry) ** 2 <= 1

/** Somebody from the chest up, before a plain wall. */
export const portrait =
  (wall: Colour, skin: Colour, hair: Colour, clothes: Colour, long: boolean): Painting =>
  (x, y) => {
    // Eyes and mouth, then what lies behind them, front to back.
    if (within(x, y, 0.43, 0.42, 0.016, 0.021) || within(x, y, 0.57, 0.42, 0.016, 0.021)) return [43, 36, 32]
    if (within(x, y, 0.5, 0.5, 0.06, 0.035) && y > 0.507) return blend(skin, [150, 50, 50], 0.6)
    const fringe = within(x, y, 0.5, 0.29, 0.19, 0.12) && y < 0.33 - 0.25 * (x - 0.5) ** 2
    if (fringe) return hair
    if (within(x, y, 0.5, 0.42, 0.165, 0.205)) return skin
    if (Math.abs(x - 0.5) < 0.065 && y > 0.5 && y < 0.74) return blend(skin, [60, 40, 30], 0.12)
    if (within(x, y, 0.5, 1.02, 0.37, 0.33)) return clothes
    if (within(x, y, 0.5, 0.37, 0.215, 0.235) && (long || y < 0.44)) return hair
    if (long && Math.abs(x - 0.5) < 0.215 && y > 0.37 && y < 0.68) return hair
    return blend(wall, [255, 255, 255], 0.25 * (1 - y))
  }

/** Hills one behind the other under a low sun. */
export const hills =
  (sky: Colour, light: Colour, land: Colour): Painting =>
  (x, y) => {
    for (const [depth, height] of [0.86, 0.74, 0.62].entries()) {
      const ridge = height + 0.05 * Math.sin(x * (5 + depth * 2) + depth * 2.3) + 0.02 * Math.sin(x * 17 + depth)
      if (y > ridge) return blend(land, light, depth * 0.27 + 0.12 * (y - ridge))
    }
    if (within(x, y, 0.68, 0.44, 0.075, 0.1125)) return [255, 244, 214]
    return blend(sky, light, Math.min(1, y * 1.5))
  }

/** Panes of a greenhouse with beds behind them; one is broken. */
export const greenhouse: Painting = (x, y) => {
  const [column, row] = [Math.floor(x * 6), Math.floor(y * 4)]
  const [u, v] = [x * 6 - column, y * 4 - row]
  if (u < 0.05 || u > 0.95 || v < 0.05 || v > 0.95) return [238, 232, 220]
  const broken = column === 3 && row === 1 && Math.abs(u - 0.5) + Math.abs(v - 0.5) < 0.34 + 0.1 * Math.sin(u * 31)
  if (broken) return [34, 44, 40]
  const leaf = Math.sin(x * 41 + Math.sin(y * 23) * 2) + Math.cos(y * 33 + x * 9)
  if (y > 0.45 && leaf > 0.9 && Math.sin(x * 97) * Math.cos(y * 83) > 0.55) return [196, 62, 44]
  const behind = y > 0.4 && leaf > -0.4 - (y - 0.4) * 3 ? ([74, 122, 72] as const) : ([178, 206, 206] as const)
  return blend(behind, [255, 255, 255], 0.18 + 0.16 * Math.max(0, 1 - Math.abs(u - v) * 4))
}
