/**
 * `npm run test:contract`: asks a server whether it keeps the contract.
 *
 * `--url http://host:port` names it; without, one is started. It is best asked with its rate limits off.
 * `--staff name:password` is an account with staff rights there. What else is given reaches Vitest: `-t messages`.
 */
import { parseArgs } from 'node:util'
import { prepareToRun } from './setup.mjs'
import { script, Trouble } from './steps.mjs'
import { stopOnSignals } from './tether.mjs'
import { runTests } from './vitest.mjs'

const OPTIONS = /** @type {const} */ ({ url: { type: 'string' }, staff: { type: 'string' } })

stopOnSignals()
await script(async () => {
  const { values, tokens } = parseArgs({ options: OPTIONS, strict: false, allowPositionals: true, tokens: true })
  const { url, staff } = values
  if (url !== undefined && (typeof url !== 'string' || !URL.canParse(url))) {
    throw new Trouble(`${url} is not an address.`, 'For example: npm run test:contract -- --url http://localhost:8787')
  }
  await prepareToRun()
  if (url) process.env.CONTRACT_URL = url
  if (typeof staff === 'string') process.env.CONTRACT_STAFF = staff
  const args = process.argv.slice(2)
  const ours = new Set()
  for (const token of tokens) {
    if (token.kind !== 'option' || !(token.name in OPTIONS)) continue
    ours.add(token.index)
    if (!token.inlineValue) ours.add(token.index + 1)
  }
  const others = args.filter((_, index) => !ours.has(index))
  const { code, passed, failed } = await runTests(['--project', 'live', 'test/live/contract.test.ts', ...others])
  console.log(`${passed} passed, ${failed} failed`)
  return code
})
