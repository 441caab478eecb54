/** Draws how an operation grows: both axes logarithmic, readable on light and on dark paper, no font from elsewhere. */
import { rounded } from '../row.ts'

export interface Series {
  name: string
  points: { x: number; y: number }[]
}

export interface Drawing {
  title: string
  /** Axes in words, with the unit. */
  x: string
  y: string
  series: Series[]
}

const WIDTH = 640
const HEIGHT = 380
const BOX = { left: 76, right: 44, top: 48, bottom: 92 }
/** Strong enough on white and on black; marks and dashes tell them apart without colour. */
const PENS = [
  { colour: '#2f7fe0', dash: '', mark: (x: number, y: number) => `<circle cx="${x}" cy="${y}" r="4.5"/>` },
  { colour: '#d9730d', dash: '7 4', mark: (x: number, y: number) => `<path d="M${x - 5} ${y + 4}h10l-5-9z"/>` },
  { colour: '#1f9d63', dash: '2 4', mark: (x: number, y: number) => `<path d="M${x - 4} ${y - 4}h8v8h-8z"/>` },
  { colour: '#b455c8', dash: '10 3 2 3', mark: (x: number, y: number) => `<path d="M${x} ${y - 6}l6 6-6 6-6-6z"/>` },
]
const STYLE = `
  svg { color: #24292f; background: #ffffff }
  @media (prefers-color-scheme: dark) { svg { color: #e6edf3; background: #0d1117 } }
  text { fill: currentColor; font: 13px system-ui, sans-serif }
  .title { font-size: 15px; font-weight: 600 }
  .grid { stroke: currentColor; stroke-opacity: 0.15 }
  .axis { stroke: currentColor; stroke-opacity: 0.6 }`

/** An SVG document. @throws {Error} when there is no point to draw */
export function plot({ title, x, y, series }: Drawing): string {
  const points = series.flatMap((each) => each.points)
  if (points.length === 0) throw new Error(`There is nothing to draw of ${title}`)
  const across = scale(
    points.map((point) => point.x),
    BOX.left,
    WIDTH - BOX.right,
  )
  const up = scale(
    points.map((point) => point.y),
    HEIGHT - BOX.bottom,
    BOX.top,
  )
  const floor = HEIGHT - BOX.bottom
  const grid = [
    ...across.ticks.map((tick) => {
      const at = across.at(tick)
      return `<path class="grid" d="M${at} ${BOX.top}V${floor}"/><text x="${at}" y="${floor + 20}" text-anchor="middle">${written(tick)}</text>`
    }),
    ...up.ticks.map((tick) => {
      const at = up.at(tick)
      return `<path class="grid" d="M${BOX.left} ${at}H${WIDTH - BOX.right}"/><text x="${BOX.left - 8}" y="${at + 4}" text-anchor="end">${written(tick)}</text>`
    }),
  ]
  const lines = series.map(({ points }, n) => {
    const { colour, dash, mark } = penOf(n)
    const indices = points.map((point) => [across.at(point.x), up.at(point.y)] as const)
    const path = indices.map(([px, py], index) => `${index === 0 ? 'M' : 'L'}${px} ${py}`).join('')
    const marks = indices.map(([px, py]) => mark(px, py)).join('')
    return `<path d="${path}" fill="none" stroke="${colour}" stroke-width="2" stroke-dasharray="${dash}"/><g fill="${colour}">${marks}</g>`
  })
  const share = (WIDTH - BOX.left - BOX.right) / series.length
  const legend = series.map(({ name }, n) => {
    const at = BOX.left + n * share
    return `<g fill="${penOf(n).colour}">${penOf(n).mark(at + 6, HEIGHT - 16)}</g><text x="${at + 18}" y="${HEIGHT - 12}">${escaped(name)}</text>`
  })
  const centre = (BOX.top + floor) / 2
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img">`,
    `<title>${escaped(title)}</title><style>${STYLE}</style>`,
    `<text class="title" x="${WIDTH / 2}" y="26" text-anchor="middle">${escaped(title)}</text>`,
    ...grid,
    `<path class="axis" fill="none" d="M${BOX.left} ${BOX.top}V${floor}H${WIDTH - BOX.right}"/>`,
    `<text x="${(BOX.left + WIDTH - BOX.right) / 2}" y="${floor + 44}" text-anchor="middle">${escaped(x)}</text>`,
    `<text transform="translate(18 ${centre}) rotate(-90)" text-anchor="middle">${escaped(y)}</text>`,
    ...lines,
    ...legend,
    '</svg>',
    '',
  ].join('\n')
}

const penOf = (n: number) => PENS[n % PENS.length] as (typeof PENS)[number]

interface Scale {
  ticks: number[]
  at(value: number): number
}

/** Logarithmic, over whole steps of 1, 2, 5 around the values. */
function scale(values: number[], from: number, to: number): Scale {
  const positive = values.filter((value) => value > 0)
  const low = floorOf(Math.min(...positive))
  let high = ceilingOf(Math.max(...positive))
  if (high === low) high = low * 10
  const span = Math.log(high / low)
  const at = (value: number) =>
    Math.round((from + ((to - from) * Math.log(Math.max(value, low) / low)) / span) * 10) / 10
  const all = STEPS.filter((step) => step >= low * 0.999 && step <= high * 1.001)
  const tens = all.filter(
    (step) => /^1(e|$)/.test(step.toExponential(0).replace('e+0', '')) || step === low || step === high,
  )
  return { ticks: all.length <= 7 ? all : tens, at }
}

const STEPS = Array.from({ length: 16 }, (_, n) => n - 6).flatMap((power) =>
  [1, 2, 5].map((step) => step * 10 ** power),
)
const floorOf = (value: number): number => STEPS.findLast((step) => step <= value * 1.001) ?? value
const ceilingOf = (value: number): number => STEPS.find((step) => step >= value * 0.999) ?? value

const written = (value: number): string => rounded(value)

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
