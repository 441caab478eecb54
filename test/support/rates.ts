/** The rates, which other tests run without: on for the tests of one file. */
import { env } from 'cloudflare:workers'
import { afterAll, beforeAll } from 'vitest'

/** Actors and handlers read the same bindings, which tests may change. */
export function switchRates(to: 'on' | 'off'): void {
  Object.assign(env, { RATE_LIMITS: to })
}

export function withRates(): void {
  beforeAll(() => switchRates('on'))
  afterAll(() => switchRates('off'))
}
