/** Time as the product beside the test has it: of a moment in which the machine did something else, only a tick counts. */

/** In milliseconds. */
const TICK = 20
const realInterval = globalThis.setInterval

/** Starts a watch. @returns what it shows and stops, in milliseconds */
export function stopwatch(): () => number {
  let ticks = 0
  const timer = realInterval(() => ticks++, TICK)
  return () => {
    clearInterval(timer)
    return ticks * TICK
  }
}
