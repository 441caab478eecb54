/**
 * Runs the product's readers of images and forms with a counter in every loop and function, and for every byte that
 * built-in methods handle. The cost of a file is then a number that depends on nothing but the file and the code.
 */
import { createRequire } from 'node:module'
import { type Plugin, transform } from 'esbuild'
import { parseAst } from 'vite'
import { bundleForNode } from '../../harness/bundle.ts'

/** The name under which the instrumented code finds its count. */
const COUNT = '__work'

/** What reading came to. */
export interface Reading {
  /** What was found, or the code of the refusal, or `broken: …` for anything else that was thrown. */
  outcome: string
  /** Passes through loops, calls of functions, and bytes or items that built-in methods went over. */
  work: number
}

/** What of the sources is measured, as they export it. */
interface Readers {
  checkImage(bytes: Uint8Array<ArrayBuffer>): { type: string; width: number; height: number }
  partsOf(
    stream: ReadableStream<Uint8Array<ArrayBuffer>>,
    boundary: string,
    most: number,
  ): AsyncIterable<{ body: AsyncIterable<Uint8Array> }>
  ChatError: new () => Error & { code: string }
}

export class MeasuredReaders {
  readonly #readers: Readers
  readonly #work: { done: number }

  private constructor(readers: Readers, work: { done: number }) {
    this.#readers = readers
    this.#work = work
  }

  /** Builds the readers from the sources as they are. */
  static async load(): Promise<MeasuredReaders> {
    const script = await bundleForNode(
      `
        export { checkImage } from './src/media/inspect'
        export { formParts as partsOf } from './src/media/multipart'
        export { ChatError } from './src/protocol'`,
      { plugins: [counting] },
    )
    const work = { done: 0 }
    const counted = { [COUNT]: work, Uint8Array: allocating(Uint8Array, work), Blob: allocating(Blob, work) }
    const module = { exports: {} as Readers }
    const parameters = ['module', 'require', ...Object.keys(counted)]
    const run = new Function(...parameters, script)
    run(module, createRequire(import.meta.url), ...Object.values(counted))
    return new MeasuredReaders(module.exports, work)
  }

