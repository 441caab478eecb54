/** `npm run build:client`: makes dist/client, the SDK as package.json exports it: its modules and their types. */
import fs from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { minify } from 'terser'
import { build } from 'vite'
import { script, step } from './steps.mjs'
import { stopOnSignals } from './tether.mjs'
import { program, projectNode, quietly, ROOT } from './wrangler.mjs'

const SOURCE = path.join(ROOT, 'src', 'client')
export const OUTPUT = path.join(ROOT, 'dist', 'client')

/** The modules that applications import. They share types only, so none needs another. */
const ENTRIES = ['index', 'react', 'accounts', 'history', 'notifications', 'offline', 'people', 'rooms', 'uploads']

async function modules() {
  fs.rmSync(OUTPUT, { recursive: true, force: true })
  for (const name of ENTRIES) {
    await build({
      configFile: false,
      root: SOURCE,
      logLevel: 'warn',
      build: {
        outDir: OUTPUT,
        emptyOutDir: false,
        // What is used here is in every browser since the middle of 2023, in Node 22 and in Workers.
        target: 'es2023',
        // Vite's own library mode leaves white space in for tree shaking; one class is used or is not.
        minify: true,
        rolldownOptions: {
          input: { [name]: path.join(SOURCE, `${name}.ts`) },
          external: ['react'],
          preserveEntrySignatures: 'strict',
          output: { format: 'es', entryFileNames: '[name].js', minify: true },
        },
      },
    })
  }
}

/** Once more by another minifier: one per cent less for whoever embeds the SDK. */
async function smaller() {
  for (const name of ENTRIES) {
    const file = path.join(OUTPUT, `${name}.js`)
    const compress = {
      passes: 5,
      ecma: /** @type {const} */ (2020),
      unsafe: true,
      unsafe_arrows: true,
      unsafe_methods: true,
      pure_getters: true,
    }
    const { code } = await minify(fs.readFileSync(file, 'utf8'), { module: true, compress })
    if (code === undefined) throw new Error(`${name} came out empty`)
    fs.writeFileSync(file, code)
  }
}

/** The types: declarations as the compiler writes them, with the file names that Node's resolution asks for. */
async function types() {
  await quietly('tsc', projectNode(), [program('typescript', 'bin/tsc'), '--project', SOURCE])
  for (const folder of ['client', 'protocol']) {
    for (const name of fs.readdirSync(path.join(OUTPUT, folder), { recursive: true, encoding: 'utf8' })) {
      const file = path.join(OUTPUT, folder, name)
      if (!file.endsWith('.d.ts')) continue
      const text = fs.readFileSync(file, 'utf8')
      fs.writeFileSync(
        file,
        text.replaceAll(/from '(\.{1,2}\/[\w./-]+)'/g, (_, from) => `from '${named(from)}'`),
      )
    }
  }
}

/** @param {string} from */
const named = (from) => (from.endsWith('/protocol') ? `${from}/index.js` : `${from}.js`)

export async function buildClient() {
  await modules()
  await smaller()
  await types()
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  stopOnSignals()
  await script(() => step('Building the SDK', buildClient))
}
