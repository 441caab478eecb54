/** Runs the tests and counts them. */
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { tethered } from './tether.mjs'
import { environment, program, projectNode, ROOT } from './wrangler.mjs'

/**
 * @param {string[]} args for vitest
 * @returns {Promise<{ code: number, passed: number, failed: number }>}
 */
export async function runTests(args) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'parlour-test-'))
  const report = path.join(folder, 'report.json')
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
  try {
    const { exited } = tethered(projectNode(), [program('vitest', 'vitest.mjs'), 'run', ...reporters, ...args], {
      cwd: ROOT,
      env: environment(),
    })
    const code = await exited
    const result = fs.existsSync(report) ? JSON.parse(fs.readFileSync(report, 'utf8')) : {}
    /** @type {{ status: string, assertionResults: unknown[] }[]} */
    const files = result.testResults ?? []
    const unloaded = files.filter(
      ({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0,
    )
    const failed = (result.numFailedTests ?? 0) + unloaded.length
    // An error outside any test fails the run as well.
    return { code, passed: result.numPassedTests ?? 0, failed: code !== 0 && failed === 0 ? 1 : failed }
  } finally {
    fs.rmSync(folder, { recursive: true, force: true })
  }
}
