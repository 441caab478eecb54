/**
 * R1: every process of the server gets SIGKILL at random moments of the load, and the server starts again over the same
 * data.
 */
import { startServer } from '../../../scripts/server.ts'
import { ApiClient } from '../../harness/api-client.ts'
import { LIGHT } from '../../harness/server.ts'
import { percentile, round } from '../../harness/statistics.ts'
import type { Trial } from '../../harness/trial.ts'
import { runLoad } from './load.ts'

const OPTIONS = { messages: 10_000, kills: 10 }

export const r1: Trial<typeof OPTIONS> = {
  title: 'killed in the middle of the load',
  options: OPTIONS,
  short: { messages: 1_000, kills: 2 },
  async run({ seed, messages, kills }) {
    // The limits that keep floods out are not what is tried here.
    const server = await startServer({ entry: LIGHT, vars: { RATE_LIMITS: 'off' } })
    try {
      const inject = async () => {
        await server.kill()
        await server.restart()
      }
      const { back, outcome } = await runLoad(new ApiClient(server.url), {
        id: 'r1',
        seed,
        messages,
        faults: kills,
        inject,
      })
      Object.assign(outcome.figures, {
        kills: back.length,
        'kill to first ack, median s': round(percentile(back, 0.5) / 1_000),
        'kill to first ack, worst s': round(percentile(back, 1) / 1_000),
      })
      return outcome
    } finally {
      await server.stop()
    }
  },
}
