/**
 * `npm run torture -- R1`: one trial in its long form. `--seed 7` takes another chance, `--seeds 5` takes five in a row,
 * and a trial's own figures can be set by name: `--messages 1000 --kills 2`.
 */
import { parseArgs } from 'node:util'
import { bold, say, script, Trouble } from '../scripts/steps.mjs'
import { stopOnSignals } from '../scripts/tether.mjs'
import type { Outcome } from './harness/trial.ts'
import { TRIALS } from './trials/registry.ts'

const [id = '', ...args] = process.argv.slice(2)

function chosen() {
  const trial = TRIALS[id.toUpperCase()]
  if (!trial) {
    const known = Object.entries(TRIALS).map(([each, { title }]) => `${each} (${title})`)
    throw new Trouble(`There is no trial ${id || 'without a name'}.`, `There are: ${known.join(', ')}`)
  }
  const settable = { seed: 1, seeds: 1, ...trial.options }
  const options = Object.fromEntries(Object.keys(settable).map((name) => [name, { type: 'string' as const }]))
  const values = read(options)
  const numbers = Object.entries(settable).map(([name, usual]) => {
    const value = Number(values[name] ?? usual)
    if (!Number.isSafeInteger(value) || value < 0)
      throw new Trouble(`--${name} must be a number.`, `Usual is ${usual}.`)
    return [name, value]
  })
  return { trial, options: Object.fromEntries(numbers) as Record<string, number> & { seed: number; seeds: number } }
}

function read(options: Record<string, { type: 'string' }>): Record<string, string | undefined> {
  try {
    return parseArgs({ args, options }).values
  } catch (error) {
    throw new Trouble(
      (error as Error).message,
      `It takes ${Object.keys(options)
        .map((name) => `--${name}`)
        .join(', ')}.`,
    )
  }
}

function print(seed: number, { passed, figures, cases }: Outcome): void {
  say(bold(`${id.toUpperCase()}, seed ${seed}: ${passed ? 'passed' : 'FAILED'}`))
  for (const [what, figure] of Object.entries(figures)) say(`${String(figure).padStart(10)}  ${what}`)
  for (const each of cases) say(`! ${each}`)
  say()
}

stopOnSignals()
await script(async () => {
  const { trial, options } = chosen()
  const { seed: first, seeds, ...own } = options
  let failed = 0
  for (let seed = first; seed < first + seeds; seed++) {
    const outcome = await trial.run({ ...own, seed })
    print(seed, outcome)
    if (!outcome.passed) failed += 1
  }
  return failed === 0 ? 0 : 1
})
