/** What the rows about talking in a room have in common: subjects seated, warmed, and let talk in turns. */
import { alternate, readings } from '../alternation.ts'
import { FanOut, type Flow, type Flowed } from '../fan-out.ts'
import type { Reading } from '../row.ts'
import type { Stage } from '../stage.ts'
import type { Seated } from '../subjects.ts'

/** For how long everybody talks before anything is measured: code is compiled, lists have been woken. In milliseconds. */
const WARM = 2_000

/** @returns deliveries a second and percentiles of the echo, by subject */
export async function letTalk(stage: Stage, seated: Seated[], flow: Flow, milliseconds: number): Promise<Reading[]> {
  const contestants = seated.map(({ name, lines }) => {
    const room = new FanOut(lines, flow)
    return { name, measure: () => room.run(milliseconds), warm: () => room.run(WARM) }
  })
  for (const { warm } of contestants) await warm()
  const values = await alternate<Flowed>(contestants, stage.rounds)
  return [
    ...readings(values, 'deliveries', '/s', ({ deliveries }) => deliveries),
    ...readings(values, 'own echo, p50', 'ms', ({ p50 }) => p50),
    ...readings(values, 'own echo, p99', 'ms', ({ p99 }) => p99),
  ]
}
