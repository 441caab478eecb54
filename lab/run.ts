/**
 * `npm run torture -- R1`: one trial in its long form. `--seed 7` takes another chance, `--seeds 5` takes five in a row,
 * `--short` is the form that `npm test` runs, and a trial's own figures can be set by name: `--messages 1000 --kills 2`.
 */
import { bold, say } from '../scripts/steps.mjs'
import { command, named, optionsOf } from './harness/runner.ts'
import type { Outcome } from './harness/trial.ts'
import { TRIALS } from './trials/registry.ts'

function print(id: string, seed: number, { passed, figures, cases }: Outcome): void {
  say(bold(`${id}, seed ${seed}: ${passed ? 'passed' : 'FAILED'}`))
  for (const [name, figure] of Object.entries(figures)) say(`${String(figure).padStart(10)}  ${name}`)
  for (const each of cases) say(`! ${each}`)
  say()
}

await command(async ([id = '', ...args]) => {
  const trial = named(TRIALS, id)
  const usual = args.includes('--short') ? trial.short : trial.options
  const { options } = optionsOf(args, { seed: 1, seeds: 1, short: false, ...usual })
  const { seed: first, seeds, short: _, ...own } = options
  let passed = true
  for (let seed = first; seed < first + seeds; seed++) {
    const outcome = await trial.run({ ...own, seed } as never)
    print(id.toUpperCase(), seed, outcome)
    passed &&= outcome.passed
  }
  return passed
})
