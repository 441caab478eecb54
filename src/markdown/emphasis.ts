/** Pairs the marks of emphasis as CommonMark does, in linear time, and builds the tree of the text between them. */
import { isVisible } from '../protocol/text'
import type { DelimiterRun } from './delimiter-run'
import type { Inline } from './tree'

export type Piece<N> = Inline<N> | DelimiterRun

/** Deeper nesting is shown as written. */
const DEPTH = 12

interface Pair {
  type: 'strong' | 'em' | 'del'
  mark: string
  /** Whether its marks are shown as characters. */
  literal: boolean
}

/** A run while its marks are paired. */
interface Open extends DelimiterRun {
  /** Marks without a pair. */
  left: number
  index: number
  /** Outermost last. */
  opened: Pair[]
  closed: Pair[]
  before: Open | undefined
}

export function resolveEmphasis<N>(pieces: Piece<N>[]): Inline<N>[] {
  const runs = pieces.map((piece, index): Open | undefined =>
    piece.type === 'run'
      ? { ...piece, left: piece.length, index, opened: [], closed: [], before: undefined }
      : undefined,
  )
  pair(runs.filter((run) => run !== undefined))
  return build(pieces, runs)
}

/**
 * The algorithm of CommonMark's appendix. Openers are a stack. No opener below `floor` fits a closer of that kind, so closers
 * of one kind pass each opener once.
 */
function pair(runs: Open[]): void {
  const floor = new Map<string, number>()
  let top: Open | undefined
  for (const closer of runs) {
    while (closer.closes && closer.left > 0) {
      const kind = `${closer.mark}${closer.opens}${closer.length % 3}`
      const lowest = floor.get(kind) ?? -1
      let opener = top
      while (opener && opener.index > lowest && !canPair(opener, closer)) opener = opener.before
      if (!opener || opener.index <= lowest) {
        floor.set(kind, top?.index ?? -1)
        break
      }
      const length = opener.left > 1 && closer.left > 1 ? 2 : 1
      const type = closer.mark === '~' ? 'del' : length === 2 ? 'strong' : 'em'
      const found: Pair = { type, mark: closer.mark.repeat(length), literal: false }
      opener.opened.push(found)
      closer.closed.push(found)
      opener.left -= length
      closer.left -= length
      // Openers in between have no closer.
      top = opener.left > 0 ? opener : opener.before
    }
    if (closer.opens && closer.left > 0) {
      closer.before = top
      top = closer
    }
  }
}

function canPair(opener: Open, closer: Open): boolean {
  if (opener.mark !== closer.mark) return false
  const both = opener.closes || closer.opens
  return !(both && (opener.length + closer.length) % 3 === 0 && (opener.length % 3 !== 0 || closer.length % 3 !== 0))
}

interface Frame<N> {
  pair: Pair | undefined
  children: Inline<N>[]
  visible: boolean
}

function build<N>(pieces: Piece<N>[], runs: (Open | undefined)[]): Inline<N>[] {
  const stack: Frame<N>[] = [{ pair: undefined, children: [], visible: false }]
  const current = () => stack[stack.length - 1] as Frame<N>

  function add(node: Inline<N>): void {
    const { children } = current()
    if (node.type === 'text' && node.text === '') return
    const last = children[children.length - 1]
    if (node.type === 'text' && last?.type === 'text') last.text += node.text
    else children.push(node.type === 'text' ? { ...node } : node)
    current().visible ||= node.type === 'text' ? isVisible(node.text) : true
  }
  const addText = (text: string) => add({ type: 'text', text })

  function open(each: Pair): void {
    each.literal = stack.length > DEPTH
    if (each.literal) addText(each.mark)
    else stack.push({ pair: each, children: [], visible: false })
  }

  function close(each: Pair): void {
    const frame = each.literal ? undefined : stack.pop()
    if (frame?.visible) add({ type: each.type, children: frame.children })
    else {
      // Marks around invisible text are shown as characters.
      addText(each.mark)
      if (!frame) return
      frame.children.forEach(add)
      addText(each.mark)
    }
  }

  for (const [index, piece] of pieces.entries()) {
    const run = runs[index]
    if (run) {
      run.closed.forEach(close)
      addText(run.mark.repeat(run.left))
      run.opened.reverse().forEach(open)
    } else if (piece.type !== 'run') add(piece)
  }
  return (stack[0] as Frame<N>).children
}
