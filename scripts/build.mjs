/** Makes dist/web, the files that the Worker serves beside the API. Wrangler runs it before every start and deploy. */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const at = (/** @type {string} */ place) => fileURLToPath(new URL(`../${place}`, import.meta.url))
const OUT = at('dist/web')
/** Says from which sources dist/web was built. */
export const STAMP = at('dist/web.stamp')

/** Every file below a folder. @param {string} folder @returns {string[]} */
const filesIn = (folder) =>
  fs
    .readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .sort()

/** Folders that the app is made of: itself, and what it shares with the server. */
const SOURCES = ['src/web', 'src/client', 'src/markdown', 'src/protocol']

/** What the build is made of, as one word. */
export function fingerprint() {
  const hash = createHash('sha256')
  for (const file of [...SOURCES.flatMap((folder) => filesIn(at(folder))), at('package-lock.json')]) {
    hash.update(`${path.relative(at('.'), file)}\0`).update(fs.readFileSync(file))
  }
  return hash.digest('hex')
}

/** Builds beside, then brings the files over, so that a server on the same folder never lacks a page. */
function build() {
  fs.mkdirSync(at('dist'), { recursive: true })
  const beside = fs.mkdtempSync(at('dist/web-'))
  try {
    execFileSync(
      process.execPath,
      [at('node_modules/vite/bin/vite.js'), 'build', at('src/web'), '--outDir', beside, '--logLevel', 'warn'],
      // Tests set another one, which would build for debugging.
      { cwd: at('.'), env: { ...process.env, NODE_ENV: 'production' }, stdio: ['ignore', 'inherit', 'inherit'] },
    )
    const made = filesIn(beside).map((file) => path.relative(beside, file))
    // The page comes last: it names the others.
    for (const name of made.sort((a, b) => Number(a === 'index.html') - Number(b === 'index.html'))) {
      fs.mkdirSync(path.dirname(path.join(OUT, name)), { recursive: true })
      fs.copyFileSync(path.join(beside, name), path.join(OUT, name))
    }
    for (const file of filesIn(OUT)) if (!made.includes(path.relative(OUT, file))) fs.rmSync(file)
  } finally {
    fs.rmSync(beside, { recursive: true, force: true })
  }
}

/** Builds the app unless it was built of the same sources before. */
export function ensureBuilt() {
  const sources = fingerprint()
  const built =
    fs.existsSync(STAMP) && fs.existsSync(path.join(OUT, 'index.html')) ? fs.readFileSync(STAMP, 'utf8') : ''
  if (sources === built) return
  build()
  fs.writeFileSync(STAMP, sources)
}

/**
 * Compares what Wrangler does with NODE_ENV, which Wrangler takes from its environment and builds into the Worker.
 * A deployment that would be built as a development server is refused; a `wrangler dev` that would not be one is warned.
 */
function checkBuildMode() {
  const { WRANGLER_COMMAND = 'dev', NODE_ENV = '' } = process.env
  const isLocal = ['dev', 'types'].includes(WRANGLER_COMMAND)
  if (isLocal && !['', 'development'].includes(NODE_ENV)) {
    console.warn(
      `NODE_ENV is "${NODE_ENV}": this server is built as a deployment, without /dev/mail/ and RATE_LIMITS=off.\n` +
        'For a development server use npm start, or NODE_ENV=development npx wrangler dev.',
    )
  }
  if (isLocal || NODE_ENV !== 'development') return
  console.error(
    'NODE_ENV is "development": this deployment would serve /dev/mail/, with every code that is mailed.\n' +
      'Run the same with NODE_ENV=production, or remove NODE_ENV from the settings of the build.',
  )
  process.exit(1)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  checkBuildMode()
  ensureBuilt()
}
