/** The Worker's own code, made fit for Node: what a script decides, it decides as the server does. */
import path from 'node:path'
import { ROOT } from './wrangler.mjs'

/**
 * Bundles a module of src and loads it. Its types are of the Worker's world and do not reach here.
 * @param {string} entry below the project's folder, like `src/config/index.ts`
 * @returns {Promise<any>}
 */
export async function workerModule(entry) {
  const { build } = await import('esbuild')
  const { outputFiles } = await build({
    entryPoints: [path.join(ROOT, entry)],
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    write: false,
    // As in a development server.
    define: { 'process.env.NODE_ENV': '"development"' },
    logLevel: 'silent',
  })
  const [bundle] = outputFiles
  return import(`data:text/javascript;base64,${Buffer.from(bundle?.contents ?? '').toString('base64')}`)
}
