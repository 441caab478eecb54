/**
 * S9: tokens. A forged, altered or flipped token opens nothing; a refresh token that is used again ends its whole
 * session; and there is never more than one living successor, however many refresh at the same moment.
 */
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { startServer } from '../../../scripts/server.ts'
import { ApiClient, type Person } from '../../harness/api-client.ts'
import { Random } from '../../harness/random.ts'
import { LIGHT } from '../../harness/server.ts'
import { Findings, type Trial } from '../../harness/trial.ts'
import { each } from '../../harness/waiting.ts'
import { claimsOf, decode, encode, forgeries, keyFor, signed } from './forger.ts'
import { RefreshTokens } from './refresh-tokens.ts'

const OPTIONS = { flips: 10_000, rounds: 30 }
/** Requests at once. */
const WIDTH = 40

export const s9: Trial<typeof OPTIONS> = {
  title: 'forged tokens, and refresh tokens used again',
  options: OPTIONS,
  short: { flips: 200, rounds: 1 },
  async run({ seed, flips, rounds }) {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'parlour-lab-s9-'))
    const store = path.join(folder, 'store')
    // The limits would count signing in this often as guessing.
    const server = await startServer({ entry: LIGHT, persistTo: store, vars: { RATE_LIMITS: 'off' } })
    try {
      const secret = fs.readFileSync(path.join(store, 'auth-secret'), 'utf8')
      const api = new ApiClient(server.url)
      const findings = new Findings()
      const random = new Random(seed)
      const ana = await api.register('ana')
      const eve = await api.register('eve')
      await forged(api, { ana, eve }, secret, findings)
      await edges(api, ana, secret, findings)
      await flipped(api, ana, { flips, random }, findings)
      const refreshing = new RefreshTokens(api, ana, random, findings)
      for (let round = 0; round < rounds; round++) await refreshing.round()
      await refreshing.afterTheEnd()
      return findings.outcome()
    } finally {
      await server.stop()
      fs.rmSync(folder, { recursive: true, force: true })
    }
  },
}

/** What a token is answered where an access token opens, and where a refresh token does. */
async function answers(api: ApiClient, token: string): Promise<number[]> {
  const access = await api.ask('GET', '/api/profile/', { headers: { authorization: `Bearer ${token}` } })
  const refresh = await api.ask('POST', '/api/token/refresh/', { body: { refresh: token } })
  const logout = await api.ask('POST', '/api/logout/', { body: { refresh: token } })
  return [access, refresh, logout].map(({ status }) => status)
}

const NOWHERE = [401, 401, 401]

async function forged(api: ApiClient, { ana, eve }: Record<'ana' | 'eve', Person>, secret: string, findings: Findings) {
  const honest = signed({ alg: 'HS256', typ: 'at+jwt' }, claimsOf(ana.access), keyFor(secret, 'access token'))
  findings.expect('an access token, made as the server does', await answers(api, honest), [200, 401, 401])
  for (const [what, token] of forgeries(secret, ana, eve)) {
    findings.count('tokens forged')
    findings.expect(what, await answers(api, token), NOWHERE)
  }
  const { status } = await api.ask('GET', '/api/profile/', { access: ana.access })
  findings.expect('the session of the token that was forged', status, 200)
}

/** Tokens at the second where they begin and end. */
async function edges(api: ApiClient, ana: Person, secret: string, findings: Findings): Promise<void> {
  const key = keyFor(secret, 'access token')
  const statusOf = async (claims: object) => {
    const token = signed({ alg: 'HS256', typ: 'at+jwt' }, { ...claimsOf(ana.access), ...claims }, key)
    return (await api.ask('GET', '/api/profile/', { access: token })).status
  }
  // At the beginning of a second, so that it does not change on the way.
  await new Promise((resolve) => setTimeout(resolve, 1_050 - (Date.now() % 1_000)))
  const now = Math.floor(Date.now() / 1_000)
  findings.expect('exp a second ago', await statusOf({ exp: now - 1 }), 401)
  findings.expect('exp now', await statusOf({ exp: now }), 401)
  findings.expect('exp in two seconds', await statusOf({ exp: now + 2 }), 200)
  findings.expect('nbf now', await statusOf({ nbf: now }), 200)
  findings.expect('nbf in two seconds', await statusOf({ nbf: now + 2 }), 401)
  findings.expect('exp a fraction of a second ago', await statusOf({ exp: now - 0.5 }), 401)
  findings.expect('exp in text', await statusOf({ exp: String(now + 60) }), 401)
  const soon = { exp: now + 2 }
  await new Promise((resolve) => setTimeout(resolve, 2_050 - (Date.now() % 1_000)))
  findings.expect('exp in two seconds, two seconds later', await statusOf(soon), 401)
  findings.count('edges of time', 8)
}

/** One bit after another, anywhere in a token of either kind. */
async function flipped(
  api: ApiClient,
  ana: Person,
  { flips, random }: { flips: number; random: Random },
  findings: Findings,
) {
  const kinds = [
    { token: ana.access, opens: (token: string) => api.ask('GET', '/api/profile/', { access: token }) },
    {
      token: ana.refresh,
      opens: (refresh: string) => api.ask('POST', '/api/token/refresh/', { body: { refresh } }),
    },
  ]
  const changed = Array.from({ length: flips }, () => {
    const { token, opens } = random.pick(kinds)
    const parts = token.split('.').map(decode)
    const part = random.pick(parts)
    const index = random.between(0, part.length - 1)
    part[index] = (part[index] ?? 0) ^ (1 << random.between(0, 7))
    return { token: parts.map(encode).join('.'), opens }
  })
  await each(changed, WIDTH, async ({ token, opens }) => {
    const { status, body } = await opens(token)
    findings.count('bits flipped')
    if (status !== 401 || body.code !== 'token_not_valid') findings.fail(`${token} was answered ${status}`)
  })
  for (const { token, opens } of kinds) findings.expect('the token itself', (await opens(token)).status, 200)
}
