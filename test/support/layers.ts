/** Layers inside the folders of `src`, and circles of imports between files and between folders. */
import { importsOf } from './dependency-rule'

interface SourceFile {
  path: string
  text: string
}

/** The layers of one folder: each may import those that it lists; `types:` in front, for their types only. */
type Layers = Record<string, readonly string[]>

const ACTOR: Layers = {
  store: [],
  presenters: ['store'],
  outbound: ['store', 'presenters'],
  usecases: ['store', 'presenters', 'outbound'],
  sockets: ['store', 'presenters', 'outbound', 'usecases'],
}

/** Files directly in the folder wire the layers together and may import all of them. */
const LAYERS: Record<string, Layers> = {
  room: { ...ACTOR, presenters: ['types:store'] },
  sidebar: {
    ...ACTOR,
    outbound: ['store', 'presenters', 'types:usecases'],
    usecases: ['store', 'presenters', 'outbound', 'types:sockets'],
  },
  api: {
    presenters: ['types:middleware'],
    usecases: ['presenters', 'types:middleware'],
    middleware: ['usecases'],
    routes: ['presenters', 'usecases', 'middleware'],
  },
}

interface Edge {
  from: string
  to: string
  typeOnly: boolean
}

/** One sentence for each import from one layer to another that its folder does not allow. */
export function layerViolations(files: SourceFile[]): string[] {
  return edgesOf(files).flatMap(({ from, to, typeOnly }) => {
    const [folder = '', layer = ''] = segmentsOf(from)
    const [targetFolder, target = ''] = segmentsOf(to)
    const allowed = LAYERS[folder]?.[layer]
    if (folder !== targetFolder || layer === target || !allowed || !LAYERS[folder]?.[target]) return []
    if (allowed.includes(target) || (typeOnly && allowed.includes(`types:${target}`))) return []
    return [`${from}: ${layer} may not import ${target}`]
  })
}

/** Each circle of files, types included, as the path from a file back to itself. */
export function fileCircles(files: SourceFile[]): string[] {
  return circlesOf(edgesOf(files))
}

/**
 * Each circle of folders directly in `src`, and of the sub-folders of `room` and `actor`. A file directly in a folder is no part
 * of its sub-folders: it wires them together.
 */
export function folderCircles(files: SourceFile[]): string[] {
  const edges = edgesOf(files)
  const inside = edges.filter(({ from, to }) => {
    const [[folder = ''], [target]] = [segmentsOf(from), segmentsOf(to)]
    return folder === target && NESTED.has(folder) && depthOf(from) > 2 && depthOf(to) > 2
  })
  return [...foldersOf(edges, 1), ...foldersOf(inside, 2)]
}

/** Folders whose sub-folders must form no circle. */
const NESTED = new Set(['room', 'actor'])

const depthOf = (path: string): number => segmentsOf(path).length

function foldersOf(edges: readonly Edge[], depth: number): string[] {
  const folderOf = (path: string) => segmentsOf(path).slice(0, depth).join('/')
  return circlesOf(
    edges.map(({ from, to }) => ({ from: folderOf(from), to: folderOf(to) })).filter(({ from, to }) => from !== to),
  )
}

/** Imports between the files, without those of other modules. */
function edgesOf(files: SourceFile[]): Edge[] {
  const paths = new Set(files.map(({ path }) => path))
  return files.flatMap(({ path, text }) =>
    importsOf(text).flatMap(({ from, typeOnly }) => {
      if (!from.startsWith('.')) return []
      const { pathname } = new URL(from, `file:///${path}`)
      const target = ['', '.ts', '.tsx', '/index.ts', '/index.tsx']
        .map((ending) => pathname.slice(1) + ending)
        .find((candidate) => paths.has(candidate))
      return target === undefined || target === path ? [] : [{ from: path, to: target, typeOnly }]
    }),
  )
}

/** One circle for each edge that closes one in a depth-first search: none are found only where there are none. */
function circlesOf(edges: readonly Pick<Edge, 'from' | 'to'>[]): string[] {
  const targets = new Map<string, Set<string>>()
  for (const { from, to } of edges) targets.set(from, (targets.get(from) ?? new Set()).add(to))
  const done = new Set<string>()
  const way: string[] = []
  const circles: string[] = []
  const visit = (node: string): void => {
    if (done.has(node)) return
    const start = way.indexOf(node)
    if (start >= 0) {
      circles.push([...way.slice(start), node].join(' → '))
      return
    }
    way.push(node)
    for (const target of targets.get(node) ?? []) visit(target)
    way.pop()
    done.add(node)
  }
  for (const node of targets.keys()) visit(node)
  return circles
}

const segmentsOf = (path: string): string[] => path.replace(/^src\//, '').split('/')
