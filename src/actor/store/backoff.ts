/** How long to wait before a neighbour that failed is tried again. */
import { TIMES } from '../../config'

/** Tries with short waits between them: most troubles are over within half a minute. */
const SOON = 10

/**
 * Milliseconds to wait after so many failures in a row. Doubled up to `TIMES.outboxSoon`, so that what is owed arrives
 * within seconds of the end of a short trouble; from the tenth failure on doubled up to `TIMES.outboxMost`.
 */
export function backoffAfter(failures: number): number {
  const soon = Math.min(TIMES.outboxFirst * 2 ** Math.min(failures - 1, SOON), TIMES.outboxSoon)
  return Math.min(soon * 2 ** Math.max(0, failures - SOON), TIMES.outboxMost)
}
