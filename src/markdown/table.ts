/** Tables: a line of cells, a line of dashes, and lines of cells. */
import type { Part } from './blocks'
import type { Align, Inline } from './tree'
import { isVisible } from './tree'

type Cells<N> = (text: string) => Inline<N>[]

export function tableAt<N>(lines: string[], at: number, cell: Cells<N>): Part<N> | null {
  const dashes = lines[at + 1]
  if (!dashes?.includes('|') || !/^[\s|:-]+$/.test(dashes)) return null
  const head = cellsOf(lines[at])
  const align = cellsOf(dashes)?.map(alignOf)
  if (!head || !align || align.includes(null) || head.length !== align.length) return null
  const rows: string[][] = []
  let end = at + 2
  for (let row = cellsOf(lines[end]); row; row = cellsOf(lines[++end])) rows.push(row)
  if (!isVisible([head, ...rows].flat().join(''))) return null
  return {
    block: {
      type: 'table',
      blankLines: 0,
      align: align as Align[],
      head: head.map(cell),
      rows: rows.map((row) => row.map(cell)),
    },
    end,
  }
}

/** Null of a line that has no cells. A pipe behind a backslash is part of its cell. */
function cellsOf(line: string | undefined): string[] | null {
  if (!line?.includes('|')) return null
  const cells: string[] = []
  let cell = ''
  for (let at = 0; at < line.length; at++) {
    const char = line[at] ?? ''
    if (char === '\\' && line[at + 1] === '|') {
      cell += '|'
      at++
    } else if (char === '|') {
      cells.push(cell)
      cell = ''
    } else cell += char
  }
  cells.push(cell)
  // Before the first pipe and behind the last one is nothing, if they stand at the edges.
  if (cells[0]?.trim() === '') cells.shift()
  if (cells.length > 1 && cells.at(-1)?.trim() === '') cells.pop()
  return cells.length > 0 ? cells.map((each) => each.trim()) : null
}

/** Null of what is no line of dashes. */
function alignOf(dashes: string): Align | null {
  if (!/^:?-+:?$/.test(dashes)) return null
  const [left, right] = [dashes.startsWith(':'), dashes.endsWith(':')]
  if (left && right) return 'center'
  return right ? 'end' : left ? 'start' : undefined
}
