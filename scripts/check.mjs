/** `npm run check`: everything that must hold before a change is merged. All of it runs, whatever fails first. */
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { prepareToRun } from './setup.mjs'
import { explain, script, step } from './steps.mjs'
import { stopOnSignals } from './tether.mjs'
import { IN_BROWSER, runTests } from './vitest.mjs'
import { program, projectNode, quietly, wranglerCommand } from './wrangler.mjs'

const tsc = (/** @type {string} */ project) =>
  quietly('tsc', projectNode(), [program('typescript', 'bin/tsc'), '--project', project, '--pretty'])

const wrangler = (/** @type {string[]} */ ...args) => quietly('wrangler', ...wranglerCommand(args))

const BIOME = ['ci', '--error-on-warnings', '--colors=off']

/** @type {[string, () => Promise<void>][]} */
const checks = [
  ['The lockfile fits package.json', () => quietly('npm ci', 'npm', ['ci', '--dry-run'])],
  ['Format and lint', () => quietly('biome', projectNode(), [program('@biomejs/biome', 'bin/biome'), ...BIOME])],
  ['Binding types are up to date', () => wrangler('types', '--check')],
  ['Types of the application', () => tsc('tsconfig.json')],
  ['Types of the scripts', () => tsc('scripts/tsconfig.json')],
  ['Types of the web app', () => tsc('src/web')],
  ['Types of its service worker', () => tsc('src/web/worker')],
  [
    'The Worker builds for deployment',
    async () => {
      const outdir = fs.mkdtempSync(path.join(os.tmpdir(), 'parlour-deploy-'))
      try {
        await wrangler('deploy', '--dry-run', '--outdir', outdir)
      } finally {
        fs.rmSync(outdir, { recursive: true, force: true })
      }
    },
  ],
]

/** As many at a time as CI has processors. */
const AT_ONCE = 2

/** Starts all checks, a few at a time, in order. @param {typeof checks} all */
function startAll(all) {
  /** @type {Promise<unknown>[]} */
  const lanes = Array.from({ length: AT_ONCE }, () => Promise.resolve())
  return all.map(([title, check], place) => {
    const done = /** @type {Promise<unknown>} */ (lanes[place % AT_ONCE]).then(check)
    // Told when its turn comes.
    lanes[place % AT_ONCE] = done.catch(() => undefined)
    return { title, done }
  })
}

stopOnSignals()
await script(async () => {
  await prepareToRun()
  let passed = 0
  let failed = 0
  for (const { title, done } of startAll(checks)) {
    try {
      await step(title, () => done)
      passed++
    } catch (error) {
      explain(error)
      failed++
    }
  }
  // One after the other: a browser on a busy machine sees the machine, not the app.
  let code = 0
  for (const args of [[], IN_BROWSER]) {
    const tests = await runTests(args)
    passed += tests.passed
    failed += tests.failed
    code ||= tests.code
  }
  console.log(`${passed} passed, ${failed} failed`)
  return failed === 0 ? code : 1
})
