/** `npm run build:client`: makes dist/client, the SDK as package.json exports it: its modules, their maps and their types. */
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

/** The modules that applications import, by their names in the package. They share types only, so none needs another. */
const ENTRIES = {
  client: 'index',
  react: 'react',
  accounts: 'accounts',
  history: 'history',
  notifications: 'notifications',
  offline: 'offline',
  people: 'people',
  rooms: 'rooms',
  search: 'search',
  server: 'server',
  uploads: 'uploads',
}

/** @param {string} output @param {string} name @param {string} source */
async function bundle(output, name, source) {
  await build({
    configFile: false,
    root: SOURCE,
    logLevel: 'warn',
    build: {
      outDir: output,
      emptyOutDir: false,
      // What is used here is in every browser since the middle of 2023, in Node 22 and in Workers.
      target: 'es2023',
      // Vite's own library mode leaves white space in for tree shaking; one class is used or is not.
      minify: true,
      sourcemap: true,
      rolldownOptions: {
        input: { [name]: path.join(SOURCE, `${source}.ts`) },
        external: ['react'],
        preserveEntrySignatures: 'strict',
        output: { format: 'es', entryFileNames: '[name].js', minify: true },
      },
    },
  })
}

/** Once more by another minifier: one per cent less for applications that embed the SDK. @param {string} output @param {string} name */
async function smaller(output, name) {
  const file = path.join(output, `${name}.js`)
  const compress = {
    passes: 5,
    ecma: /** @type {const} */ (2020),
    unsafe: true,
    unsafe_arrows: true,
    unsafe_methods: true,
    pure_getters: true,
  }
  const { code, map } = await minify(
    { [`${name}.js`]: fs.readFileSync(file, 'utf8') },
    {
      module: true,
      compress,
      sourceMap: {
        includeSources: true,
        content: fs.readFileSync(`${file}.map`, 'utf8'),
        filename: `${name}.js`,
        url: `${name}.js.map`,
      },
    },
  )
  if (code === undefined) throw new Error(`${name} came out empty`)
  // React's server components load a module with hooks in the browser only.
  fs.writeFileSync(file, name === 'react' ? `'use client';${code}` : code)
  fs.writeFileSync(`${file}.map`, String(map))
}

/** The types: declarations as the compiler writes them, with the file names that Node's resolution asks for. @param {string} output */
async function types(output) {
  const folder = path.join(output, 'types')
  await quietly('tsc', projectNode(), [program('typescript', 'bin/tsc'), '--project', SOURCE, '--outDir', folder])
  const all = fs
    .readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.d.ts'))
    .map((name) => path.join(folder, name))
  for (const file of all) {
    const text = fs.readFileSync(file, 'utf8')
    fs.writeFileSync(
      file,
      text.replaceAll(/from '(\.{1,2}\/[\w./-]+)'/g, (_, from) => `from '${from}.js'`),
    )
  }
  const reached = new Set()
  for (
    const open = Object.values(ENTRIES).map((name) => path.join(folder, 'client', `${name}.d.ts`));
    open.length > 0;
  ) {
    const file = open.pop() ?? ''
    if (reached.has(file)) continue
    if (!fs.existsSync(file)) throw new Error(`The types need ${file}.`)
    reached.add(file)
    const imports = fs.readFileSync(file, 'utf8').matchAll(/(?:from|import\() ?'(\.[^']+)\.js'/g)
    for (const [, from = ''] of imports) open.push(path.join(path.dirname(file), `${from}.d.ts`))
  }
  for (const file of all) if (!reached.has(file)) fs.rmSync(file)
}

/** Builds beside the present SDK and then takes its place: another process may be reading that, or building it too. */
export async function buildClient() {
  const output = `${OUTPUT}.${process.pid}`
  fs.rmSync(output, { recursive: true, force: true })
  for (const [name, source] of Object.entries(ENTRIES)) {
    await bundle(output, name, source)
    await smaller(output, name)
  }
  await types(output)
  const before = `${output}.before`
  for (let left = 5; ; left--) {
    try {
      if (fs.existsSync(OUTPUT)) fs.renameSync(OUTPUT, before)
      fs.renameSync(output, OUTPUT)
      break
    } catch (error) {
      // The other process was faster with one of the two.
      if (left === 0) throw error
    }
  }
  fs.rmSync(before, { recursive: true, force: true })
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  stopOnSignals()
  await script(() => step('Building the SDK', buildClient))
}
