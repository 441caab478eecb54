/** The pause before a failed call to a neighbour is repeated. */
import { TIMES } from '../../config'

/** Retries with short pauses: most failures are over within half a minute. */
const SOON = 10

/**
 * Milliseconds to wait after this number of failures in a row. The pause doubles up to `TIMES.outboxSoon`, so that a delivery
 * follows the end of a short failure within seconds; from the tenth failure on it doubles up to `TIMES.outboxMost`.
 */
export function backoffAfter(failures: number): number {
  const soon = Math.min(TIMES.outboxFirst * 2 ** Math.min(failures - 1, SOON), TIMES.outboxSoon)
  return Math.min(soon * 2 ** Math.max(0, failures - SOON), TIMES.outboxMost)
}
