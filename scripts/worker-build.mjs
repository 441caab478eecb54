/**
 * The Worker bundled once, for as many local servers as there are: `wrangler dev` would bundle it again for each start,
 * and stands as a proxy before every request. The bundle is the one that `wrangler deploy` makes.
 */
import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
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

/** @param {string} entry below ROOT */
function fingerprint(entry) {
  const hash = createHash('sha256').update(entry)
  for (const file of new Set([...SETTINGS, ...SOURCES.flatMap(filesIn), ...filesIn(path.dirname(entry))])) {
    hash.update(`\0${file}\0`).update(fs.readFileSync(path.join(ROOT, file)))
  }
  return hash.digest('hex').slice(0, 16)
}

/**
 * Bundles a Worker unless that was done before.
 * @param {string} [entry] the file it starts from, in this project
 * @returns {Promise<string>} the folder with the bundle, and in it `options.json`: see worker-options.mjs
 */
export async function builtWorker(entry = 'src/index.ts') {
  const source = path.relative(ROOT, path.resolve(ROOT, entry))
  const builds = path.join(ROOT, '.wrangler', 'built')
  const folder = path.join(builds, fingerprint(source))
  // Wrangler builds the app before each bundle; a bundle that is there may be older than the app's sources.
  if (fs.existsSync(folder)) {
    ensureBuilt()
    return folder
  }
  const making = `${folder}.${process.pid}.${Math.random().toString(36).slice(2)}`
  fs.mkdirSync(making, { recursive: true })
  try {
    const [node, args] = wranglerCommand(['deploy', source, '--dry-run', '--outdir', making])
    await quietly('Building the Worker', node, args)
    await quietly('Reading its options', node, [path.join(ROOT, 'scripts', 'worker-options.mjs'), source, making])
    fs.renameSync(making, folder)
  } catch (error) {
    fs.rmSync(making, { recursive: true, force: true })
    // Another process was first; its build is the same.
    if (!fs.existsSync(folder)) throw error
  }
  prune(builds)
  return folder
}

/** @param {string} builds */
function prune(builds) {
  const all = fs.readdirSync(builds).map((name) => path.join(builds, name))
  const age = (/** @type {string} */ folder) => fs.statSync(folder, { throwIfNoEntry: false })?.mtimeMs ?? 0
  const old = all.sort((a, b) => age(b) - age(a)).slice(KEPT)
  for (const folder of old) fs.rmSync(folder, { recursive: true, force: true })
}
