/**
 * R2: actors are put out of memory between any two steps.
 *
 * The same random script is played by two casts. Of one, no actor ever leaves memory; of the other, rooms, sidebars
 * and feeds do so between the steps, in any combination, their sockets hibernating or lost. At the end both must have
 * come to the same lists, counts, notifications, rooms and directory, by the same answers on the way; and everything
 * that anybody has open must show what is read anew.
 */
import { reset } from 'cloudflare:test'
import { afterAll } from 'vitest'
import { presentTime } from '../../test/support/world'
import { Random } from '../harness/random.ts'
import { ACTORS, Scenario } from './scenario'
import { type ScenarioState, stateOf } from './state'
import { drawStep, type Step } from './steps'
import { migrated, trial } from './trial'

/** Scripts after which everything stored is thrown away, so that the disk does not fill. */
const SCRIPTS_KEPT = 25
/** Scripts that go wrong before it is enough. */
const ENOUGH = 3

afterAll(presentTime)

trial('R2', async ({ seed, scripts, steps }) => {
  const random = new Random(seed)
  const cases: string[] = []
  const figures = {
    scripts: 0,
    steps: 0,
    'steps that did something': 0,
    'evicted, hibernating': 0,
    'evicted, closing': 0,
  }
  while (figures.scripts < scripts && cases.length < ENOUGH) {
    const script = Array.from({ length: steps }, (_, n) => drawStep(random, n))
    const chance = random.fork()
    const name = `s${figures.scripts}`
    const evicting = async (scenario: Scenario) => {
      for (const actor of ACTORS) {
        if (chance.next() > 0.4) continue
        const how = chance.next() < 0.5 ? 'hibernate' : 'close'
        if (!(await scenario.evict(actor, how))) continue
        figures[how === 'hibernate' ? 'evicted, hibernating' : 'evicted, closing'] += 1
      }
    }
    const still = await play(`${name}a`, script, async () => {})
    const moved = await play(`${name}b`, script, evicting)
    figures.scripts += 1
    figures.steps += steps
    figures['steps that did something'] += moved.answers.filter((answer) => answer === 'done').length
    const wrong = [...still.faults, ...moved.faults, ...differences(script, still, moved)]
    if (wrong.length > 0) {
      cases.push(`script ${figures.scripts} of seed ${seed}: ${wrong.join('\n')}\n${tell(script, moved.answers)}`)
    }
    if (figures.scripts % SCRIPTS_KEPT === 0) await reset().then(migrated)
  }
  return { figures, cases }
})

interface Played {
  answers: string[]
  state: ScenarioState
  faults: string[]
}

async function play(tag: string, script: Step[], between: (scenario: Scenario) => Promise<void>): Promise<Played> {
  const scenario = await Scenario.set(tag)
  const answers: string[] = []
  for (const step of script) {
    answers.push(await scenario.perform(step))
    await between(scenario)
    // Lists and notifications follow in their own time; what comes of each step is only certain once they have.
    await scenario.rest()
  }
  await between(scenario)
  const faults: string[] = []
  for (const window of scenario.windows.values()) faults.push(...(await window.compare()))
  const state = await stateOf(scenario)
  for (const window of scenario.windows.values()) await window.shut()
  return { answers, state, faults }
}

function differences(script: Step[], still: Played, moved: Played): string[] {
  const found = script.flatMap((step, n) =>
    still.answers[n] === moved.answers[n]
      ? []
      : [`${JSON.stringify(step)} was answered ${still.answers[n]}, and evicted ${moved.answers[n]}`],
  )
  for (const part of ['lists', 'notifications', 'rooms'] as const) {
    for (const [whose, one] of Object.entries(still.state[part])) {
      const [stayed, went] = [JSON.stringify(one), JSON.stringify(moved.state[part][whose])]
      if (stayed !== went) found.push(`${part} of ${whose}:\n  ${stayed}\n  evicted: ${went}`)
    }
  }
  return found
}

const tell = (script: Step[], answers: string[]) =>
  script.map((step, n) => `  ${n}. ${JSON.stringify(step)} → ${answers[n]}`).join('\n')
