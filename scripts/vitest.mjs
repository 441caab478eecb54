/** Runs the tests and counts them. */
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { tethered } from './tether.mjs'
import { environment, program, projectNode, ROOT } from './wrangler.mjs'

/**
 * What vitest's JSON reporter says, as far as it is of use here.
 * @typedef {object} Report
 * @property {number} [numPassedTests]
 * @property {number} [numFailedTests]
 * @property {{ status: string, message?: string, assertionResults: TestReport[] }[]} testResults
 *
 * @typedef {object} TestReport
 * @property {string[]} [failureMessages]
 * @property {Record<string, unknown>} [meta]
 */

/**
 * Runs vitest once.
 * @param {string[]} args
 * @param {Record<string, string>} [variables] on top of the usual environment
 * @returns {Promise<{ code: number, report: Report }>}
 */
export async function runVitest(args, variables = {}) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'parlour-test-'))
  const output = path.join(folder, 'report.json')
  const report = ['--reporter=json', `--outputFile.json=${output}`]
  try {
    const { exited } = tethered(projectNode(), [program('vitest', 'vitest.mjs'), 'run', ...report, ...args], {
      cwd: ROOT,
      env: { ...environment(), ...variables },
    })
    const code = await exited
    return { code, report: fs.existsSync(output) ? JSON.parse(fs.readFileSync(output, 'utf8')) : { testResults: [] } }
  } finally {
    fs.rmSync(folder, { recursive: true, force: true })
  }
}

/** Arguments that make it the tests in Chromium, which are apart from the others. */
export const IN_BROWSER = ['--config', 'test/browser/vitest.config.ts']

/**
 * @param {string[]} args for vitest
 * @returns {Promise<{ code: number, passed: number, failed: number }>}
 */
export async function runTests(args) {
  const { code, report } = await runVitest(['--reporter=default', ...args])
  const { numPassedTests: passed = 0, numFailedTests = 0, testResults } = report
  const unloaded = testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0,
  )
  const failed = numFailedTests + unloaded.length
  // An error outside any test fails the run as well.
  return { code, passed, failed: code !== 0 && failed === 0 ? 1 : failed }
}
