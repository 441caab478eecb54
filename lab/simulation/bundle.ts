/** Bundles the product's actors into one script that takes the globals of its platform as parameters. */
import path from 'node:path'
import type { Plugin } from 'esbuild'
import { ROOT } from '../../scripts/wrangler.mjs'
import { bundleForNode } from '../harness/bundle.ts'

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

/**
 * Bundles the actors. `changed` has other texts for some of their files, by path under the project's root.
 * @returns the body of a function of `module`, `require` and `GLOBALS`.
 */
export async function bundle(changed: ReadonlyMap<string, string> = new Map()): Promise<string> {
  return bundleForNode(
    `
      export { Room } from './src/room/room'
      export { Sidebar } from './src/sidebar/sidebar'
      export { Feed } from './src/feed/feed'
      export { upgradeRequest } from './src/actor/sockets/upgrade'`,
    {
      external: ['cloudflare:workers'],
      loader: { '.sql': 'text' },
      define: { 'process.env.NODE_ENV': '"development"' },
      plugins: [replacing(changed)],
    },
  )
}

function replacing(changed: ReadonlyMap<string, string>): Plugin {
  return {
    name: 'replace',
    setup(build) {
      build.onLoad({ filter: /\/src\/.*\.ts$/ }, ({ path: file }) => {
        const contents = changed.get(path.relative(ROOT, file))
        return contents === undefined ? undefined : { contents, loader: 'ts' }
      })
    },
  }
}
