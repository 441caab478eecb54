/**
 * S7: who has an account. Every question is asked in turn for an address that has one and for one that has none, signed in
 * or not, with the limits on and without them. Status, headers and body must be the same to the letter, and so must the
 * work: as many passwords hashed and the same statements run until the answer left. Work is counted, so that the short
 * form fails on it as surely as the long one; the long form compares the times as well.
 */

import { ApiClient } from '../../harness/api-client.ts'
import { Random } from '../../harness/random.ts'
import { startLabServer } from '../../harness/server.ts'
import { chanceOf, percentile, round } from '../../harness/statistics.ts'
import { Findings, type Trial } from '../../harness/trial.ts'
import { type Asked, comparable, fresh, OWN_PASSWORD, QUESTIONS, type Question } from './account-questions.ts'
import { NAMES, withLimits } from './s7-limits.ts'

const OPTIONS = { samples: 400 }
/** Addresses of each kind, asked in turn: as many so that none is asked twice within the time of one answer. */
const ADDRESSES = 20
/** Askings of each kind of which the work is counted. */
const COUNTED = 4
/** Samples below which times say nothing. */
const TIMED = 100
/** How far the medians may be apart. */
const APART = 0.05
/** A difference counts only if chance makes it less often than this: on a busy machine medians wander. */
const CHANCE = 0.001
/** Asks the lab server to say what an answer took. */
const WORK = { 'x-lab-count': 'yes' }

export const s7: Trial<typeof OPTIONS> = {
  title: 'who has an account',
  /** `samples`: askings of each kind of each question; below a hundred only work is compared. */
  options: OPTIONS,
  short: { samples: 2 },
  async run({ seed, samples }) {
    const findings = new Findings()
    // Without the limits nobody could be asked for so often that times could be compared.
    const server = await startLabServer({ vars: { RATE_LIMITS: 'off', EMAIL_VERIFICATION: 'required' } })
    try {
      // Work is the same at any cost of it.
      if (samples < TIMED) await server.lightPasswords()
      const api = new ApiClient(server.url)
      const known = await people(api, Math.min(ADDRESSES, samples))
      const access = await signedIn(api, server)
      const random = new Random(seed)
      for (const [name, question] of Object.entries(QUESTIONS)) {
        await asked(api, name, question, { known, samples, random, access }, findings)
      }
    } finally {
      await server.stop()
    }
    const limited = await startLabServer({ vars: { EMAIL_VERIFICATION: 'required' } })
    try {
      await limited.lightPasswords()
      const api = new ApiClient(limited.url)
      const known = await people(api, Object.keys(QUESTIONS).length + NAMES + 1)
      const access = () => signedIn(api, limited)
      await withLimits(api, { known, access }, findings)
    } finally {
      await limited.stop()
    }
    return findings.outcome()
  },
}

/** People who have verified their address; their names are as long as those of nobody, so that no byte more is on its way. */
async function people(api: ApiClient, count: number): Promise<Asked[]> {
  const known: Asked[] = []
  for (let n = 0; n < count; n++) {
    const who = fresh('person')
    // Each on a network of its own: the limits are not what is tried here.
    const headers = { 'cf-connecting-ip': `203.${n >> 8}.${n & 255}.1` }
    const body = { ...who, password: OWN_PASSWORD }
    await api.call('POST', '/api/register/', { body, headers })
    await confirmed(api, who.email, headers)
    known.push(who)
  }
  return known
}

/** Enters the code that was mailed to an address. @returns the answer */
async function confirmed(api: ApiClient, email: string, headers: Record<string, string>) {
  for (;;) {
    const mails = (await api.call('GET', '/dev/mail/')) as { to: string; text: string }[]
    const otp = /^ +(\d{6})$/m.exec(mails.find(({ to }) => to === email)?.text ?? '')?.[1]
    if (otp) return api.call('POST', '/api/verify-email/', { body: { email, otp }, headers })
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

let askers = 0

/** Somebody who asks signed in. @returns their access token */
async function signedIn(api: ApiClient, _: unknown): Promise<string> {
  const who = fresh('asker')
  const headers = { 'cf-connecting-ip': `198.${++askers >> 8}.${askers & 255}.1` }
  await api.call('POST', '/api/register/', { body: { ...who, password: OWN_PASSWORD }, headers })
  return (await confirmed(api, who.email, headers)).access
}

async function asked(
  api: ApiClient,
  name: string,
  { method = 'POST' as 'PATCH', path, body, spends, signedIn: isSignedIn }: Question,
  of: { known: Asked[]; samples: number; random: Random; access: string },
  findings: Findings,
): Promise<void> {
  const nobody = of.known.map(() => fresh('nobody'))
  const times = { known: [] as number[], unknown: [] as number[] }
  const credentials = isSignedIn ? { access: of.access } : {}
  let first: unknown
  const ask = async (who: Asked, kind: keyof typeof times, turn: number) => {
    const sent = body(who)
    const isCounted = turn < COUNTED
    const began = performance.now()
    const headers = isCounted ? WORK : {}
    const answer = await api.ask(method, `/api/${path}/`, { ...credentials, headers, body: sent })
    const took = performance.now() - began
    // The first time each is asked for something is new to the tables; that is no different, but slower.
    if (!isCounted && (turn >= of.known.length || spends)) times[kind].push(took)
    const seen = comparable(answer, { ...who, ...sent })
    if (!isCounted) delete (first as { headers: Record<string, string> }).headers['x-lab-count']
    first ??= seen
    if (isCounted && !seen.headers['x-lab-count']) findings.fail(`${name}: the server does not say what it did`)
    findings.expect(`${name}, asked for ${kind === 'known' ? 'somebody' : 'nobody'}`, seen, first)
    findings.count(isCounted ? 'askings of which the work was counted' : 'askings')
  }
  const rounds = COUNTED + (spends ? of.samples : of.samples + of.known.length)
  for (let turn = 0; turn < rounds; turn++) {
    const somebody = of.known[turn % of.known.length] as Asked
    const none = spends ? fresh('nobody') : (nobody[turn % of.known.length] as Asked)
    const turns = [() => ask(somebody, 'known', turn), () => ask(none, 'unknown', turn)]
    // Either may come first: what one asking leaves to be done falls on the next.
    if (of.random.next() < 0.5) turns.reverse()
    for (const each of turns) await each()
  }
  if (of.samples < TIMED) return
  const [known, unknown] = [percentile(times.known, 0.5), percentile(times.unknown, 0.5)]
  const ratio = known / unknown
  const chance = chanceOf(times.known, times.unknown)
  findings.figures[`${name}: median for somebody, ms`] = round(known)
  findings.figures[`${name}: for somebody / for nobody`] = Math.round(ratio * 1_000) / 1_000
  if (Math.abs(ratio - 1) > APART && chance < CHANCE) {
    findings.fail(
      `${name} takes ${round(known)} ms for somebody and ${round(unknown)} ms for nobody (chance ${chance})`,
    )
  }
}
