/** Codes on their way out: drawn, kept for the attempt that asks, and mailed to whoever has the address. */
import { codeHash, newCode, newRecoveryCode } from '../../auth/codes'
import { fingerprint } from '../../auth/keys'
import { settings, TIMES } from '../../config'
import { type Addressee, addresseesOf, pendingLogin, storeCode } from '../../directory/accounts/codes'
import { type RecoveryCode, storeRecoveryCode } from '../../directory/accounts/email-changes'
import { codeLetter, type Letter } from '../../mail/texts'
import { ChatError, type CodePurpose, type UserId } from '../../protocol'
import type { ApiContext } from '../context'
import type { Device } from '../middleware/device'
import { type CodeRequest, countCode, countMail } from './attempts'
import { sendMail, sendMailUnobservably } from './mail'

/** A code to be sent. `to` is null when nobody has the address: then all is done as ever, but nothing is mailed. */
interface CodeOrder {
  purpose: CodePurpose
  address: string
  device: Device
  to: Addressee | null
  /** What the code is bound to: see `attemptOf`, or the hash of a login's challenge. */
  attempt: string
}

const requestOf = ({ purpose, address, device, to }: Omit<CodeOrder, 'attempt'>): CodeRequest => ({
  kind: to?.kind ?? purpose,
  address,
  device,
  isKnown: to?.isKnown === 1,
})

/** What a code that is no login's is bound to: the device, and each of their attempts to register by itself. */
const attemptOf = ({ ids: [device] }: Device, to: Addressee | null): string =>
  to?.registrationId == null ? device : `${device} ${to.registrationId}`

/** Keeps a new code for an attempt. @returns the code */
async function storeNewCode(c: ApiContext, { purpose, address, device, to, attempt }: CodeOrder): Promise<string> {
  const code = newCode()
  const kind = to?.kind ?? purpose
  const [userId, registrationId] = [to?.userId ?? null, to?.registrationId ?? null]
  const of = { kind, address, attempt, owner: userId ?? registrationId, passwordHash: to?.passwordHash ?? null }
  const hash = codeHash(settings(c.env).AUTH_SECRET, code, of)
  const now = Date.now()
  const times = { now, expiresAt: now + TIMES.code, forgetAt: now + TIMES.codeKept }
  await storeCode(c.env.DIRECTORY, {
    kind,
    address,
    attempt,
    deviceId: device.ids[0],
    userId,
    registrationId,
    hash,
    ...times,
  })
  return code
}

/** The letter that brings a code; one for a new password also brings a long code, which is kept with it. */
async function letterFor(c: ApiContext, code: string, { address, to }: CodeOrder): Promise<Letter | null> {
  if (!to) return null
  if (to.kind !== 'reset_password' || to.userId === null) return codeLetter(to.kind, to.username, code)
  const { shown, kept } = createRecoveryCode(to.userId, address)
  await storeRecoveryCode(c.env.DIRECTORY, kept)
  return codeLetter(to.kind, to.username, code, shown)
}

/**
 * A new long code, as it is shown and as it is kept. One that `restores` makes `address` the account's own again; one that
 * `reserves` keeps everybody else from taking the address meanwhile.
 */
export function createRecoveryCode(
  userId: UserId,
  address: string,
  { restores = false, reserves = false } = {},
): {
  shown: string
  kept: RecoveryCode
} {
  const shown = newRecoveryCode()
  const now = Date.now()
  const expiresAt = now + (restores ? TIMES.addressUndo : TIMES.recoveryCode)
  return { shown, kept: { hash: recoveryCodeHash(shown), userId, address, restores, reserves, now, expiresAt } }
}

/** What is kept of a long code, however it was typed. */
export const recoveryCodeHash = (code: string): string => fingerprint(code.replaceAll('-', ''))

/**
 * Sends the code that answers a login's challenge, to somebody who knows the password.
 * @throws {ChatError} `rate_limited` when they have had as many as they may
 */
export async function sendLoginCode(
  c: ApiContext,
  to: Addressee,
  address: string,
  device: Device,
  challengeHash: string,
): Promise<void> {
  const order: CodeOrder = { purpose: 'login', address, device, to, attempt: challengeHash }
  await countCode(c, requestOf(order))
  const wait = await countMail(c, requestOf(order))
  if (wait > 0) throw new ChatError('rate_limited', { retryAfter: Math.ceil(wait / 1_000) })
  sendMail(c, address, codeLetter('login', to.username, await storeNewCode(c, order)))
}

/**
 * Sends another code to an address that asks for one, unless it has had enough. Neither that nor whether anybody has the
 * address shows: who asks too often hears so from a count of what they asked, not of what others were sent.
 */
export async function resendCode(
  c: ApiContext,
  purpose: CodePurpose,
  address: string,
  device: Device,
  caller: UserId | null,
): Promise<void> {
  const db = c.env.DIRECTORY
  const now = Date.now()
  const [to = null] = await addresseesOf(db, purpose, address, { deviceIds: device.ids, caller }, now)
  await countCode(c, requestOf({ purpose, address, device, to }))
  // Where no login waits nothing is counted as mailed: only who knows the password uses up the codes of logins.
  const waiting = purpose === 'login' ? await pendingLogin(db, address, device.ids, now) : attemptOf(device, to)
  const wait = waiting === null ? 0 : await countMail(c, requestOf({ purpose, address, device, to }))
  // The code before stays good when no other is sent.
  if (wait > 0 || waiting === null) return sendMailUnobservably(c, address, async () => null)
  const order: CodeOrder = { purpose, address, device, to, attempt: waiting }
  const code = await storeNewCode(c, order)
  sendMailUnobservably(c, address, () => letterFor(c, code, order))
}

/** Whom an address is to belong to. */
type Claimant = { userId: UserId } | { registrationId: UserId }

/**
 * Sends a code after the answer to an address that an account is to have, or to register with. Where somebody has it
 * already, they are told so instead, and whoever asked is not.
 */
export function sendAddressCode(
  c: ApiContext,
  address: string,
  device: Device,
  claimant: Claimant,
  letterToOwner: (username: string) => Letter,
): void {
  sendMailUnobservably(c, address, async () => {
    const db = c.env.DIRECTORY
    const by = { deviceIds: device.ids, caller: 'userId' in claimant ? claimant.userId : null }
    const [owner] = await addresseesOf(db, 'reset_password', address, by, Date.now())
    const found = await addresseesOf(db, 'verify_email', address, by, Date.now())
    const isClaimant = ({ userId, registrationId }: Addressee) =>
      'userId' in claimant ? userId === claimant.userId : registrationId === claimant.registrationId
    const to = found.find(isClaimant) ?? null
    if (!to && !owner) return null
    const order: CodeOrder = { purpose: 'verify_email', address, device, to, attempt: attemptOf(device, to) }
    if ((await countMail(c, requestOf(order))) > 0) return null
    return to ? letterFor(c, await storeNewCode(c, order), order) : owner ? letterToOwner(owner.username) : null
  })
}
