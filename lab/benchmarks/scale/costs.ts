/** Finds the costs of a room's turn from the rates of real rooms. They are the input of the simulation of relays. */
/**
 * Milliseconds. A turn that stores k messages and sends them to L sockets takes
 * `turn + k·message + L·(frame + k·event)`.
 */
export interface Costs {
  /** Once a turn, whatever is in it: the way there and back, waking, the timer, the disk. */
  turn: number
  /** Each message that is stored. */
  message: number
  /** Each socket that gets a frame. */
  frame: number
  /** Each message in each of those frames. */
  event: number
}

/** What one room did: `window` messages always under way, among `sockets`. */
export interface Flowing {
  sockets: number
  window: number
  /** Messages a second. */
  rate: number
}

/** How long a turn takes, in milliseconds. */
export const turnOf = ({ turn, message, frame, event }: Costs, messages: number, sockets: number): number =>
  turn + messages * message + sockets * (frame + messages * event)

const ROUNDS = 20_000

/**
 * The costs that explain the rates best: least squares of relative errors, none below zero. What is always under way
 * leaves together, so a turn is as long as `window / rate`.
 * @throws {Error} with fewer than four measurements, which say too little
 */
export function costsOf(measured: Flowing[]): Costs {
  if (measured.length < 4) throw new Error('Four measurements are the least that four costs can be found from')
  const rows = measured.map(({ sockets, window, rate }) => {
    const took = (window * 1_000) / rate
    return [1, window, sockets, sockets * window].map((factor) => factor / took)
  })
  // Coordinate descent with a floor of zero: the sum of squares is convex, so it ends at the optimum.
  const costs = [0, 0, 0, 0]
  for (let round = 0; round < ROUNDS; round++) {
    for (let column = 0; column < costs.length; column++) {
      let along = 0
      let length = 0
      for (const row of rows) {
        const factor = row[column] as number
        const rest = 1 - row.reduce((sum, each, n) => sum + (n === column ? 0 : each * (costs[n] as number)), 0)
        along += factor * rest
        length += factor * factor
      }
      costs[column] = Math.max(0, along / length)
    }
  }
  const [turn, message, frame, event] = costs as [number, number, number, number]
  return { turn, message, frame, event }
}
