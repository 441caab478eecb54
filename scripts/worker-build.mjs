/**
 * The Worker bundled once, for as many local servers as there are: `wrangler dev` would bundle it again for each start,
 * and stands as a proxy before every request. `wrangler deploy --dry-run` makes the bundle, for a development server with
 * the NODE_ENV of `wrangler dev`.
 */
import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { ensureBuilt } from './build.mjs'
import { quietly, ROOT, wranglerCommand } from './wrangler.mjs'

/** Folders that hold what any Worker here is made of, besides the folder of its entry. */
const SOURCES = ['src', 'migrations']
/** What else decides what the bundle is. */
const SETTINGS = ['wrangler.toml', 'package-lock.json', 'scripts/worker-build.mjs', 'scripts/worker-options.mjs']
/** Built by itself, and served as files. */
const WEB = path.join('src', 'web')
/** Builds that are kept; the oldest go. */
const KEPT = 12

/** @param {string} folder below ROOT @returns {string[]} its files, below ROOT */
const filesIn = (folder) =>
  fs
    .readdirSync(path.join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(ROOT, path.join(entry.parentPath, entry.name)))
    .filter((file) => !file.startsWith(WEB))
    .sort()

/** @param {string} entry below ROOT @param {boolean} deployed */
function fingerprint(entry, deployed) {
  const hash = createHash('sha256').update(`${entry} ${deployed}`)
  for (const file of new Set([...SETTINGS, ...SOURCES.flatMap(filesIn), ...filesIn(path.dirname(entry))])) {
    hash.update(`\0${file}\0`).update(fs.readFileSync(path.join(ROOT, file)))
  }
  return hash.digest('hex').slice(0, 16)
}

/**
 * Bundles a Worker unless that was done before.
 * @param {string} [entry] the file it starts from, in this project
 * @param {boolean} [deployed] as a deployment is built, and not as a development server
 * @returns {Promise<string>} the folder with the bundle, and in it `options.json`: see worker-options.mjs
 */
export async function builtWorker(entry = 'src/index.ts', deployed = false) {
  const source = path.relative(ROOT, path.resolve(ROOT, entry))
  const builds = path.join(ROOT, '.wrangler', 'built')
  const folder = path.join(builds, fingerprint(source, deployed))
  fs.mkdirSync(builds, { recursive: true })
  // Wrangler builds the app before each bundle; a bundle that is there may be older than the app's sources.
  if (fs.existsSync(folder)) ensureBuilt()
  // Test files that start at once would all build the same.
  for (const began = Date.now(); !fs.existsSync(folder); await setTimeout(LOOK)) {
    if (!claims(`${folder}.lock`, Date.now() - began > PATIENCE)) continue
    try {
      await build(source, folder, deployed ? [] : AS_DEVELOPMENT)
    } finally {
      fs.rmSync(`${folder}.lock`, { force: true })
    }
  }
  prune(builds)
  return folder
}

/** How long a build takes at most, and how often somebody who waits for one looks, in milliseconds. */
const PATIENCE = 60_000
const LOOK = 100

/** Whether this process may build: `file` was not there, or whoever made it is given up. @param {string} file @param {boolean} force */
function claims(file, force) {
  try {
    fs.writeFileSync(file, String(process.pid), { flag: force ? 'w' : 'wx' })
    return true
  } catch {
    return false
  }
}

/** What `wrangler dev` defines. */
const AS_DEVELOPMENT = ['--define', 'process.env.NODE_ENV:"development"']

/** @param {string} source @param {string} folder @param {string[]} defined */
async function build(source, folder, defined) {
  const making = `${folder}.${process.pid}`
  fs.mkdirSync(making, { recursive: true })
  try {
    const [node, args] = wranglerCommand(['deploy', source, '--dry-run', '--outdir', making, ...defined])
    await quietly('Building the Worker', node, args, { NODE_ENV: 'production' })
    await quietly('Reading its options', node, [path.join(ROOT, 'scripts', 'worker-options.mjs'), source, making])
    if (!fs.existsSync(folder)) fs.renameSync(making, folder)
  } finally {
    fs.rmSync(making, { recursive: true, force: true })
  }
}

/** @param {string} builds */
function prune(builds) {
  const all = fs.readdirSync(builds).map((name) => path.join(builds, name))
  const age = (/** @type {string} */ folder) => fs.statSync(folder, { throwIfNoEntry: false })?.mtimeMs ?? 0
  const old = all.sort((a, b) => age(b) - age(a)).slice(KEPT)
  for (const folder of old) fs.rmSync(folder, { recursive: true, force: true })
}
