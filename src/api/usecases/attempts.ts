/**
 * How often may be tried what can be guessed, and asked for what is mailed: by the name that is tried, by the device that
 * asks, and by its network. 429 with `Retry-After` beyond that.
 *
 * Before anybody is signed in, what is counted is a function of what was sent alone, never of what the directory knows of
 * it: so no count tells which accounts there are, nor which name belongs to which address. The one exception are devices
 * that have signed in to the account before. They are counted for themselves, so that nobody else can use up their tries.
 */
import { mac } from '../../auth/keys'
import { areRatesOn, BOUNDS, RATES, settings } from '../../config'
import { type Attempt, clearAttempts, countAttempts, forgetAttempts } from '../../directory/accounts/attempts'
import { type Count, count } from '../../directory/accounts/rates'
import { type AttemptRate, ChatError, type CodeKind, type Rate, type SessionId, type UserId } from '../../protocol'
import type { Asked } from '../context'
import { type Asker, addressOf, networkOf } from '../middleware/asker'

const subjectOf = (c: Asked, ...parts: (string | number)[]) =>
  mac(settings(c.env).AUTH_SECRET, 'rate limit', parts.join('\n'))

/** @throws {ChatError} `rate_limited` after so many milliseconds, if any */
function refuseFor(wait: number): void {
  if (wait > 0) throw new ChatError('rate_limited', { retryAfter: Math.ceil(wait / 1_000) })
}

/** Tries that were counted. `forgive` takes them back: what was tried was right. */
export interface Tries {
  forgive(): Promise<void>
}

const UNCOUNTED: Tries = { forgive: async () => undefined }

/** Counts each try of `paces`. The first is what the person is known by: it is forgotten entirely when they were right. */
async function countPaced(c: Asked, paces: [subject: string, pace: AttemptRate][]): Promise<Tries> {
  if (!areRatesOn(c.env)) return UNCOUNTED
  const attempts = paces.map(([subject, pace]): Attempt => ({ subject, pace }))
  const { wait, counted } = await countAttempts(c.env.DIRECTORY, attempts, Date.now())
  refuseFor(wait)
  return {
    async forgive() {
      const [own, ...others] = counted
      if (own) await clearAttempts(c.env.DIRECTORY, own.subject)
      await forgetAttempts(c.env.DIRECTORY, others)
    },
  }
}

/**
 * Counts a password tried for a name. To be called before the password is looked at: of any number of guesses at once, no
 * more than are counted are looked at. `knownTo` is the account, where the device has signed in to it before.
 * @throws {ChatError} `rate_limited`
 */
export function countLogin(c: Asked, name: string, asker: Asker, knownTo: UserId | null): Promise<Tries> {
  // By the name as well: else the count of one name would tell which other name is of the same account.
  if (knownTo !== null) return countPaced(c, [[subjectOf(c, 'login', asker.ids[0], knownTo, name), RATES.login]])
  return countPaced(c, [
    [subjectOf(c, 'login', asker.network, name), RATES.login],
    [subjectOf(c, 'loginName', name), RATES.loginName],
    [subjectOf(c, 'loginAddress', asker.network), RATES.loginAddress],
  ])
}

/** Counts a password that a signed-in person is asked for again, by their session: other devices of theirs go on. */
export const countPassword = (c: Asked, session: SessionId): Promise<Tries> =>
  countPaced(c, [[subjectOf(c, 'password', session), RATES.password]])

/**
 * Counts a wrong code by the network that it came from: each code has its own few tries, and this bounds guesses at many
 * of them. A right code is never refused because of others on the network.
 * @throws {ChatError} `rate_limited`
 */
export async function countWrongCode(c: Asked, { network }: Asker): Promise<void> {
  await countPaced(c, [[subjectOf(c, 'wrongCode', network), RATES.wrongCode]])
}

async function countRates(c: Asked, counts: [subject: string, rate: Rate][]): Promise<number> {
  if (!areRatesOn(c.env)) return 0
  const all = counts.map(([subject, rate]): Count => ({ subject, rate }))
  return count(c.env.DIRECTORY, all, Date.now())
}

/** Counts an account that is made, by the network it is made from. @throws {ChatError} `rate_limited` */
export async function countRegistration(c: Asked): Promise<void> {
  refuseFor(await countRates(c, [[subjectOf(c, 'register', networkOf(addressOf(c))), RATES.register]]))
}

/** Counts another address that an account asks for. @throws {ChatError} `rate_limited` */
export async function countAddressChange(c: Asked, user: UserId): Promise<void> {
  refuseFor(await countRates(c, [[subjectOf(c, 'addressChange', user), RATES.addressChange]]))
}

/** Counts an address that somebody signed in names without their password. @throws {ChatError} `rate_limited` */
export async function countAddressNamed(c: Asked, user: UserId): Promise<void> {
  refuseFor(await countRates(c, [[subjectOf(c, 'addressNamed', user), RATES.addressChange]]))
}

/** A code that somebody asks for. */
export interface CodeAsked {
  kind: CodeKind
  address: string
  asker: Asker
  /** Whether the device has signed in before to the account that has the address. */
  isKnown: boolean
}

/** Counts a code that is asked for, whether or not one is sent. @throws {ChatError} `rate_limited` */
export async function countCode(c: Asked, { kind, address, asker, isKnown }: CodeAsked): Promise<void> {
  const codesTo: [string, Rate] = [
    subjectOf(c, 'codesTo', isKnown ? asker.ids[0] : asker.network, kind, address),
    RATES.codesTo,
  ]
  const codes: [string, Rate] = [subjectOf(c, 'codes', asker.network), RATES.codes]
  refuseFor(await countRates(c, isKnown ? [codesTo] : [codesTo, codes]))
}

/**
 * Counts a mail to an address, whoever asked for it. Devices known to the account have counts of their own, so that
 * strangers cannot use up what its owner needs to get back in.
 * @returns milliseconds until it may be sent: 0 when it may be now
 */
export function countMail(c: Asked, { kind, address, asker, isKnown }: CodeAsked): Promise<number> {
  const own: [string, Rate] = [
    subjectOf(c, 'mail', isKnown ? asker.ids[0] : asker.network, kind, address),
    RATES.codesTo,
  ]
  if (isKnown) return countRates(c, [own])
  return countRates(c, [
    own,
    [subjectOf(c, 'mail hourly', kind, address), BOUNDS.mailsHourly],
    [subjectOf(c, 'mail daily', kind, address), BOUNDS.mailsDaily],
  ])
}
