/** Waiting for a state that calls between actors, alarms or sockets bring about. */
import { vi } from 'vitest'
import { PATIENCE } from './patience'

/** Tries `check` until it does not throw, for `patience` milliseconds at most. @returns what it returned */
export const eventually = <T>(check: () => T | Promise<T>, patience = PATIENCE): Promise<T> =>
  vi.waitFor(check, { timeout: patience, interval: 50 })
