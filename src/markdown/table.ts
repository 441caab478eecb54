/** Tables: a line of cells, a line of dashes, and lines of cells. */
import { isVisible } from '../protocol/text'
import type { Align, Inline, Part } from './tree'

/** A cell without the backslashes before its pipes; `at` is its index in its line. */
interface Cell {
  text: string
  at: number
}

/** Parses a cell of a line. */
type Cells<N> = (cell: Cell, line: number) => Inline<N>[]

export function tableAt<N>(lines: string[], at: number, cell: Cells<N>): Part<N> | null {
  const dashes = lines[at + 1]
  if (!dashes?.includes('|') || !/^[\s|:-]+$/.test(dashes)) return null
  const head = cellsOf(lines[at])
  const align = cellsOf(dashes)?.map(({ text }) => alignOf(text))
  if (!head || !align || align.includes(null) || head.length !== align.length) return null
  const rows: Cell[][] = []
  let end = at + 2
  for (let row = cellsOf(lines[end]); row; row = cellsOf(lines[++end])) rows.push(row)
  if (![head, ...rows].flat().some(({ text }) => isVisible(text))) return null
  return {
    block: {
      type: 'table',
      blankLines: 0,
      align: align as Align[],
      head: head.map((each) => cell(each, at)),
      rows: rows.map((row, index) => row.map((each) => cell(each, at + 2 + index))),
    },
    end,
  }
}

/** Null for a line without cells. A pipe after a backslash belongs to its cell. */
function cellsOf(line: string | undefined): Cell[] | null {
  if (!line?.includes('|')) return null
  const cells: Cell[] = []
  let text = ''
  let start = 0
  const end = () => {
    cells.push({ text: text.trim(), at: start + text.length - text.trimStart().length })
    text = ''
  }
  for (let at = 0; at < line.length; at++) {
    const char = line[at] ?? ''
    if (char === '\\' && line[at + 1] === '|') {
      text += '|'
      at++
    } else if (char === '|') {
      end()
      start = at + 1
    } else text += char
  }
  end()
  // Pipes at the edges of a line make no empty cells.
  if (cells[0]?.text === '') cells.shift()
  if (cells.length > 1 && cells.at(-1)?.text === '') cells.pop()
  return cells.length > 0 ? cells : null
}

/** Null for a cell that is not made of dashes. */
function alignOf(dashes: string): Align | null {
  if (!/^:?-+:?$/.test(dashes)) return null
  const [left, right] = [dashes.startsWith(':'), dashes.endsWith(':')]
  if (left && right) return 'center'
  return right ? 'end' : left ? 'start' : undefined
}
