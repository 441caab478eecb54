/** The table of who may import whom, and a checker of it. */

interface Row {
  /** Folders of src (and config), or single modules of them. `types:` in front: for their types only. */
  modules: string[]
  /** Packages by name; what stands for a whole scheme ends in a colon. */
  packages: string[]
}

const ACTOR = {
  modules: ['actor', 'protocol', 'config', 'log', 'media/urls', 'media/upload-id'],
  packages: ['cloudflare:', 'drizzle-orm', 'zod'],
}

/** Modules of the protocol that import nothing: also what runs in a browser may have them whole. */
const PURE = ['protocol/fold', 'protocol/mentions', 'protocol/text']

/** Left may import right, nothing else. A folder that has no row here may not exist. */
const TABLE: Record<string, Row> = {
  protocol: { modules: [], packages: ['zod'] },
  // Read by the app, which shows a text, and by the room, which tells those whom it names.
  markdown: { modules: PURE, packages: [] },
  config: { modules: ['protocol'], packages: ['zod'] },
  // What a schema takes is told by zod's types; nothing of zod is in the bundle.
  client: { modules: ['types:protocol', ...PURE], packages: ['react', 'types:zod'] },
  web: { modules: ['client', 'markdown', 'types:protocol', ...PURE], packages: ['*'] },
  directory: { modules: ['protocol'], packages: ['drizzle-orm'] },
  actor: { modules: ['protocol', 'config', 'log', 'media/urls'], packages: ['cloudflare:', 'drizzle-orm', 'zod'] },
  // A room owns its members and a sidebar its person's presence: their projections are the two roads to the directory.
  room: {
    ...ACTOR,
    modules: [...ACTOR.modules, 'directory/rooms/projection', 'directory/operation/storage', 'markdown'],
  },
  sidebar: {
    ...ACTOR,
    modules: [
      ...ACTOR.modules,
      'directory/rooms/projection',
      'directory/people/presence',
      'directory/people/audience',
      'directory/accounts/state',
    ],
  },
  feed: ACTOR,
  budget: ACTOR,
  // The directory decides which picture a person shows.
  uploads: { ...ACTOR, modules: [...ACTOR.modules, 'directory/accounts/state', 'directory/operation/storage'] },
  // A webhook reads its settings in the directory, and signs with a key of the deployment.
  webhook: {
    modules: [...ACTOR.modules, 'auth/webhooks', 'directory/operation/webhooks', 'types:directory'],
    packages: [...ACTOR.packages, 'node:'],
  },
  auth: { modules: ['protocol', 'config'], packages: ['jose', 'zod', 'node:'] },
  mail: { modules: ['protocol', 'config', 'log', 'directory/operation/dev-mail'], packages: ['worker-mailer'] },
  media: { modules: ['protocol', 'config', 'log', 'auth'], packages: ['cloudflare:', 'zod'] },
  api: {
    modules: [
      'protocol',
      'config',
      'directory',
      'log',
      'backup',
      'actor',
      'auth',
      'mail',
      'media',
      'types:room',
      'types:sidebar',
      'types:feed',
      'types:uploads',
      'types:budget',
      'types:webhook',
      'webhook/address',
    ],
    packages: ['hono', '@hono/zod-validator', 'zod', 'cloudflare:'],
  },
  // What it reads and writes, the API hands to it.
  backup: {
    modules: ['protocol', 'config', 'directory', 'media', 'types:actor', 'types:room'],
    packages: ['node:crypto'],
  },
  // Nothing that has words in it: what is logged is what whoever logs says.
  log: { modules: [], packages: ['node:async_hooks'] },
  // Run by a script, in Node: what it does is the Worker's own, and nothing of it is the Worker's.
  operator: { modules: ['protocol', 'config', 'directory', 'auth'], packages: [] },
  index: {
    modules: [
      'api',
      'room/room',
      'sidebar/sidebar',
      'feed/feed',
      'uploads/uploads',
      'budget/budget',
      'webhook/webhook',
    ],
    packages: [],
  },
}

interface Import {
  from: string
  typeOnly: boolean
}

const IMPORT =
  /(?:^|[\n;])\s*(?:import|export(?=\s+(?:type\s+)?[{*]))\s+(type\s+)?(?:[^'";]*?\sfrom\s*)?['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]\s*\)/g

/** Every module that a source file names, in order. */
export function importsOf(text: string): Import[] {
  return [...text.matchAll(IMPORT)].map(([, type, named, loaded]) => ({
    from: named ?? loaded ?? '',
    typeOnly: type !== undefined,
  }))
}

/** `src/room/store.ts` → `room/store`. */
const moduleOf = (path: string) => path.replace(/^src\//, '').replace(/\.tsx?$/, '')
const folderOf = (module: string) => module.split('/')[0] ?? ''

/** The module of src that a relative import means, or undefined when it leaves src (the actors' own migrations). */
function resolve(path: string, from: string): string | undefined {
  const url = new URL(from, `file:///${path}`)
  return url.pathname.startsWith('/src/') ? moduleOf(url.pathname.slice(1)) : undefined
}

/** One sentence for each import that the table does not allow. */
export function violations(files: { path: string; text: string }[]): string[] {
  return files.flatMap(({ path, text }) => {
    const self = folderOf(moduleOf(path))
    const row = TABLE[self]
    if (!row) return [`${path}: ${self} has no row in the table`]
    return importsOf(text).flatMap((each) => {
      const complaint = each.from.startsWith('.')
        ? outsideModules(self, row, path, each)
        : outsidePackages(self, row, each)
      return complaint ? [`${path}: ${complaint}`] : []
    })
  })
}

function outsideModules(self: string, row: Row, path: string, { from, typeOnly }: Import): string | undefined {
  const target = resolve(path, from)
  if (target === undefined || folderOf(target) === self) return undefined
  const allows = (entry: string) => entry === target || entry === folderOf(target)
  if (row.modules.some(allows)) return undefined
  const forTypes = row.modules.some((entry) => entry.startsWith('types:') && allows(entry.slice('types:'.length)))
  if (forTypes && typeOnly) return undefined
  return forTypes ? `${self} may import ${target} for its types only` : `${self} may not import ${target}`
}

function outsidePackages(self: string, row: Row, { from, typeOnly }: Import): string | undefined {
  const allows = (entry: string) =>
    entry === '*' || from === entry || from.startsWith(entry.endsWith(':') ? entry : `${entry}/`)
  if (row.packages.some(allows)) return undefined
  const forTypes = row.packages.some((entry) => entry.startsWith('types:') && allows(entry.slice('types:'.length)))
  if (forTypes && typeOnly) return undefined
  return forTypes ? `${self} may import ${from} for its types only` : `${self} may not import ${from}`
}
