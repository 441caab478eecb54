/** Parses the parts of a paragraph: emphasis, code, addresses, links, names. It reads each character a bounded number of times. */
import { isVisible } from '../protocol/text'
import { delimiterRun, type Mark } from './delimiter-run'
import { type Piece, resolveEmphasis } from './emphasis'
import type { FindName, Inline } from './tree'
import { linkTarget, mailAddressAt, webAddressAt } from './urls'

/** Characters at which a part may begin or end. */
const SIGN = /[\\`*_~[\]@＠#＃]|https?:\/\/|www\./gi
/** A backslash escapes these marks. It stays visible: paths and shrugging faces have many. */
const ESCAPED = /[\\`*_~[\]]/
/** The longest address of a link. */
const TARGET_LENGTH = 2_048

/** @param offsetOf maps an index of this part to the whole text; called in ascending order */
export function parseInlines<N>(
  text: string,
  findName: FindName<N> = () => null,
  offsetOf: (index: number) => number = (index) => index,
): Inline<N>[] {
  return resolveEmphasis(new Scanner(text, findName, offsetOf).pieces())
}

class Scanner<N> {
  readonly #text: string
  readonly #findName: FindName<N>
  readonly #offsetOf: (index: number) => number
  readonly #pieces: Piece<N>[] = []
  /** The index of the plain text that is not a piece yet. */
  #from = 0
  /** For each opening bracket, the number of pieces before it, and its index. */
  #brackets: { pieces: number; at: number }[] = []
  /** Before this index names are not looked for. */
  #namesFrom = 0
  readonly #fences: CodeFences
  #parentheses: Map<number, number> | undefined

  constructor(text: string, findName: FindName<N>, offsetOf: (index: number) => number) {
    this.#text = text
    this.#findName = findName
    this.#offsetOf = offsetOf
    this.#fences = new CodeFences(text)
  }

  pieces(): Piece<N>[] {
    SIGN.lastIndex = 0
    const text = this.#text
    for (let found = SIGN.exec(text); found; found = SIGN.exec(text)) {
      // Signs within the new piece belong to it.
      const next = this.#sign(found[0], found.index)
      SIGN.lastIndex = next
    }
    this.#plainTo(text.length)
    return this.#pieces
  }

  /** @returns the index to continue from */
  #sign(sign: string, at: number): number {
    switch (sign) {
      case '\\':
        return ESCAPED.test(this.#text[at + 1] ?? '') ? at + 2 : at + 1
      case '`':
        return this.#code(at)
      case '*':
      case '_':
      case '~':
        return this.#run(sign, at)
      case '[':
        this.#plainTo(at)
        this.#brackets.push({ pieces: this.#pieces.length, at })
        return at + 1
      case ']':
        return this.#link(at)
      case '@':
        return this.#mailAddress(at) ?? this.#name(at)
      case '＠':
      case '#':
      case '＃':
        return this.#name(at)
      default:
        return this.#webAddress(at) ?? at + sign.length
    }
  }

  #plainTo(end: number): void {
    if (end > this.#from) this.#pieces.push({ type: 'text', text: this.#text.slice(this.#from, end) })
    this.#from = end
  }

