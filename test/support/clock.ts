/** The clock that tests and actors share, which a test may put forward. */
import { vi } from 'vitest'

const realNow = Date.now
let ahead = 0

/** Puts the clock of tests and actors alike forward; it runs on from there until `presentTime`. */
export function forward(milliseconds: number): void {
  ahead += milliseconds
  vi.spyOn(Date, 'now').mockImplementation(() => realNow() + ahead)
}

export function presentTime(): void {
  ahead = 0
  vi.spyOn(Date, 'now').mockRestore()
}
