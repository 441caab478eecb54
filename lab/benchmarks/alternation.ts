/** Measures several subjects in turns, so that whatever else the machine does strikes all of them alike. */
import type { Reading } from './row.ts'

export interface Contestant<Value> {
  name: string
  measure(): Promise<Value>
}

/** Each subject's values, round by round. The first of a round is another one each time. */
export async function alternate<Value>(
  contestants: Contestant<Value>[],
  rounds: number,
): Promise<Map<string, Value[]>> {
  const values = new Map<string, Value[]>(contestants.map(({ name }) => [name, []]))
  for (let round = 0; round < rounds; round++) {
    for (let turn = 0; turn < contestants.length; turn++) {
      const { name, measure } = contestants[(round + turn) % contestants.length] as Contestant<Value>
      try {
        values.get(name)?.push(await measure())
      } catch (error) {
        throw new Error(`${name}: ${(error as Error).message}`, { cause: error })
      }
    }
  }
  return values
}

/** Readings of one figure out of what each round gave. */
export function readings<Value>(
  values: Map<string, Value[]>,
  what: string,
  unit: string,
  figure: (value: Value) => number,
): Reading[] {
  return [...values].map(([subject, rounds]) => ({ subject, what, unit, rounds: rounds.map(figure) }))
}