  #push(start: number, end: number, piece: Piece<N>): number {
    this.#plainTo(start)
    this.#pieces.push(piece)
    this.#from = end
    return end
  }

  #code(at: number): number {
    const length = this.#fences.lengthAt(at)
    const close = this.#fences.closing(at, length)
    if (close === null) return at + length
    const inside = this.#text.slice(at + length, close)
    if (!isVisible(inside)) return at + length
    // Blanks separate backticks of the code from those around it.
    const text = inside.includes('`') ? inside.replace(/^ (.*) $/s, '$1') : inside
    return this.#push(at, close + length, { type: 'code', text })
  }

  #webAddress(at: number): number | null {
    const found = webAddressAt(this.#text, at)
    return found && this.#address(at, found.end, found.href)
  }

  #mailAddress(at: number): number | null {
    const found = mailAddressAt(this.#text, at, this.#from)
    return found && this.#address(found.start, found.end, found.href)
  }

  #address(start: number, end: number, href: string): number {
    const text = this.#text.slice(start, end)
    return this.#push(start, end, { type: 'link', href, children: [{ type: 'text', text }] })
  }

  #name(at: number): number {
    const found = at < this.#namesFrom ? null : this.#findName(this.#text, at)
    if (!found || found.end <= at) return at + 1
    const text = this.#text.slice(at, found.end)
    return this.#push(at, found.end, { type: 'name', text, at: this.#offsetOf(at), name: found.name })
  }

  #run(mark: Mark, at: number): number {
    const text = this.#text
    let end = at + 1
    while (text[end] === mark) end++
    const last = this.#pieces.at(-1)
    // The end of an address does not decide about the mark after it.
    const before = last?.type === 'link' && this.#from === at ? 'a' : text.slice(Math.max(0, at - 2), at)
    const run = delimiterRun(mark, end - at, before, text.slice(end, end + 3))
    return run ? this.#push(at, end, run) : end
  }

  #link(at: number): number {
    const bracket = this.#brackets.pop()
    if (!bracket || this.#text[at + 1] !== '(') return at + 1
    const target = this.#targetAt(at + 2)
    if (target === null) return this.#withoutNames(at)
    const shown = this.#text.slice(bracket.at + 1, at)
    // An exclamation mark makes an image, which is shown as written.
    if (!isVisible(shown) || this.#text[bracket.at - 1] === '!') return this.#withoutNames(at)
    this.#plainTo(at)
    const inside = this.#pieces.splice(bracket.pieces)
    const [first] = inside
    // The bracket itself.
    if (first?.type === 'text') first.text = first.text.slice(1)
    this.#from = target.end
    this.#brackets = []
    this.#pieces.push({ type: 'link', href: target.href, children: resolveEmphasis(inside.flatMap(unlinked)) })
    return target.end
  }

  /** A refused target is shown as written, without names. @returns the index after the bracket */
  #withoutNames(bracket: number): number {
    const [target = ''] = /^[^)\n]*/.exec(this.#text.slice(bracket + 2, bracket + 2 + TARGET_LENGTH)) ?? []
    this.#namesFrom = bracket + 2 + target.length
    return bracket + 1
  }

  #targetAt(start: number): { href: string; end: number } | null {
    this.#parentheses ??= parentheses(this.#text)
    const close = this.#parentheses.get(start - 1)
    if (close === undefined || close - start > TARGET_LENGTH) return null
    const href = linkTarget(this.#text.slice(start, close))
    return href === null ? null : { href, end: close + 1 }
  }
}

/** For each opening parenthesis the index of its closing one, when no blank is between them. */
function parentheses(text: string): Map<number, number> {
  const pairs = new Map<number, number>()
  let open: number[] = []
  for (const { 0: char, index } of text.matchAll(/[()\s]/g)) {
    if (char === '(') open.push(index)
    else if (char !== ')') open = []
    else {
      const opener = open.pop()
      if (opener !== undefined) pairs.set(opener, index)
    }
  }
  return pairs
}

/** A link cannot contain links or names. */
function unlinked<N>(piece: Piece<N>): Piece<N>[] {
  if (piece.type === 'link') return piece.children
  return [piece.type === 'name' ? { type: 'text', text: piece.text } : piece]
}

/** Finds the run of backticks that closes the code opened by another run. */
class CodeFences {
  readonly #text: string
  /** Starts of runs by length, ascending; built on the first request. */
  #starts: Map<number, number[]> | undefined
  /** For each length, how many starts the last request passed: requests ascend. */
  readonly #passed = new Map<number, number>()

  constructor(text: string) {
    this.#text = text
  }

  lengthAt(at: number): number {
    let end = at
    while (this.#text[end] === '`') end++
    return end - at
  }

  closing(at: number, length: number): number | null {
    this.#starts ??= this.#find()
    const starts = this.#starts.get(length) ?? []
    let passed = this.#passed.get(length) ?? 0
    while (passed < starts.length && (starts[passed] ?? 0) <= at) passed++
    this.#passed.set(length, passed)
    return starts[passed] ?? null
  }

  #find(): Map<number, number[]> {
    const found = new Map<number, number[]>()
    for (const { 0: run, index } of this.#text.matchAll(/`+/g)) {
      const starts = found.get(run.length)
      if (starts) starts.push(index)
      else found.set(run.length, [index])
    }
    return found
  }
}
