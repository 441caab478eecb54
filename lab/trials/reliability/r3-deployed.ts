/**
 * R3: new code is deployed again and again under load. The program is built and loaded anew, which cuts every socket.
 */
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { startServer } from '../../../scripts/server.ts'
import { ROOT } from '../../../scripts/wrangler.mjs'
import { ApiClient } from '../../harness/api-client.ts'
import { LIGHT } from '../../harness/server.ts'
import { percentile, round } from '../../harness/statistics.ts'
import type { Trial } from '../../harness/trial.ts'
import { until } from '../../harness/waiting.ts'
import { runLoad } from './load.ts'

const OPTIONS = { messages: 10_000, deploys: 10, rate: 200 }

/** Milliseconds: how soon a client must be back, of a hundred ninety-nine. */
const BACK_WITHIN = 3_000
/** How long a build may take on a busy machine before the trial is given up. */
const BUILT_WITHIN = 60_000

/**
 * The product's configuration for a program elsewhere. Without its build command, because with one Wrangler looks only
 * at the folder that this names, and would not notice new code.
 */
function configure(folder: string): void {
  fs.mkdirSync(path.join(folder, 'web'))
  const sections = fs.readFileSync(path.join(ROOT, 'wrangler.toml'), 'utf8').split(/^(?=\[)/m)
  const text = sections.filter((section) => !section.startsWith('[build]')).join('')
  const moved = text.replace(/^main = .*$/m, 'main = "entry.ts"').replace(/^directory = .*$/m, 'directory = "web"')
  fs.writeFileSync(path.join(folder, 'wrangler.toml'), moved)
}

/** A program that is the product, and says which one it is. */
function deploy(entry: string, version: number): void {
  const product = JSON.stringify(LIGHT)
  fs.writeFileSync(
    entry,
    `import product from ${product}
export * from ${product}
export default {
  fetch: (request, env, ctx) =>
    new URL(request.url).pathname === '/dev/version/' ? new Response('${version}') : product.fetch(request, env, ctx),
}
`,
  )
}

export const r3: Trial<typeof OPTIONS> = {
  title: 'new code in the middle of the load',
  options: OPTIONS,
  short: { messages: 2_000, deploys: 2, rate: 200 },
  async run({ seed, messages, deploys, rate }) {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'parlour-r3-'))
    const entry = path.join(folder, 'entry.ts')
    configure(folder)
    deploy(entry, 0)
    // What was written a moment ago, the builder takes for something that may have changed since, and builds again.
    const before = Date.now() / 1_000 - 60
    fs.utimesSync(entry, before, before)
    // Only Wrangler builds again what has changed.
    const server = await startServer({ vars: { RATE_LIMITS: 'off' }, entry, dev: true })
    try {
      let version = 0
      const running = () => fetch(`${server.url}/dev/version/`).then((answer) => answer.text())
      if ((await running()) !== '0') throw new Error('The program that is to be replaced does not run.')
      const inject = async () => {
        version += 1
        deploy(entry, version)
        const built = await until(async () => (await running().catch(() => '')) === String(version), BUILT_WITHIN, 50)
        if (built === null) throw new Error(`Version ${version} was not running after ${BUILT_WITHIN / 1_000} s`)
      }
      const { clients, outcome } = await runLoad(new ApiClient(server.url), {
        id: 'r3',
        seed,
        messages,
        rate,
        faults: deploys,
        inject,
      })
      const absences = clients.flatMap((client) => client.absences)
      const slowest = percentile(absences, 0.99)
      Object.assign(outcome.figures, {
        deploys: version,
        'back again, median s': round(percentile(absences, 0.5) / 1_000),
        'back again, p99 s': round(slowest / 1_000),
        'times gone': absences.length,
      })
      // Each deploy cuts everybody, or it was not the server's own code that was replaced.
      if (absences.length < deploys * clients.length) outcome.cases.push('A deploy left sockets open.')
      if (slowest > BACK_WITHIN)
        outcome.cases.push(`One in a hundred was away for ${round(slowest / 1_000)} s or more.`)
      return { ...outcome, passed: outcome.passed && outcome.cases.length === 0 }
    } finally {
      await server.stop()
      fs.rmSync(folder, { recursive: true, force: true })
    }
  },
}