  image(bytes: Uint8Array<ArrayBuffer>): Reading {
    const restore = countBuiltIns(this.#work)
    this.#work.done = 0
    try {
      const { type, width, height } = this.#readers.checkImage(bytes)
      return { outcome: `${type} ${width}×${height}`, work: this.#work.done }
    } catch (error) {
      return { outcome: this.#refusal(error), work: this.#work.done }
    } finally {
      restore()
    }
  }

  /** Reads a form that arrives in these chunks to its end, as `form` does: every body is gone through. */
  async form(chunks: Uint8Array<ArrayBuffer>[], boundary: string, most: number): Promise<Reading> {
    let next = 0
    const stream = new ReadableStream<Uint8Array<ArrayBuffer>>({
      pull(controller) {
        const chunk = chunks[next++]
        if (chunk) controller.enqueue(chunk)
        else controller.close()
      },
    })
    const restore = countBuiltIns(this.#work)
    this.#work.done = 0
    try {
      let parts = 0
      for await (const { body } of this.#readers.partsOf(stream, boundary, most)) {
        parts += 1
        for await (const _ of body);
      }
      return { outcome: `${parts} parts`, work: this.#work.done }
    } catch (error) {
      return { outcome: this.#refusal(error), work: this.#work.done }
    } finally {
      restore()
    }
  }

  #refusal(error: unknown): string {
    return error instanceof this.#readers.ChatError ? error.code : `broken: ${error}`
  }
}

/** Puts the count into the readers' own files. */
const counting: Plugin = {
  name: 'counting',
  setup(build) {
    build.onLoad({ filter: /\/src\/media\/.*\.ts$/ }, async ({ path: file }) => {
      const { readFile } = await import('node:fs/promises')
      const { code } = await transform(await readFile(file, 'utf8'), { loader: 'ts', target: 'node24' })
      return { contents: counted(code), loader: 'js' }
    })
  },
}

interface Node {
  type: string
  start: number
  end: number
  body?: Node
}

const LOOPS = new Set(['ForStatement', 'ForInStatement', 'ForOfStatement', 'WhileStatement', 'DoWhileStatement'])
const FUNCTIONS = new Set(['FunctionDeclaration', 'FunctionExpression', 'ArrowFunctionExpression'])

/** The program with `COUNT.done++` at the beginning of every loop's and function's body. */
function counted(code: string): string {
  const starts: { at: number; text: string }[] = []
  const ends: { at: number; text: string }[] = []
  const wrap = ({ start, end }: Node, before: string, after: string) => {
    starts.push({ at: start, text: before })
    // What begins last ends first.
    ends.unshift({ at: end, text: after })
  }
  for (const node of nodesOf(parseAst(code) as unknown as Node)) {
    const { type, body } = node
    if (!body || (!LOOPS.has(type) && !FUNCTIONS.has(type))) continue
    if (LOOPS.has(type)) wrap(body, `{ ${COUNT}.done++; `, ' }')
    else if (body.type === 'BlockStatement') starts.push({ at: body.start + 1, text: ` ${COUNT}.done++; ` })
    else wrap(body, `(${COUNT}.done++, `, ')')
  }
  // Of what stands at one place, ends come first.
  const edits = [...ends, ...starts].toSorted((a, b) => a.at - b.at)
  let text = ''
  let from = 0
  for (const { at, text: added } of edits) {
    text += code.slice(from, at) + added
    from = at
  }
  return text + code.slice(from)
}

/** A node and all below it, each before its own. */
function* nodesOf(node: Node): Generator<Node> {
  yield node
  for (const value of Object.values(node)) {
    for (const child of [value].flat()) if (typeof child?.type === 'string') yield* nodesOf(child as Node)
  }
}

/** A constructor whose objects count by their size. */
function allocating<C extends new (...args: never[]) => object>(of: C, work: { done: number }): C {
  return new Proxy(of, {
    construct(target, args, self) {
      const made = Reflect.construct(target, args, self) as { length?: number; size?: number }
      // A view of what is there already takes nothing.
      const isView = args[0] instanceof ArrayBuffer
      if (!isView) work.done += made.length ?? made.size ?? 0
      return made
    },
  })
}

type Method = (this: unknown, ...args: unknown[]) => unknown

const size = (value: unknown) => (value as { length?: number } | null)?.length ?? 0

/** How far a call went: known by what it returned, on what it was called, its arguments, and where a search began. */
type Cost = (result: unknown, self: unknown, args: unknown[], lastIndex: number) => number

const OVER_ALL: Cost = (_, self) => size(self)
const OVER_RESULT: Cost = (result) => size(result)
const UNTIL_FOUND: Cost = (result, self, [, from]) =>
  (typeof result === 'number' && result >= 0 ? result : size(self)) - (typeof from === 'number' ? from : 0)
const UNTIL_MATCHED: Cost = (result, self, [text], lastIndex) => {
  const { global, sticky, lastIndex: end } = self as RegExp
  if (global || sticky) return result === null ? size(text) - lastIndex : end - lastIndex
  return size(text)
}

/** Built-in methods that go over what they are given. */
const BUILT_INS: [object, Record<string, Cost>][] = [
  [
    Object.getPrototypeOf(Uint8Array.prototype),
    {
      slice: OVER_RESULT,
      fill: OVER_ALL,
      set: (_, __, [from]) => size(from),
      indexOf: UNTIL_FOUND,
      includes: OVER_ALL,
    },
  ],
  [
    Buffer,
    {
      concat: OVER_RESULT,
      alloc: OVER_RESULT,
      from: (made, _, [what]) => (what instanceof ArrayBuffer ? 0 : size(made)),
    },
  ],
  [Buffer.prototype, { toString: OVER_RESULT, indexOf: UNTIL_FOUND, includes: OVER_ALL, latin1Slice: OVER_RESULT }],
  [RegExp.prototype, { exec: UNTIL_MATCHED }],
  [
    Array.prototype,
    {
      concat: OVER_RESULT,
      flat: OVER_RESULT,
      includes: OVER_ALL,
      indexOf: OVER_ALL,
      slice: OVER_RESULT,
      shift: OVER_ALL,
    },
  ],
]

/** Has built-in methods count how much they go over. @returns a function that ends that */
function countBuiltIns(work: { done: number }): () => void {
  const before: [object, PropertyKey, Method][] = []
  for (const [owner, methods] of BUILT_INS) {
    for (const [name, cost] of Object.entries(methods)) {
      const method = Reflect.get(owner, name) as Method
      before.push([owner, name, method])
      Object.defineProperty(owner, name, {
        configurable: true,
        writable: true,
        value(this: never, ...args: unknown[]) {
          const { lastIndex = 0 } = this as { lastIndex?: number }
          const result = method.apply(this, args)
          work.done += cost(result, this, args, lastIndex)
          return result
        },
      })
    }
  }
  return () => {
    for (const [owner, name, value] of before)
      Object.defineProperty(owner, name, { configurable: true, writable: true, value })
  }
}
