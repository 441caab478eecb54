/**
 * Images whose structure is hostile: parts multiplied, nested, emptied, laid over each other, cut off, with lengths and
 * counts that lie. Each begins as its format does, so that its reader walks it.
 */
import type { Random } from '../../harness/random.ts'
import {
  AVIF,
  type Bytes,
  bytesOf,
  type Format,
  GIF,
  JPEG,
  joined,
  type Part,
  PNG,
  raw,
  written,
} from './image-formats.ts'

/** Every list of parts in a file, with the files' own. */
function* listsIn(parts: Part[]): Generator<Part[]> {
  yield parts
  for (const each of parts) if (each.parts.length > 0) yield* listsIn(each.parts)
}

/** One thing that is done to a file's structure; `room` is the bytes that it may add. */
type Twist = (parts: Part[], format: Format, room: number, random: Random) => void

/** A list of the file and an index in it, not the file's beginning. */
function chosen(parts: Part[], random: Random): { list: Part[]; index: number; each: Part } {
  // Twisted before, a file may have nothing left: then there is nothing to be twisted.
  if (parts.length === 0) parts.push(raw(new Uint8Array()))
  const list = random.pick([...listsIn(parts)])
  const index = random.between(list === parts && list.length > 1 ? 1 : 0, list.length - 1)
  return { list, index, each: list[index] as Part }
}

const timesIn = (format: Format, each: Part, room: number): number =>
  Math.max(2, Math.floor(room / Math.max(1, written(format, [each]).length)))

/** Puts the same part into a list many times: more often than a call may have arguments. */
function insert(list: Part[], index: number, each: Part, times: number): void {
  const after = list.splice(index)
  for (let n = 0; n < times; n++) list.push(each)
  for (const one of after) list.push(one)
}

const LIES = [-65_536, -256, -8, -4, -2, -1, 1, 2, 4, 8, 255, 2 ** 16, 2 ** 31 - 64, 2 ** 32 - 64]
const COUNTS = [0, 1, 2, 0x7f, 0x80, 0xff]

export const TWISTS: Record<string, Twist> = {
  multiplied: (parts, format, room, random) => {
    const { list, index, each } = chosen(parts, random)
    insert(list, index, each, timesIn(format, each, room))
  },
  'all of them multiplied': (parts, format, room, random) => {
    const { list } = chosen(parts, random)
    const times = Math.floor(room / Math.max(list.length, written(format, list).length))
    const all = [...list]
    for (let n = 0; n < times; n++) for (const each of all) list.push(each)
  },
  'emptied and multiplied': (parts, format, room, random) => {
    const { list, index, each } = chosen(parts, random)
    const none = { ...each, head: new Uint8Array(), parts: [] }
    insert(list, index, none, timesIn(format, none, room))
  },
  nested: (parts, format, room, random) => {
    const { list, index, each } = chosen(parts, random)
    if (each.kind === '') return
    // Each level is written within all above it.
    const shell = { ...each, head: each.head.slice(0, 16), parts: [] }
    const depth = Math.min(timesIn(format, shell, room), 30_000)
    list.splice(index, 1, raw(nestedBytes(format, shell, depth)))
  },
  emptied: (parts, _, __, random) => {
    const { list, index, each } = chosen(parts, random)
    list[index] = { ...each, head: new Uint8Array(), parts: [] }
  },
  'left out': (parts, _, __, random) => {
    const { list, index } = chosen(parts, random)
    list.splice(index, 1)
  },
  'longer or shorter than it says': (parts, _, __, random) => {
    const { each } = chosen(parts, random)
    each.lie = random.pick(LIES)
  },
  'in another order': (parts, _, __, random) => {
    const { list, index } = chosen(parts, random)
    list.push(...list.splice(index, 1))
  },
  'with other numbers in it': (parts, _, __, random) => {
    const { each } = chosen(parts, random)
    each.head = each.head.slice()
    for (let times = random.between(1, 8); times > 0 && each.head.length > 0; times--) {
      const at = random.between(0, Math.min(each.head.length, 40) - 1)
      each.head.fill(random.pick(COUNTS), at, at + random.pick([1, 2, 4]))
    }
  },
  'larger inside': (parts, _, room, random) => {
    const { each } = chosen(parts, random)
    each.head = bytesOf(each.head, new Uint8Array(room).fill(random.pick(COUNTS)))
  },
}

/** Levels within levels, from the inside out, in one piece of memory. */
function nestedBytes(format: Format, shell: Part, depth: number): Bytes {
  const one = format.around(shell, shell.head)
  const empty = format.around(shell, new Uint8Array())
  // Formats that say a length before the content: only the beginnings need to be written.
  const beginning = empty.length
  if (format === GIF || format === PNG || format === JPEG) return joined(Array<Bytes>(depth).fill(one))
  const level = beginning + shell.head.length
  const all = new Uint8Array(level * depth)
  for (let n = 0; n < depth; n++) {
    const inside = all.length - n * level - beginning
    const start = format.around(shell, new Uint8Array())
    const view = new DataView(start.buffer)
    if (format === AVIF) view.setUint32(0, inside + 8)
    else view.setUint32(4, inside, true)
    all.set(start, n * level)
    all.set(shell.head, n * level + beginning)
  }
  return all
}

const roughLength = (parts: readonly Part[]): number =>
  parts.reduce((sum, { head, parts: inside }) => sum + 8 + head.length + roughLength(inside), 0)

const copyOf = (parts: readonly Part[]): Part[] => parts.map((each) => ({ ...each, parts: copyOf(each.parts) }))

/** A file whose structure was twisted. */
export interface Structure {
  what: string
  type: string
  bytes: Bytes
}

/** Files of a format, each with one to four twists; none is larger than `most` bytes by much. */
export function* structures(format: Format, count: number, most: number, random: Random): Generator<Structure> {
  const samples = format.samples()
  const names = Object.keys(TWISTS)
  for (let n = 0; n < count; n++) {
    const parts = copyOf(random.pick(samples))
    // Each twist once alone with all the room there is, before chance takes over.
    const twists =
      n < names.length ? [names[n] as string] : Array.from({ length: random.between(1, 4) }, () => random.pick(names))
    const room = n < names.length ? most : random.pick([64, 1_500, 20_000, most]) / twists.length
    for (const name of twists) TWISTS[name]?.(parts, format, Math.floor(room), random)
    // What was multiplied and made larger then is too much to be sent.
    if (roughLength(parts) > 4 * most) continue
    let bytes = written(format, parts)
    if (bytes.length > 2 * most) bytes = bytes.slice(0, 2 * most)
    const isCut = random.between(0, 9) === 0
    if (isCut) bytes = bytes.slice(0, random.between(0, bytes.length))
    yield { what: `${format.name} ${twists.join(', ')}${isCut ? ', cut off' : ''}`, type: format.type, bytes }
  }
}
