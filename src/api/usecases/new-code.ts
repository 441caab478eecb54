/** Codes on their way out: drawn, kept for the attempt that asks, and mailed to whoever has the address. */
import { codeHash, newCode, newRecoveryCode } from '../../auth/codes'
import { fingerprint } from '../../auth/keys'
import { settings, TIMES } from '../../config'
import { type Addressee, addresseesOf, keepCode, waitingLogin } from '../../directory/accounts/codes'
import { keepRecoveryCode, type RecoveryCode } from '../../directory/accounts/email-changes'
import { codeLetter, type Letter } from '../../mail/texts'
import { ChatError, type CodePurpose, type UserId } from '../../protocol'
import type { Asked } from '../context'
import type { Asker } from '../middleware/asker'
import { type CodeAsked, countCode, countMail } from './attempts'
import { post, postUnnoticed } from './post'

/** A code to be sent. `to` is null when nobody has the address: then all is done as ever, but nothing is mailed. */
interface Order {
  purpose: CodePurpose
  address: string
  asker: Asker
  to: Addressee | null
  /** What the code is bound to: see `attemptOf`, or the hash of a login's challenge. */
  attempt: string
}

const askedOf = ({ purpose, address, asker, to }: Omit<Order, 'attempt'>): CodeAsked => ({
  kind: to?.kind ?? purpose,
  address,
  asker,
  isKnown: to?.isKnown === 1,
})

/** What a code that is no login's is bound to: the asker, and each of their attempts to register by itself. */
const attemptOf = ({ ids: [asker] }: Asker, to: Addressee | null): string =>
  to?.registrationId == null ? asker : `${asker} ${to.registrationId}`

/** Keeps a new code for an attempt. @returns the code */
async function keep(c: Asked, { purpose, address, asker, to, attempt }: Order): Promise<string> {
  const code = newCode()
  const kind = to?.kind ?? purpose
  const [userId, registrationId] = [to?.userId ?? null, to?.registrationId ?? null]
  const of = { kind, address, attempt, owner: userId ?? registrationId, passwordHash: to?.passwordHash ?? null }
  const hash = codeHash(settings(c.env).AUTH_SECRET, code, of)
  const now = Date.now()
  const times = { now, expiresAt: now + TIMES.code, forgetAt: now + TIMES.codeKept }
  await keepCode(c.env.DIRECTORY, {
    kind,
    address,
    attempt,
    asker: asker.ids[0],
    userId,
    registrationId,
    hash,
    ...times,
  })
  return code
}

/** The letter that brings a code; one for a new password also brings a long code, which is kept with it. */
async function letterWith(c: Asked, code: string, { address, to }: Order): Promise<Letter | null> {
  if (!to) return null
  if (to.kind !== 'reset_password' || to.userId === null) return codeLetter(to.kind, to.username, code)
  const { shown, kept } = drawRecoveryCode(to.userId, address)
  await keepRecoveryCode(c.env.DIRECTORY, kept)
  return codeLetter(to.kind, to.username, code, shown)
}

/**
 * A new long code, as it is shown and as it is kept. One that `restores` makes `address` the account's own again; one that
 * `reserves` keeps everybody else from taking the address meanwhile.
 */
export function drawRecoveryCode(
  userId: UserId,
  address: string,
  { restores = false, reserves = false } = {},
): {
  shown: string
  kept: RecoveryCode
} {
  const shown = newRecoveryCode()
  const now = Date.now()
  const expiresAt = now + (restores ? TIMES.wayBack : TIMES.recoveryCode)
  return { shown, kept: { hash: recoveryHash(shown), userId, address, restores, reserves, now, expiresAt } }
}

/** What is kept of a long code, however it was typed. */
export const recoveryHash = (code: string): string => fingerprint(code.replaceAll('-', ''))

/**
 * Sends the code that answers a login's challenge, to somebody who knows the password.
 * @throws {ChatError} `rate_limited` when they have had as many as they may
 */
export async function sendLoginCode(
  c: Asked,
  to: Addressee,
  address: string,
  asker: Asker,
  challengeHash: string,
): Promise<void> {
  const order: Order = { purpose: 'login', address, asker, to, attempt: challengeHash }
  await countCode(c, askedOf(order))
  const wait = await countMail(c, askedOf(order))
  if (wait > 0) throw new ChatError('rate_limited', { retryAfter: Math.ceil(wait / 1_000) })
  post(c, address, codeLetter('login', to.username, await keep(c, order)))
}

/**
 * Sends another code to an address that asks for one, unless it has had enough. Neither that nor whether anybody has the
 * address shows: who asks too often hears so from a count of what they asked, not of what others were sent.
 */
export async function resendCode(
  c: Asked,
  purpose: CodePurpose,
  address: string,
  asker: Asker,
  caller: UserId | null,
): Promise<void> {
  const db = c.env.DIRECTORY
  const now = Date.now()
  const [to = null] = await addresseesOf(db, purpose, address, { askers: asker.ids, caller }, now)
  await countCode(c, askedOf({ purpose, address, asker, to }))
  // Where no login waits nothing is counted as mailed: only who knows the password uses up the codes of logins.
  const waiting = purpose === 'login' ? await waitingLogin(db, address, asker.ids, now) : attemptOf(asker, to)
  const wait = waiting === null ? 0 : await countMail(c, askedOf({ purpose, address, asker, to }))
  // The code before stays good when no other is sent.
  if (wait > 0 || waiting === null) return postUnnoticed(c, address, async () => null)
  const order: Order = { purpose, address, asker, to, attempt: waiting }
  const code = await keep(c, order)
  postUnnoticed(c, address, () => letterWith(c, code, order))
}

/** Whom an address is to belong to. */
type Claimant = { userId: UserId } | { registrationId: UserId }

/**
 * Sends a code after the answer to an address that an account is to have, or to register with. Where somebody has it
 * already, they are told so instead, and whoever asked is not.
 */
export function sendAddressCode(
  c: Asked,
  address: string,
  asker: Asker,
  claimant: Claimant,
  told: (username: string) => Letter,
): void {
  postUnnoticed(c, address, async () => {
    const db = c.env.DIRECTORY
    const by = { askers: asker.ids, caller: 'userId' in claimant ? claimant.userId : null }
    const [owner] = await addresseesOf(db, 'reset_password', address, by, Date.now())
    const found = await addresseesOf(db, 'verify_email', address, by, Date.now())
    const isClaimant = ({ userId, registrationId }: Addressee) =>
      'userId' in claimant ? userId === claimant.userId : registrationId === claimant.registrationId
    const to = found.find(isClaimant) ?? null
    if (!to && !owner) return null
    const order: Order = { purpose: 'verify_email', address, asker, to, attempt: attemptOf(asker, to) }
    if ((await countMail(c, askedOf(order))) > 0) return null
    return to ? letterWith(c, await keep(c, order), order) : owner ? told(owner.username) : null
  })
}
