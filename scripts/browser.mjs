/** `npm run test:browser`: looks at the app in Chromium, as people do. Arguments after `--` reach vitest. */
import { prepareToRun } from './setup.mjs'
import { script } from './steps.mjs'
import { stopOnSignals } from './tether.mjs'
import { IN_BROWSER, runTests } from './vitest.mjs'

stopOnSignals()
await script(async () => {
  await prepareToRun()
  const { code, passed, failed } = await runTests([...IN_BROWSER, ...process.argv.slice(2)])
  console.log(`${passed} passed, ${failed} failed`)
  return code
})
