/** Parses a message into blocks of lines: quotes, lists, code, tables. Everything else is running text. */
import { isVisible } from '../protocol/text'
import { parseInlines } from './inline'
import { tableAt } from './table'
import type { Block, FindName, Inline, Item, Part } from './tree'

/** Deeper nesting of quotes and lists is running text. */
const DEPTH = 6
/** A longer text is shown as sent. A message has at most 10,000 characters. */
const LENGTH = 50_000

/** A line without its end (LF, CR or CRLF); also an empty line, and the one after the last end. */
const LINE = /(?<![^\r\n])(?<!\r(?=\n))[^\r\n]*/g
const FENCE = /^ {0,3}(`{3,}|~{3,})(.*)$/
/** A blank follows the mark of a quote: `>_<` and `>=` are no quotes. */
const QUOTED = /^ {0,3}>(?:[ \t]?>)*(?:[ \t]|$)/
const ITEM = /^( *)([-*]|\d{1,9}[.)])([ \t]+)(?=\S)/
const RULE = /^ {0,3}([-*_])(?:[ \t]*\1){2,}[ \t]*$/
const TASK = /^\[([ xX])\][ \t]+(?=\S)/

/** A line, or a part of one, and the index of its beginning. */
interface Line {
  text: string
  at: number
}

/** Never throws, and takes time in proportion to the length of the text. */
export function parse<N = never>(text: string, findName?: FindName<N>): Block<N>[] {
  if (text.length > LENGTH) return [{ type: 'text', blankLines: 0, children: [{ type: 'text', text }] }]
  const lines = [...text.matchAll(LINE)].map(({ 0: line, index: at }) => ({ text: line, at }))
  return new Reader(lines, findName).blocks(
    lines.map((line) => line.text),
    0,
    0,
  )
}

class Reader<N> {
  /** The lines of the whole text. */
  readonly #source: Line[]
  readonly #findName: FindName<N> | undefined

  constructor(source: Line[], findName: FindName<N> | undefined) {
    this.#source = source
    this.#findName = findName
  }

  /**
   * @param lines ends of as many lines of the whole text, without what quotes and lists around them begin with
   * @param top the number of the first of them
   * @param depth of quotes and lists around these lines; in an item of a list the first line begins no other list
   */
  blocks(lines: string[], top: number, depth: number, inItem = false): Block<N>[] {
    const found: Block<N>[] = []
    /** Running text that is in no block yet, with the blank lines in it; `blankBefore` counts those before it. */
    let running: string[] = []
    let runningTop = 0
    let blankBefore = 0
    /** Blank lines after the last line that was read. */
    let blank: string[] = []
    const flush = () => {
      if (running.length > 0) {
        const children = this.#paragraphs(running, runningTop)
        found.push({ type: 'text', blankLines: blankBefore, children })
      }
      running = []
    }
    for (let at = 0; at < lines.length; ) {
      const line = lines[at] ?? ''
      if (line.trim() === '') {
        blank.push(line)
        at++
        continue
      }
      const { block, end } = this.#blockAt(lines, at, top, depth, at > 0 || !inItem) ?? { block: null, end: at + 1 }
      if (block) {
        flush()
        found.push({ ...block, blankLines: blank.length } as Block<N>)
      } else {
        if (running.length > 0) running.push(...blank)
        else {
          blankBefore = blank.length
          runningTop = top + at
        }
        running.push(...lines.slice(at, end))
      }
      blank = []
      at = end
    }
    flush()
    return found
  }

  /** The block that begins at a line; when `block` is null, lines up to `end` are running text. */
  #blockAt(lines: string[], at: number, top: number, depth: number, mayList: boolean): Part<N> | null {
    return (
      codeAt(lines, at) ??
      (depth < DEPTH ? this.#quoteAt(lines, at, top, depth) : null) ??
      (depth < DEPTH && mayList ? this.#listAt(lines, at, top, depth) : null) ??
      tableAt(lines, at, (cell, line) => this.#cell(cell, top + line, lines[line] ?? ''))
    )
  }

  /** Maps a column of the end of a line to an index of the whole text. */
  #offsetOf(number: number, lineEnd: string, column: number): number {
    const source = this.#source[number] as Line
    return source.at + source.text.length - lineEnd.length + column
  }

  #cell({ text, at }: Line, number: number, lineEnd: string): Inline<N>[] {
    // In the line, a backslash stands before each pipe of the cell.
    const column = (index: number) => at + index + (text.slice(0, index).match(/\|/g)?.length ?? 0)
    return parseInlines(text, this.#findName, (index) => this.#offsetOf(number, lineEnd, column(index)))
  }

  /** Emphasis ends at blank lines. */
  #paragraphs(lines: string[], top: number): Inline<N>[] {
    const text = lines.join('\n')
    let line = 0
    let begin = 0
    // Called in ascending order.
    const offsetAt = (index: number) => {
      for (let length = lines[line]?.length ?? 0; index > begin + length; length = lines[line]?.length ?? 0) {
        begin += length + 1
        line++
      }
      return this.#offsetOf(top + line, lines[line] ?? '', index - begin)
    }
    let from = 0
    return text.split(/(\n(?:[^\S\n]*\n)+)/).flatMap((part, number): Inline<N>[] => {
      const start = from
      from += part.length
      if (number % 2 === 1) return [{ type: 'text', text: part }]
      return parseInlines(part, this.#findName, (index) => offsetAt(start + index))
    })
  }

  #quoteAt(lines: string[], at: number, top: number, depth: number): Part<N> | null {
    let end = at
    while (end < lines.length && QUOTED.test(lines[end] ?? '')) end++
    if (end === at) return null
    const inside = lines.slice(at, end).map((line) => line.replace(/^ {0,3}>[ \t]?/, ''))
    if (!isVisible(inside.join('').replaceAll('>', ''))) return { block: null, end }
    return { block: { type: 'quote', blankLines: 0, children: this.blocks(inside, top + at, depth + 1) }, end }
  }

  #listAt(lines: string[], start: number, top: number, depth: number): Part<N> | null {
    const first = itemAt(lines[start])
    if (!first || first.indent > 3) return null
    const items: Item<N>[] = []
    let at = start
    for (let item: ItemLine | null = first; item && item.kind === first.kind; item = itemAt(lines[at])) {
      if (item.indent > first.indent + 1) break
      const end = endOfItem(lines, at, item)
      const inside = [item.text, ...lines.slice(at + 1, end).map((line) => outdent(line, item?.width ?? 0))]
      const task = TASK.exec(item.text)
      if (task) inside[0] = item.text.slice(task[0].length)
      items.push({
        marker: item.marker,
        done: task ? task[1] !== ' ' : undefined,
        children: this.blocks(inside, top + at, depth + 1, true),
      })
      at = end
    }
    return { block: { type: 'list', blankLines: 0, ordered: first.kind.length > 1, items }, end: at }
  }
}

interface ItemLine {
  indent: number
  marker: string
  /** Items of one kind form one list: "-", "*", "0." or "0)". */
  kind: string
  /** The column of the text in the first line. */
  width: number
  text: string
}

function itemAt(line: string | undefined): ItemLine | null {
  const found = line !== undefined && !RULE.test(line) ? ITEM.exec(line) : null
  if (!found) return null
  const [all, indent = '', marker = ''] = found
  const text = (line ?? '').slice(all.length)
  if (!isVisible(text)) return null
  return { indent: indent.length, marker, kind: marker.replace(/^\d+/, '0'), width: all.length, text }
}

/** An item continues with lines that are indented by two or more, and blank lines between them. */
function endOfItem(lines: string[], at: number, { indent }: ItemLine): number {
  let end = at + 1
  for (let next = end; next < lines.length; next++) {
    const line = lines[next] ?? ''
    if (line.trim() === '') continue
    if (!line.startsWith('\t') && line.search(/\S/) < indent + 2) break
    end = next + 1
  }
  return end
}

const outdent = (line: string, width: number) =>
  line.startsWith('\t') ? line.slice(1) : line.slice(Math.min(width, Math.max(0, line.search(/\S/))))

/** Code without a closing fence continues to the end. The closing fence may stand at the end of the last line of code. */
function codeAt<N>(lines: string[], at: number): Part<N> | null {
  const [, fence = '', language = ''] = FENCE.exec(lines[at] ?? '') ?? []
  if (fence === '' || (fence.startsWith('`') && language.includes('`'))) return null
  const code: string[] = []
  let end = at + 1
  for (let closed = false; end < lines.length && !closed; end++) {
    const line = lines[end] ?? ''
    const before = beforeFence(line, fence)
    closed = before !== null
    if (before === null) code.push(line)
    else if (before.trim() !== '') code.push(before)
  }
  const text = code.join('\n')
  if (!isVisible(text)) return null
  return { block: { type: 'code', blankLines: 0, language: language.trim(), text }, end }
}

/** The text before a closing fence on its line; null without a fence. */
function beforeFence(line: string, fence: string): string | null {
  const written = line.trimEnd()
  let at = written.length
  while (at > 0 && written[at - 1] === fence[0]) at--
  return written.length - at >= fence.length ? written.slice(0, at) : null
}
