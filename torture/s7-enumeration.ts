/**
 * S7: who has an account. Every entrance is asked in turn for an address that has one and for one that has none; status
 * and body must be the same to the letter, and the times the same but for chance.
 */
import { randomBytes } from 'node:crypto'
import { startServer } from '../scripts/server.ts'
import { quantile, round } from './figures.ts'
import { Findings } from './findings.ts'
import { Random } from './random.ts'
import { chanceOf } from './ranks.ts'
import type { Trial } from './trial.ts'
import { type Answer, type Person, Visitor } from './visitor.ts'

const OPTIONS = { samples: 400 }
/** Addresses of each kind, asked in turn: as many so that none is asked twice within the time of one answer. */
const ADDRESSES = 20
/** How far the medians may be apart. */
const APART = 0.05
/** A difference counts only if chance makes it less often than this: on a busy machine medians wander. */
const CHANCE = 0.001

/** Somebody who is asked for. */
type Asked = Pick<Person, 'email' | 'username'>

interface Entrance {
  path: string
  body(of: Asked): object
  /** Whether asking makes an account: then nobody can be asked for twice. */
  spends?: true
}

const PASSWORD = 'a password that nobody has'

const ENTRANCES: Record<string, Entrance> = {
  'login by address': { path: 'login', body: ({ email }) => ({ email, password: PASSWORD }) },
  'login by username': { path: 'login', body: ({ username }) => ({ username, password: PASSWORD }) },
  register: {
    path: 'register',
    body: ({ email }) => ({ email, username: fresh('new').username, password: PASSWORD }),
    spends: true,
  },
  'forgot password': { path: 'forgot-password', body: ({ email }) => ({ email }) },
  'resend a code': { path: 'resend-otp', body: ({ email }) => ({ email, purpose: 'verify_email' }) },
  'resend a login code': { path: 'resend-otp', body: ({ email }) => ({ email, purpose: 'login' }) },
  'guess a code': { path: 'verify-email', body: ({ email }) => ({ email, otp: '000000' }) },
  'guess a reset': {
    path: 'reset-password',
    body: ({ email }) => ({ email, otp: '000000', new_password: PASSWORD }),
  },
}

const fresh = (name: string): Asked => {
  const username = `${name}${randomBytes(6).toString('hex')}`
  return { username, email: `${username}@people.example` }
}

export const s7: Trial<typeof OPTIONS> = {
  title: 'who has an account',
  /** `samples`: askings of each kind at each entrance. */
  options: OPTIONS,
  async run({ seed, samples }) {
    // Without the limits: with them nobody could ask this often.
    const server = await startServer({ vars: { RATE_LIMITS: 'off', EMAIL_VERIFICATION: 'required' } })
    try {
      const visitor = new Visitor(server.url)
      const known: Asked[] = []
      // Names as long as those of nobody, so that no byte more is on its way.
      for (let n = 0; n < Math.min(ADDRESSES, samples); n++) {
        const who = fresh('person')
        await visitor.done('POST', '/api/register/', { body: { ...who, password: 'a password of their own' } })
        known.push(who)
      }
      const findings = new Findings()
      const random = new Random(seed)
      for (const [name, entrance] of Object.entries(ENTRANCES)) {
        await asked(visitor, name, entrance, { known, samples, random }, findings)
      }
      return findings.outcome()
    } finally {
      await server.stop()
    }
  },
}

async function asked(
  visitor: Visitor,
  name: string,
  { path, body, spends }: Entrance,
  of: { known: Asked[]; samples: number; random: Random },
  findings: Findings,
): Promise<void> {
  const nobody = of.known.map(() => fresh('nobody'))
  const times = { known: [] as number[], unknown: [] as number[] }
  let first: unknown
  const ask = async (who: Asked, kind: keyof typeof times, place: number) => {
    const sent = body(who)
    const began = performance.now()
    const answer = await visitor.ask('POST', `/api/${path}/`, { body: sent })
    const took = performance.now() - began
    // The first time each is asked for something is new to the tables; that is no different, but slower.
    if (place >= of.known.length || spends) times[kind].push(took)
    const seen = blurred(answer, { ...who, ...sent })
    first ??= seen
    findings.expect(`${name}, asked for ${kind === 'known' ? 'somebody' : 'nobody'}`, seen, first)
    findings.count('askings')
  }
  const rounds = spends ? of.samples : of.samples + of.known.length
  for (let place = 0; place < rounds; place++) {
    const somebody = of.known[place % of.known.length] as Asked
    const none = spends ? fresh('nobody') : (nobody[place % of.known.length] as Asked)
    const turns = [() => ask(somebody, 'known', place), () => ask(none, 'unknown', place)]
    // Either may come first: what one asking leaves to be done falls on the next.
    if (of.random.next() < 0.5) turns.reverse()
    for (const turn of turns) await turn()
  }
  const [known, unknown] = [quantile(times.known, 0.5), quantile(times.unknown, 0.5)]
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

/** All that is seen of an answer, without what was sent and what is new each time. */
function blurred({ status, headers, text }: Answer, sent: Record<string, unknown>): unknown {
  let seen = text
  for (const [field, value] of Object.entries(sent)) seen = seen.replaceAll(`"${value}"`, `"<${field}>"`)
  seen = seen.replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '<time>').replaceAll(/"id":\d+/g, '"id":<id>')
  const { 'x-request-id': _, date: __, ...rest } = Object.fromEntries(headers)
  return { status, headers: rest, body: seen }
}
