/**
 * Rate limits of guessing and of mailed codes, by the guessed name, the device and its network. Beyond them the answer
 * is 429 with `Retry-After`.
 *
 * Before sign-in, counts depend only on the request, never on the directory: no count reveals which accounts exist or
 * which name belongs to which address. Devices that have signed in to the account before are the one exception. They
 * have counts of their own, so that strangers cannot use up their attempts.
 */
import { mac } from '../../auth/keys'
import { areRatesOn, BOUNDS, RATES, settings } from '../../config'
import { type Attempt, clearAttempts, countAttempts, uncountAttempts } from '../../directory/accounts/attempts'
import { countRates as countAll, type RateCount } from '../../directory/accounts/rates'
import { type AttemptRate, ChatError, type CodeKind, type Rate, type SessionId, type UserId } from '../../protocol'
import type { ApiContext } from '../context'
import { addressOf, type Device, networkOf } from './device'

const subjectOf = (c: ApiContext, ...parts: (string | number)[]) =>
  mac(settings(c.env).AUTH_SECRET, 'rate limit', parts.join('\n'))

/** `wait` is in milliseconds. @throws {ChatError} `rate_limited` when it is positive */
function refuseIfWaiting(wait: number): void {
  if (wait > 0) throw new ChatError('rate_limited', { retryAfter: Math.ceil(wait / 1_000) })
}

/** Attempts that were counted. `refund` uncounts them after a right guess. */
export interface CountedAttempts {
  refund(): Promise<void>
}

const UNCOUNTED: CountedAttempts = { refund: async () => undefined }

/**
 * Counts an attempt for each subject. The first subject identifies the person: its count is deleted after a right
 * guess.
 */
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
 * Counts a password attempt for a name. Must run before the password is checked, so that concurrent guesses beyond the
 * limit are not checked. `knownAccount` is the account to which the device has signed in before.
 * @throws {ChatError} `rate_limited`
 */
export function countLogin(
  c: ApiContext,
  name: string,
  device: Device,
  knownAccount: UserId | null,
): Promise<CountedAttempts> {
  // The name is part of the subject. Otherwise the count of one name would reveal the account's other name.
  if (knownAccount !== null)
    return countPaced(c, [[subjectOf(c, 'login', device.ids[0], knownAccount, name), RATES.login]])
  return countPaced(c, [
    [subjectOf(c, 'login', device.network, name), RATES.login],
    [subjectOf(c, 'loginName', name), RATES.loginName],
    [subjectOf(c, 'loginAddress', device.network), RATES.loginAddress],
  ])
}

/** Counts a password that a signed-in caller repeats, by session: their other devices are not affected. */
export const countPassword = (c: ApiContext, session: SessionId): Promise<CountedAttempts> =>
  countPaced(c, [[subjectOf(c, 'password', session), RATES.password]])

/**
 * Counts a wrong code by its network. Each code has its own few tries, and this limits guesses at many codes. Others on
 * the network never cause the refusal of a right code.
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

/** Counts a registration by its network. @throws {ChatError} `rate_limited` */
export async function countRegistration(c: ApiContext): Promise<void> {
  refuseIfWaiting(await countRates(c, [[subjectOf(c, 'register', networkOf(addressOf(c))), RATES.register]]))
}

/** Counts a change of address by its account. @throws {ChatError} `rate_limited` */
export async function countAddressChange(c: ApiContext, user: UserId): Promise<void> {
  refuseIfWaiting(await countRates(c, [[subjectOf(c, 'addressChange', user), RATES.addressChange]]))
}

/** Counts an address that a caller names without their password. @throws {ChatError} `rate_limited` */
export async function countAddressProbe(c: ApiContext, user: UserId): Promise<void> {
  refuseIfWaiting(await countRates(c, [[subjectOf(c, 'addressNamed', user), RATES.addressChange]]))
}

/** A request for a code. */
export interface CodeRequest {
  kind: CodeKind
  address: string
  device: Device
  /** Whether the device has signed in to the address's account before. */
  isKnown: boolean
}

/** Counts a request for a code, whether or not one is sent. @throws {ChatError} `rate_limited` */
export async function countCode(c: ApiContext, { kind, address, device, isKnown }: CodeRequest): Promise<void> {
  const codesTo: [string, Rate] = [
    subjectOf(c, 'codesTo', isKnown ? device.ids[0] : device.network, kind, address),
    RATES.codesTo,
  ]
  const codes: [string, Rate] = [subjectOf(c, 'codes', device.network), RATES.codes]
  refuseIfWaiting(await countRates(c, isKnown ? [codesTo] : [codesTo, codes]))
}

/**
 * Counts a mail to an address. Known devices have counts of their own, so that strangers cannot use up the mails that
 * the owner needs.
 * @returns milliseconds until the mail may be sent: 0 for now
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
