/** The plain text of a message in one line without marks, and the names in it. */
import { parse } from './blocks'
import type { Block, FindName, Inline } from './tree'

/** Characters of a text that are read for a preview. */
const PREVIEW = 1_000

/** @param length how many characters of the text are read */
export function plainText(text: string, length = PREVIEW): string {
  const shown = parse(text.slice(0, length)).map(ofBlock).join(' ').replace(/\s+/g, ' ').trim()
  return shown || text.trim()
}

function ofBlock(block: Block): string {
  switch (block.type) {
    case 'text':
      return ofInlines(block.children)
    case 'code':
      return block.text
    case 'quote':
      return block.children.map(ofBlock).join(' ')
    case 'list':
      return block.items
        .map(({ marker, done, children }) => {
          const sign = done === undefined ? (block.ordered ? marker : '•') : done ? '☑' : '☐'
          return `${sign} ${children.map(ofBlock).join(' ')}`
        })
        .join(' ')
    case 'table':
      return [block.head, ...block.rows].map((row) => row.map(ofInlines).join(' ')).join(' ')
  }
}

const ofInlines = (parts: Inline[]): string => parts.map(ofInline).join('')

function ofInline(part: Inline): string {
  return 'text' in part ? part.text : ofInlines(part.children)
}

/** A name in a text: as written, with its sign; its position in UTF-16 units; and what it names. */
export interface FoundName<N> {
  text: string
  start: number
  name: N
}

/** The names in a text, in order, without those in code, addresses and links. */
export const findNames = <N>(text: string, findName: FindName<N>): FoundName<N>[] =>
  parse(text, findName).flatMap((block) => namesOfBlock(block))

export const namesIn = <N>(text: string, findName: FindName<N>): N[] =>
  findNames(text, findName).map(({ name }) => name)

function namesOfBlock<N>(block: Block<N>): FoundName<N>[] {
  switch (block.type) {
    case 'text':
      return namesOf(block.children)
    case 'code':
      return []
    case 'quote':
      return block.children.flatMap((child) => namesOfBlock(child))
    case 'list':
      return block.items.flatMap(({ children }) => children.flatMap((child) => namesOfBlock(child)))
    case 'table':
      return [block.head, ...block.rows].flat().flatMap((cell) => namesOf(cell))
  }
}

const namesOf = <N>(parts: Inline<N>[]): FoundName<N>[] =>
  parts.flatMap((part) => {
    if (part.type === 'name') return [{ text: part.text, start: part.at, name: part.name }]
    return 'children' in part ? namesOf(part.children) : []
  })
