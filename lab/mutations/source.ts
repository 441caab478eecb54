/** Applies the edits of mutations to the source, which it indexes by the names of declarations. */
import fs from 'node:fs'
import path from 'node:path'
import type { Edit, Mutation } from './mutation.ts'
import { declarationsOf, type Names, namesOf, type Span } from './syntax.ts'

/** Names of Preact and of the Workers runtime that mutations bring in and that neither `src` nor Node has. */
const FOREIGN = new Set(['dangerouslySetInnerHTML', '__html', 'scheduler'])

export class Source {
  readonly #root: string
  readonly #texts = new Map<string, string>()
  readonly #declarations = new Map<string, Span[]>()
  readonly #words = new Set<string>()

  /** Reads every TypeScript file in `src` of the project at `root`. */
  constructor(root: string) {
    this.#root = root
    for (const file of fs.globSync('src/**/*.{ts,tsx}', { cwd: root })) {
      for (const span of declarationsOf(file, this.#text(file))) {
        this.#declarations.set(span.name, [...(this.#declarations.get(span.name) ?? []), span])
      }
      for (const [word] of this.#text(file).matchAll(/[\w$]+/g)) this.#words.add(word)
    }
  }

  /**
   * @returns the new text of every file that the mutation changes, by its path under the root.
   * @throws {Error} when an edit does not fit the source exactly once, or names what the source does not have: the
   *   trial would fail of the edit then, and not of the bug.
   */
  mutated({ bug, edits }: Pick<Mutation, 'bug' | 'edits'>): Map<string, string> {
    try {
      const indices = edits.map((edit) => this.#find(edit)).sort((a, b) => b.start - a.start)
      const changed = new Map<string, string>()
      for (const { file, start, end, replacement } of indices) {
        const text = changed.get(file) ?? this.#text(file)
        changed.set(file, text.slice(0, start) + replacement + text.slice(end))
      }
      for (const [file, text] of changed) if (/\.tsx?$/.test(file)) this.#checkNames(file, text)
      return changed
    } catch (error) {
      throw new Error(`"${bug}" does not fit the source: ${(error as Error).message}`)
    }
  }

  #text(file: string): string {
    const text = this.#texts.get(file) ?? fs.readFileSync(path.join(this.#root, file), 'utf8')
    this.#texts.set(file, text)
    return text
  }

  #find({ symbol, file, search, replace }: Edit): Span & { replacement: string } {
    const spans = symbol === undefined ? [this.#whole(file)] : (this.#declarations.get(symbol) ?? [])
    if (spans.length === 0) throw new Error(`nothing in src is called ${symbol}`)
    const pattern = patternOf(search)
    const found = spans.flatMap((span) =>
      [...this.#text(span.file).slice(span.start, span.end).matchAll(pattern)].map((match) => ({ span, match })),
    )
    const [only] = found
    if (!only || found.length > 1) throw new Error(`${symbol ?? file} has ${found.length} times ${search}`)
    const { span, match } = only
    const start = span.start + match.index
    const replacement = replace.replace(/\$([a-z]\w*)/gi, (all, name) => match.groups?.[name] ?? all)
    return { ...span, start, end: start + match[0].length, replacement }
  }

  #whole(file: string): Span {
    return { name: file, file, start: 0, end: this.#text(file).length }
  }

  #checkNames(file: string, text: string): void {
    const before = namesOf(file, this.#text(file))
    const after = namesOf(file, text)
    const isKnown = (kind: keyof Names, name: string) =>
      before[kind].has(name) || after.declared.has(name) || name in globalThis || FOREIGN.has(name)
    const unknown = [
      ...[...after.used].filter((name) => !isKnown('used', name) && !before.declared.has(name)),
      ...[...after.members].filter((name) => !isKnown('members', name) && !this.#words.has(name) && !isBuiltIn(name)),
    ]
    if (unknown.length > 0) throw new Error(`${file} knows no ${unknown.join(', ')}`)
  }
}

const isBuiltIn = (name: string): boolean =>
  [Number, Array.prototype, String.prototype, Promise.prototype, console].some((each) => name in each)

/** `search` as an expression that finds it anywhere. */
function patternOf(search: string): RegExp {
  const seen = new Set<string>()
  const source = search
    .replace(/[.*+?^()[\]\\|{}]/g, '\\$&')
    .replace(/\$([a-z]\w*)/gi, (_, name) => {
      if (seen.has(name)) return `\\k<${name}>`
      seen.add(name)
      return `(?<${name}>[\\w#]+(?:\\.[\\w#]+)*)`
    })
    .replace(/\s+/g, '\\s+')
    .replace(/…/g, '[^]*?')
    .replace(/\$(?=\\\{)/g, '\\$')
  return new RegExp(source, 'g')
}
