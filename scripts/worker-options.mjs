/**
 * Writes `options.json` beside a bundle: what Miniflare needs to run it as `wrangler dev` would, but for its variables,
 * its port and its store. A program of its own, because loading Wrangler takes longer than starting a server.
 *
 * usage: worker-options.mjs <entry, below the project's folder> <folder of the bundle>
 */
import fs from 'node:fs'
import path from 'node:path'
import { unstable_getMiniflareWorkerOptions, unstable_readConfig } from 'wrangler'
import { ROOT } from './wrangler.mjs'

const [entry = '', folder = ''] = process.argv.slice(2)
const configPath = path.join(ROOT, 'wrangler.toml')
const config = unstable_readConfig({ config: configPath })
const { workerOptions } = unstable_getMiniflareWorkerOptions(configPath)
const { bindings: _, modulesRules, ...options } = workerOptions

const main = path.join(folder, `${path.parse(entry).name}.js`)
const texts = fs.readdirSync(folder).filter((name) => /\.(sql|txt)$/.test(name))
const modules = [
  { type: 'ESModule', path: path.basename(main) },
  ...texts.map((name) => ({ type: 'Text', path: name })),
]
// Without what .dev.vars says, which Wrangler puts among the bindings: a server here has the variables it is given.
fs.writeFileSync(
  path.join(folder, 'options.json'),
  JSON.stringify({ ...options, name: config.name, bindings: config.vars, modules }),
)
