/** The product's own actors as one script that takes the platform it runs on as parameters, so that it can be another. */
import fs from 'node:fs/promises'
import path from 'node:path'
import { build, type Plugin } from 'esbuild'

const ROOT = path.join(import.meta.dirname, '..', '..')

/** What the script finds under the names of the platform's globals. */
export const GLOBALS = [
  'Date',
  'console',
  'setTimeout',
  'clearTimeout',
  'scheduler',
  'Request',
  'Response',
  'WebSocket',
  'WebSocketPair',
  'WebSocketRequestResponsePair',
] as const

/** A fault to be put in: one place of one file, said differently. */
export interface Change {
  file: string
  from: string
  to: string
}

/**
 * Bundles the actors, with `changes` made to them.
 * @returns the body of a function of `module`, `require` and `GLOBALS`.
 * @throws {Error} when a change does not fit the source any more.
 */
export async function bundle(changes: readonly Change[] = []): Promise<string> {
  const { outputFiles } = await build({
    stdin: {
      contents: `
        export { Room } from './src/room/room'
        export { Sidebar } from './src/sidebar/sidebar'
        export { Feed } from './src/feed/feed'
        export { upgradeRequest } from './src/actor/upgrade'`,
      resolveDir: ROOT,
    },
    absWorkingDir: ROOT,
    bundle: true,
    write: false,
    format: 'cjs',
    platform: 'node',
    target: 'node24',
    external: ['cloudflare:workers'],
    loader: { '.sql': 'text' },
    define: { 'process.env.NODE_ENV': '"development"' },
    plugins: [changing(changes)],
    logLevel: 'silent',
  })
  return (outputFiles[0] as { text: string }).text
}

function changing(changes: readonly Change[]): Plugin {
  return {
    name: 'change',
    setup(build) {
      for (const file of new Set(changes.map((change) => change.file))) {
        const exactly = new RegExp(`${path.join(ROOT, file).replace(/[.\\/]/g, '\\$&')}$`)
        build.onLoad({ filter: exactly }, async ({ path: source }) => {
          let contents = await fs.readFile(source, 'utf8')
          for (const { from, to } of changes.filter((change) => change.file === file)) {
            if (!contents.includes(from)) throw new Error(`${file} does not say "${from}" any more.`)
            contents = contents.replace(from, () => to)
          }
          return { contents, loader: 'ts' }
        })
      }
    },
  }
}
