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
import { type Attempt, clearAttempts, countAttempts, uncountAttempts } from '../../directory/accounts/attempts'
import { countRates as countAll, type RateCount } from '../../directory/accounts/rates'
import { type AttemptRate, ChatError, type CodeKind, type Rate, type SessionId, type UserId } from '../../protocol'
import type { ApiContext } from '../context'
import { addressOf, type Device, networkOf } from '../middleware/device'

const subjectOf = (c: ApiContext, ...parts: (string | number)[]) =>
  mac(settings(c.env).AUTH_SECRET, 'rate limit', parts.join('\n'))

/** @throws {ChatError} `rate_limited` after so many milliseconds, if any */
function refuseIfWaiting(wait: number): void {
  if (wait > 0) throw new ChatError('rate_limited', { retryAfter: Math.ceil(wait / 1_000) })
}

/** Tries that were counted. `forgive` takes them back: what was tried was right. */
export interface CountedAttempts {
  refund(): Promise<void>
}

const UNCOUNTED: CountedAttempts = { refund: async () => undefined }

/** Counts each try of `paces`. The first is what the person is known by: it is forgotten entirely when they were right. */
async function countPaced(c: ApiContext, paces: [subject: string, pace: AttemptRate][]): Promise<CountedAttempts> {
  if (!areRatesOn(c.env)) return UNCOUNTED
  const attempts = paces.map(([subject, pace]): Attempt => ({ subject, pace }))
  const { wait, counted } = await countAttempts(c.env.DIRECTORY, attempts, Date.now())
  refuseIfWaiting(wait)
  return {
    async refund() {
      const [own, ...others] = counted
      if (own) await clearAttempts(c.env.DIRECTORY, own.subject)
      await uncountAttempts(c.env.DIRECTORY, others)
    },
  }
}

/**
 * Counts a password tried for a name. To be called before the password is looked at: of any number of guesses at once, no
 * more than are counted are looked at. `knownTo` is the account, where the device has signed in to it before.
 * @throws {ChatError} `rate_limited`
 */
export function countLogin(
  c: ApiContext,
  name: string,
  device: Device,
  knownAccount: UserId | null,
): Promise<CountedAttempts> {
  // By the name as well: else the count of one name would tell which other name is of the same account.
  if (knownAccount !== null)
    return countPaced(c, [[subjectOf(c, 'login', device.ids[0], knownAccount, name), RATES.login]])
  return countPaced(c, [
    [subjectOf(c, 'login', device.network, name), RATES.login],
    [subjectOf(c, 'loginName', name), RATES.loginName],
    [subjectOf(c, 'loginAddress', device.network), RATES.loginAddress],
  ])
}

/** Counts a password that a signed-in person is asked for again, by their session: other devices of theirs go on. */
export const countPassword = (c: ApiContext, session: SessionId): Promise<CountedAttempts> =>
  countPaced(c, [[subjectOf(c, 'password', session), RATES.password]])

/**
 * Counts a wrong code by the network that it came from: each code has its own few tries, and this bounds guesses at many
 * of them. A right code is never refused because of others on the network.
 * @throws {ChatError} `rate_limited`
 */
export async function countWrongCode(c: ApiContext, { network }: Device): Promise<void> {
  await countPaced(c, [[subjectOf(c, 'wrongCode', network), RATES.wrongCode]])
}

async function countRates(c: ApiContext, counts: [subject: string, rate: Rate][]): Promise<number> {
  if (!areRatesOn(c.env)) return 0
  const all = counts.map(([subject, rate]): RateCount => ({ subject, rate }))
  return countAll(c.env.DIRECTORY, all, Date.now())
}

/** Counts an account that is made, by the network it is made from. @throws {ChatError} `rate_limited` */
export async function countRegistration(c: ApiContext): Promise<void> {
  refuseIfWaiting(await countRates(c, [[subjectOf(c, 'register', networkOf(addressOf(c))), RATES.register]]))
}

/** Counts another address that an account asks for. @throws {ChatError} `rate_limited` */
export async function countAddressChange(c: ApiContext, user: UserId): Promise<void> {
  refuseIfWaiting(await countRates(c, [[subjectOf(c, 'addressChange', user), RATES.addressChange]]))
}

/** Counts an address that somebody signed in names without their password. @throws {ChatError} `rate_limited` */
export async function countAddressProbe(c: ApiContext, user: UserId): Promise<void> {
  refuseIfWaiting(await countRates(c, [[subjectOf(c, 'addressNamed', user), RATES.addressChange]]))
}

/** A code that somebody asks for. */
export interface CodeRequest {
  kind: CodeKind
  address: string
  device: Device
  /** Whether the device has signed in before to the account that has the address. */
  isKnown: boolean
}

/** Counts a code that is asked for, whether or not one is sent. @throws {ChatError} `rate_limited` */
export async function countCode(c: ApiContext, { kind, address, device, isKnown }: CodeRequest): Promise<void> {
  const codesTo: [string, Rate] = [
    subjectOf(c, 'codesTo', isKnown ? device.ids[0] : device.network, kind, address),
    RATES.codesTo,
  ]
  const codes: [string, Rate] = [subjectOf(c, 'codes', device.network), RATES.codes]
  refuseIfWaiting(await countRates(c, isKnown ? [codesTo] : [codesTo, codes]))
}

/**
 * Counts a mail to an address, whoever asked for it. Devices known to the account have counts of their own, so that
 * strangers cannot use up what its owner needs to get back in.
 * @returns milliseconds until it may be sent: 0 when it may be now
 */
export function countMail(c: ApiContext, { kind, address, device, isKnown }: CodeRequest): Promise<number> {
  const own: [string, Rate] = [
    subjectOf(c, 'mail', isKnown ? device.ids[0] : device.network, kind, address),
    RATES.codesTo,
  ]
  if (isKnown) return countRates(c, [own])
  return countRates(c, [
    own,
    [subjectOf(c, 'mail hourly', kind, address), BOUNDS.mailsHourly],
    [subjectOf(c, 'mail daily', kind, address), BOUNDS.mailsDaily],
  ])
}
