/**
 * Serves a bundle of worker-build.mjs until it is interrupted, in the runtime that `wrangler dev` starts.
 *
 * usage: serve-built.mjs <folder of the bundle> <port> <folder of the store> <file of variables, as JSON>
 */
import fs from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { pathToFileURL } from 'node:url'

// Wrangler's own, so that both are of one version.
const require = createRequire(createRequire(import.meta.url).resolve('wrangler/package.json'))
const { convertV4MiniflareOptions, Log, LogLevel, Miniflare } = await import(
  pathToFileURL(require.resolve('miniflare')).href
)

const [bundle = '', port = '', store = '', variables = ''] = process.argv.slice(2)
const { bindings, modules, ...options } = JSON.parse(fs.readFileSync(path.join(bundle, 'options.json'), 'utf8'))

/**
 * What Cloudflare's edge and `wrangler dev` do before a Worker. A request is read to its end, also where the Worker
 * answered without reading it: the bare runtime would cut the connection of a client that still sends. And its scheme is
 * that of the connection: Miniflare would believe what a client writes into X-Forwarded-Proto.
 */
const EDGE = `
import worker from './${modules[0].path}'
export * from './${modules[0].path}'
export default {
  async fetch(request, env, ctx) {
    if (request.url.startsWith('https:')) request = new Request(request.url.replace('https:', 'http:'), request)
    try {
      return await worker.fetch(request, env, ctx)
    } finally {
      if (request.body && !request.bodyUsed) await request.body.pipeTo(new WritableStream()).catch(() => undefined)
    }
  },
}
`

const server = new Miniflare(
  convertV4MiniflareOptions({
    ...options,
    bindings: { ...bindings, ...JSON.parse(fs.readFileSync(variables, 'utf8')) },
    modulesRoot: bundle,
    modules: [
      { type: 'ESModule', path: path.join(bundle, 'edge.js'), contents: EDGE },
      ...modules.map((/** @type {{ type: string, path: string }} */ module) => ({
        ...module,
        path: path.join(bundle, module.path),
      })),
    ],
    host: '127.0.0.1',
    port: Number(port),
    // As Wrangler lays a store out, so that its commands find their way in it.
    resourcePersistencePath: path.join(store, 'v3'),
    // The operator's commands reach the directory of a running server through it, as they do under Wrangler.
    unsafeLocalExplorer: true,
    // Where a request came from is made up on a local server; asking for it would need a network.
    cf: false,
    log: new Log(LogLevel.INFO, { prefix: 'server' }),
  }),
)

let ending = false
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, async () => {
    if (ending) return
    ending = true
    await server.dispose()
    process.exit(0)
  })
}

await server.ready
