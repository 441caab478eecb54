/** The rates, which other tests run without: on for the tests of one file. */
import { env } from 'cloudflare:workers'
import { afterAll, beforeAll } from 'vitest'
import { settings } from '../../src/config'

/** Actors and handlers read the same bindings; the settings made of them are kept by which object they came from. */
export function switchRates(to: 'on' | 'off'): void {
  Object.assign(env, { RATE_LIMITS: to })
  settings({ ...env })
}

export function withRates(): void {
  beforeAll(() => switchRates('on'))
  afterAll(() => switchRates('off'))
}
