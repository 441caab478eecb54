/** `npm run doctor`: looks at everything that a server needs, and says what is not as it should be. Changes nothing. */
import { parseArgs } from 'node:util'
import { examine, type Finding, type Verdict } from './examination.ts'
import { bold, dim, say, script } from './steps.mjs'
import { STATE } from './store.mjs'

const HELP = `
npm run doctor [-- options]

  --remote               the deployed Worker, as whoever is signed in to Wrangler
  --url <address>        where the local server answers (http://localhost:$PORT, or 8787)
  --persist-to <folder>  where the local server keeps its data
  --env-file <file>      its variables and secrets (.dev.vars)
  --json                 one JSON value instead of words

Ends with 1 if anything failed. Warnings alone are 0.
`

const OPTIONS = {
  remote: { type: 'boolean', default: false },
  url: { type: 'string', default: `http://localhost:${process.env.PORT ?? 8787}` },
  'persist-to': { type: 'string', default: STATE },
  'env-file': { type: 'string', default: '.dev.vars' },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const

const MARK: Record<Verdict, string> = { ok: '✓', warning: '!', failure: '✗' }

function tell({ check, verdict, found, advice }: Finding): void {
  say(`${MARK[verdict]} ${bold(check.padEnd(14))}${found.trim().replaceAll('\n', ' ')}`)
  if (advice) say(`  ${' '.repeat(14)}${dim(advice)}`)
}

await script(async () => {
  const { values: options } = parseArgs({ options: OPTIONS })
  if (options.help) {
    console.log(HELP)
    return 0
  }
  const { remote, url } = options
  const findings = await examine({ remote, url, persistTo: options['persist-to'], varsFile: options['env-file'] })
  const failed = findings.filter(({ verdict }) => verdict === 'failure').length
  if (options.json) console.log(JSON.stringify({ ok: failed === 0, findings }, null, 2))
  else {
    for (const finding of findings) tell(finding)
    const warned = findings.filter(({ verdict }) => verdict === 'warning').length
    say(`${failed} failed, ${warned} to know`)
  }
  return failed === 0 ? 0 : 1
})
