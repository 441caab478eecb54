/**
 * Reports a run: tables on the terminal, docs/scale.md with a plot of each operation, the blanks of docs/scaling.md.
 */
import fs from 'node:fs'
import path from 'node:path'
import { bold, dim, say } from '../../../scripts/steps.mjs'
import { rounded } from '../row.ts'
import type { Regions } from './beyond.ts'
import type { Growth, Point } from './growth.ts'
import { plot } from './plot.ts'

/** A table of one operation, for the terminal. */
export function print({ title, axis, figures, points, note, seconds }: Growth): void {
  say(bold(title) + dim(`  ${Math.round(seconds)} s`))
  say(`  ${axis.padEnd(24)}${figures.map(({ name, unit }) => `${name}, ${unit}`.padStart(width(name, unit))).join('')}`)
  for (const { size, values, error } of points) {
    const cells = figures.map(({ name, unit }) => shown(values, name).padStart(width(name, unit))).join('')
    say(`  ${rounded(size).padEnd(24)}${error ? `failed: ${error}` : cells}`)
  }
  if (note) say(dim(`  ${note}`))
  say()
}

const width = (name: string, unit: string): number => Math.max(14, name.length + unit.length + 5)
const shown = (values: Point['values'], name: string): string => rounded(values?.[name] ?? Number.NaN)

/** The same in Markdown, with its plot. */
export function section(growth: Growth): string {
  const { id, title, axis, figures, points, note } = growth
  const lines = [`## ${title}`, '']
  if (drawable(growth)) lines.push(`![${title}, by ${axis}](scale/${id}.svg)`, '')
  lines.push(
    `| ${axis} | ${figures.map(({ name, unit }) => `${name}, ${unit}`).join(' | ')} |`,
    `|---:|${figures.map(() => '---:').join('|')}|`,
  )
  for (const { size, values, error } of points) {
    const cells = error ? [`failed: ${error.replaceAll('|', '/')}`] : figures.map(({ name }) => shown(values, name))
    lines.push(`| ${rounded(size)} | ${cells.join(' | ')} |`)
  }
  lines.push('')
  if (note) lines.push(note, '')
  return lines.join('\n')
}

const drawable = ({ points }: Growth): boolean => points.some(({ values }) => values)

/** The plot of one operation. */
export function drawing({ title, axis, figures, plotted, points }: Growth): string {
  const unit = figures.find(({ name }) => name === plotted[0])?.unit ?? ''
  const series = plotted.map((name) => ({
    name,
    points: points.flatMap(({ size, values }) => (values ? [{ x: size, y: values[name] as number }] : [])),
  }))
  return plot({ title, x: axis, y: unit === 'ms' ? 'milliseconds' : unit, series })
}

/** Puts texts between the marks `<!-- filled: name -->` and `<!-- end -->` of a page. @throws {Error} when a mark is missing */
export function filled(page: string, texts: Record<string, string>): string {
  for (const [name, text] of Object.entries(texts)) {
    const mark = `<!-- filled: ${name} -->`
    const [before, after] = page.split(mark) as [string, string | undefined]
    const end = after?.indexOf('<!-- end -->') ?? -1
    if (after === undefined || end < 0) throw new Error(`The page has no place for ${name}`)
    page = `${before}${mark}\n\n${text}\n\n${after.slice(end)}`
  }
  return page
}

export interface Written {
  growths: Growth[]
  /** Undefined when something that they need could not be measured. */
  regions: Regions | undefined
  /** When, on what, how. */
  circumstances: string
}

/** Writes all pages into `docs`. @returns the files, by their names there */
export function write(docs: string, { growths, regions, circumstances }: Written): string[] {
  const plots = path.join(docs, 'scale')
  fs.mkdirSync(plots, { recursive: true })
  const files: string[] = []
  const keep = (name: string, text: string) => {
    fs.writeFileSync(path.join(docs, name), text)
    files.push(name)
  }
  for (const growth of growths.filter(drawable)) keep(`scale/${growth.id}.svg`, drawing(growth))
  const page = ['# How each operation grows', '', circumstances, '', HOW, '', ...growths.map(section)].join('\n')
  keep('scale.md', `${page.trimEnd()}\n`)
  const scaling = path.join(docs, 'scaling.md')
  if (regions) keep('scaling.md', filled(fs.readFileSync(scaling, 'utf8'), { run: circumstances, ...regions }))
  return files
}

const HOW = `\`npm run bench:scale\` writes this page and fills in the figures of [scaling.md](scaling.md). What matters is the shape: a line
that stays level costs the same at any size. Both axes of every plot are logarithmic. Absolute figures are those of one
machine that client and server share; [benchmarks.md](benchmarks.md) puts some of them beside others'.`
