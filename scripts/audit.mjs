/**
 * `npm run audit`: whether anything known is wrong with a locked package. Which packages may run something when they are
 * installed is looked up in the lockfile; what is known of their versions is asked of the registry, by npm's own audit.
 */
import { execFile } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import { readLock } from './lock.mjs'
import { say, script, step, Trouble } from './steps.mjs'
import { ROOT } from './wrangler.mjs'

/** @typedef {{ name: string, severity: string, range: string, isDirect: boolean }} Flaw */

/**
 * The packages that would run something on installation, of which package.json does not say whether they may.
 * @param {Record<string, object>} packages @param {Record<string, boolean>} decided
 * @returns {string[]}
 */
export function undecided(packages, decided) {
  return Object.entries(packages)
    .filter(([place, entry]) => place !== '' && 'hasInstallScript' in entry)
    .map(([place]) => place.slice(place.lastIndexOf('node_modules/') + 'node_modules/'.length))
    .filter((name, at, all) => !(name in decided) && all.indexOf(name) === at)
}

/**
 * The flaws in what npm's audit answered; null when the registry answered nothing that tells.
 * @param {string} answer
 * @returns {Flaw[] | null}
 */
export function flawsIn(answer) {
  try {
    const { vulnerabilities } = JSON.parse(answer)
    return vulnerabilities ? Object.values(vulnerabilities) : null
  } catch {
    return null
  }
}

/** What npm prints, whether or not it finds anything. */
const asked = () =>
  promisify(execFile)('npm', ['audit', '--json'], { cwd: ROOT, maxBuffer: 64 * 1024 * 1024 }).then(
    ({ stdout }) => stdout,
    ({ stdout }) => String(stdout ?? ''),
  )

async function main() {
  await step('What runs on installation', () => {
    const { allowScripts = {} } = JSON.parse(fs.readFileSync(path.join(ROOT, 'package.json'), 'utf8'))
    const names = undecided(readLock().packages, allowScripts)
    if (names.length === 0) return
    throw new Trouble(
      `${names.join(', ')} would run something on installation.`,
      'Say in package.json, under allowScripts, whether it may.',
    )
  })
  await step('What is known of these versions', async () => {
    const flaws = flawsIn(await asked())
    if (flaws === null) {
      throw new Trouble(
        'The registry told nothing: it is out of reach, or a mirror that has no audit.',
        'Nothing is known to be wrong, and nothing to be right. Run it again where npm audit works.',
      )
    }
    if (flaws.length === 0) return
    throw new Trouble(
      `${flaws.length} packages have known flaws.`,
      'npm audit tells more; raise what has a version without them, or say in SECURITY.md why it does not concern us.',
      flaws.map(({ name, severity, range }) => `${severity.padEnd(10)} ${name} ${range}`).join('\n'),
    )
  })
  say('Nothing known is wrong with any of them.')
}

if (import.meta.filename === process.argv[1]) await script(main)
