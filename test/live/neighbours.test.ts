/** The trials against a real server in their short forms: three at a time side by side, because each mostly waits. */
import { describe, expect, it } from 'vitest'
import { r3 } from '../../lab/trials/reliability/r3-deployed.ts'
import { r5 } from '../../lab/trials/reliability/r5-slow.ts'
import { r8 } from '../../lab/trials/reliability/r8-neighbours.ts'
import { r9 } from '../../lab/trials/reliability/r9-vanished.ts'
import { s4 } from '../../lab/trials/security/s4-revoked.ts'
import { s8 } from '../../lab/trials/security/s8-fuzzed.ts'

/** In milliseconds, on a machine that is busy with the others. */
const LONGEST = 240_000
const seed = 1

describe('under load', () => {
  it.concurrent(
    'R3: deployed twice under load, the server loses, doubles and reorders nothing',
    async () => {
      const { figures, cases } = await r3.run({ ...r3.short, seed })
      // How soon everybody is back is judged by hand: here other trials want the processor as well.
      expect(cases.filter((each) => !each.includes('was away'))).toEqual([])
      expect(figures).toMatchObject({ stored: 2_000, acked: 2_000, deploys: 2 })
    },
    LONGEST,
  )

  it.concurrent(
    'R8: neighbours that fail disturb no conversation and leave nothing half-made',
    async () => {
      const { figures, cases } = await r8.run({ ...r8.short, seed })
      expect(cases).toEqual([])
      expect(figures['directory silent: answered 503']).toBeGreaterThan(0)
    },
    LONGEST,
  )

  it.concurrent(
    'S8: what nobody should send is answered, resets nothing and disturbs nobody',
    async () => {
      const { cases } = await s8.run({ ...s8.short, seed })
      expect(cases).toEqual([])
    },
    LONGEST,
  )
})

describe('over time', () => {
  it.concurrent(
    'R5: a socket that stops reading is closed before much waits for it',
    async () => {
      const { cases } = await r5.run({ ...r5.short, seed })
      expect(cases).toEqual([])
    },
    LONGEST,
  )

  it.concurrent(
    'R9: whoever vanishes without a word is gone for those who look',
    async () => {
      expect((await r9.run({ ...r9.short, seed })).cases).toEqual([])
    },
    LONGEST,
  )

  it.concurrent(
    'S4: a right that ends closes the sockets that are open, of actors that sleep as well',
    async () => {
      const { figures, cases } = await s4.run({ ...s4.short, seed })
      expect(cases).toEqual([])
      expect(figures['actors that slept and woke']).toBeGreaterThan(0)
    },
    LONGEST,
  )
})
