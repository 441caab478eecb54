/** `npm run licences`: under which licence each locked package is, and whether any is under one that we do not want. */
import fs from 'node:fs'
import path from 'node:path'
import { readLock } from './lock.mjs'
import { bold, dim, say, script, Trouble } from './steps.mjs'
import { ROOT } from './wrangler.mjs'

/** What reaches a deployment or a browser may ask for no more than to be named. */
export const SHIPPED = ['MIT', 'MIT-0', 'ISC', '0BSD', 'BSD-2-Clause', 'BSD-3-Clause', 'Apache-2.0', 'CC0-1.0']
/** Tools are not passed on: they may also ask for their own source to stay open, and data for its author to be named. */
export const TOOLS = [...SHIPPED, 'MPL-2.0', 'LGPL-3.0-or-later', 'CC-BY-4.0', 'BlueOak-1.0.0']

/** Copied into the app by its build, so that no import of the app names it. */
const COPIED = ['swagger-ui-dist']

/** @typedef {{ version?: string, license?: string, dev?: boolean, dependencies?: Record<string, string> }} Entry */
/** @typedef {{ name: string, version: string, licence: string, isShipped: boolean }} Licensed */

/**
 * Whether a licence, or any choice of several that must all be kept, is among those allowed. What this does not
 * understand is not allowed.
 * @param {string} licence an SPDX expression without brackets @param {readonly string[]} allowed
 */
export const isAllowed = (licence, allowed) =>
  licence.split(' OR ').some((choice) => choice.split(' AND ').every((each) => allowed.includes(each)))

/** The packages that the Worker, the SDK and the app import. @returns {string[]} */
function imported() {
  const folder = path.join(ROOT, 'src')
  const names = fs
    .readdirSync(folder, { recursive: true, encoding: 'utf8' })
    // What builds the app is not in it.
    .filter((file) => /\.tsx?$/.test(file) && !/(^|[\\/])(vite\.config|build)\.ts$/.test(file))
    .flatMap((file) => [
      ...fs.readFileSync(path.join(folder, file), 'utf8').matchAll(/(?:from|import\()\s*'([^'.][^']*)'/g),
    ])
    .map(([, name = '']) =>
      name
        .split('/')
        .slice(0, name.startsWith('@') ? 2 : 1)
        .join('/'),
    )
  return [...new Set(names)]
}

/** Those packages with all that they need. @param {Record<string, Entry>} packages @param {string[]} names @returns {Set<string>} */
function withTheirs(packages, names) {
  const found = new Set()
  for (const open = [...names]; open.length > 0; ) {
    const name = open.pop() ?? ''
    const entry = packages[`node_modules/${name}`]
    if (found.has(name) || !entry) continue
    found.add(name)
    open.push(...Object.keys(entry.dependencies ?? {}))
  }
  return found
}

/**
 * Every locked package with its licence.
 * @param {Record<string, Entry>} [packages] of a lockfile @param {string[]} [bundled] names of those that the app has in it
 * @returns {Licensed[]}
 */
export function licensed(packages = readLock().packages, bundled = [...imported(), ...COPIED]) {
  const inTheApp = withTheirs(packages, bundled)
  return Object.entries(packages)
    .filter(([place]) => place !== '')
    .map(([place, { version = '', license = 'none', dev = false }]) => {
      const name = place.slice(place.lastIndexOf('node_modules/') + 'node_modules/'.length)
      return { name, version, licence: license, isShipped: !dev || inTheApp.has(name) }
    })
}

/** Those under a licence that we do not want where they are. @param {Licensed[]} all */
export const unwanted = (all) =>
  all.filter(({ licence, isShipped }) => !isAllowed(licence, isShipped ? SHIPPED : TOOLS))

/** @param {Licensed} each */
const line = ({ name, version, licence }) => `${licence.padEnd(24)} ${name} ${dim(version)}`

function main() {
  const all = licensed()
  const shipped = all.filter(({ isShipped }) => isShipped)
  say(bold('In what is deployed, or shown in a browser'))
  for (const each of shipped) say(line(each))
  say()
  say(bold('In tools, which are not passed on'))
  const counts = Object.groupBy(
    all.filter(({ isShipped }) => !isShipped),
    ({ licence }) => licence,
  )
  for (const [licence, those = []] of Object.entries(counts).sort()) say(`${licence.padEnd(44)} ${those.length}`)
  say()
  const wrong = unwanted(all)
  if (wrong.length > 0) {
    throw new Trouble(
      `${wrong.length} packages are under a licence that is not on the list.`,
      'Replace them, or decide that the licence is one we want and add it in scripts/licences.mjs.',
      wrong.map(line).join('\n'),
    )
  }
  say(`${all.length} packages, all under licences on the list.`)
}

if (import.meta.filename === process.argv[1]) await script(async () => main())
