/**
 * `npm run lock`: makes package-lock.json name the packages of every platform, each with its checksum.
 *
 * npm leaves out the packages of platforms whose files a registry mirror does not carry, and `npm ci` refuses that lockfile
 * wherever they exist. This script adds them, and asks the registry for each checksum that npm did not write: without
 * `integrity` npm installs whatever a registry or a cache hands it.
 */
import { execFile } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { ROOT } from './wrangler.mjs'

const FILE = path.join(ROOT, 'package-lock.json')

const SYSTEMS = {
  darwin: 'darwin',
  linux: 'linux',
  windows: 'win32',
  win32: 'win32',
  android: 'android',
  freebsd: 'freebsd',
}
const PROCESSORS = { x64: 'x64', 64: 'x64', arm64: 'arm64', arm: 'arm', ia32: 'ia32' }
const LIBRARIES = { musl: 'musl', gnu: 'glibc' }

/** @typedef {{ version?: string, resolved?: string, integrity?: string, link?: boolean, optional?: boolean, optionalDependencies?: Record<string, string> }} Entry */

/** @returns {{ packages: Record<string, Entry> }} */
export const readLock = () => JSON.parse(fs.readFileSync(FILE, 'utf8'))

/**
 * The optional dependencies of locked packages that have no entry of their own.
 * @param {Record<string, Entry>} packages
 * @returns {{ name: string, version: string, from: Entry }[]}
 */
export function missingFrom(packages) {
  return Object.entries(packages).flatMap(([place, from]) =>
    Object.entries(from.optionalDependencies ?? {})
      .filter(([name]) => !lookup(packages, place, name))
      .map(([name, version]) => ({ name, version, from })),
  )
}

/** Where `name` is found from `place`, as Node looks for it. @param {Record<string, Entry>} packages @param {string} place @param {string} name */
function lookup(packages, place, name) {
  for (let folder = place; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/node_modules/')))) {
    if (packages[`${folder}${folder && '/'}node_modules/${name}`]) return true
    if (!folder) return false
  }
}

/** What a platform's package says of itself, read from its name. @param {string} name @param {string} version @param {Entry} from */
function entryFor(name, version, from) {
  const words = name.split(/[/-]/)
  const named = (/** @type {Record<string, string>} */ table) => words.flatMap((word) => table[word] ?? [])
  const [os, cpu, libc] = [named(SYSTEMS), named(PROCESSORS), named(LIBRARIES)]
  // Without a platform npm would fetch it everywhere.
  if (!os.length || !cpu.length) throw new Error(`${name} does not say which platform it is for: add it by hand.`)
  const { dev, license, engines } = /** @type {Record<string, unknown>} */ (from)
  return { version, cpu, dev, ...(libc.length && { libc }), license, optional: true, os, engines }
}

const SHA512 = /^sha512-[\w+/]{86}==$/

/**
 * The locked packages that npm would install unverified: their `integrity` is missing, weaker than SHA-512 or malformed.
 * The root project (an empty path) and links to its own folders are not downloaded.
 * @param {Record<string, Entry>} packages
 */
export const unverifiedIn = (packages) =>
  Object.keys(packages).filter((at) => at && !packages[at]?.link && !SHA512.test(packages[at]?.integrity ?? ''))

/** The checksum that the registry publishes. @param {string} name @param {string} [version] @throws when it has none */
async function publishedIntegrity(name, version) {
  const { stdout } = await promisify(execFile)('npm', ['view', `${name}@${version}`, 'dist.integrity'], { cwd: ROOT })
  const integrity = stdout.trim()
  if (!SHA512.test(integrity)) throw new Error(`The registry has no SHA-512 of ${name}@${version}: add it by hand.`)
  return integrity
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const lock = readLock()
  for (const { name, version, from } of missingFrom(lock.packages)) {
    lock.packages[`node_modules/${name}`] = entryFor(name, version, from)
    console.log(`+ ${name}@${version}`)
  }
  for (const at of unverifiedIn(lock.packages)) {
    const entry = /** @type {Entry} */ (lock.packages[at])
    const name = at.slice(at.lastIndexOf('node_modules/') + 'node_modules/'.length)
    entry.integrity = await publishedIntegrity(name, entry.version)
    console.log(`# ${name}@${entry.version}`)
  }
  const sorted = Object.entries(lock.packages).sort(([a], [b]) => a.localeCompare(b, 'en'))
  fs.writeFileSync(FILE, `${JSON.stringify({ ...lock, packages: Object.fromEntries(sorted) }, null, 2)}\n`)
}
