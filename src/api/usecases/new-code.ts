/** Outgoing codes: generated, stored for the attempt that requested them, and mailed to the owner of the address. */
import { codeHash, newCode, newRecoveryCode } from '../../auth/codes'
import { fingerprint } from '../../auth/keys'
import { settings, TIMES } from '../../config'
import { type Addressee, addresseesOf, pendingLogin, storeCode } from '../../directory/accounts/codes'
import { type RecoveryCode, storeRecoveryCode } from '../../directory/accounts/email-changes'
import { codeLetter, type Letter } from '../../mail/texts'
import { ChatError, type CodePurpose, type UserId } from '../../protocol'
import type { ApiContext } from '../context'
import { type CodeRequest, countCode, countMail } from './attempts'
import type { Device } from './device'
import { sendMail, sendMailUnobservably } from './mail'

/** A code to send. `to` is null when no account has the address: then everything is done as usual except the mail. */
interface CodeOrder {
  purpose: CodePurpose
  address: string
  device: Device
  to: Addressee | null
  /** The attempt that the code is bound to: `attemptOf`, or the hash of a login's challenge. */
  attempt: string
}

const requestOf = ({ purpose, address, device, to }: Omit<CodeOrder, 'attempt'>): CodeRequest => ({
  kind: to?.kind ?? purpose,
  address,
  device,
  isKnown: to?.isKnown === 1,
})

/** The attempt of a code that is not for a login: the device, and the registration if there is one. */
const attemptOf = ({ ids: [device] }: Device, to: Addressee | null): string =>
  to?.registrationId == null ? device : `${device} ${to.registrationId}`

/** Stores a new code for an attempt. @returns the code */
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

/** The mail with a code. A mail for a new password also has a long code, which is stored here. */
async function letterFor(c: ApiContext, code: string, { address, to }: CodeOrder): Promise<Letter | null> {
  if (!to) return null
  if (to.kind !== 'reset_password' || to.userId === null) return codeLetter(to.kind, to.username, code)
  const { shown, kept } = createRecoveryCode(to.userId, address)
  await storeRecoveryCode(c.env.DIRECTORY, kept)
  return codeLetter(to.kind, to.username, code, shown)
}

/**
 * A new long code, for the mail and for storage. With `restores` it makes `address` the account's own again. With
 * `reserves` no other account can take the address meanwhile.
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

/** The stored form of a long code, with or without hyphens. */
export const recoveryCodeHash = (code: string): string => fingerprint(code.replaceAll('-', ''))

/**
 * Sends the code of a login's challenge after the right password.
 * @throws {ChatError} `rate_limited` when the person has used up their codes
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
 * Sends another code to an address, unless it has had too many. The answer reveals neither that nor whether the address
 * has an account: a caller is refused only by the count of their own requests.
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
  // Without a waiting login no mail is counted, so that only people who know the password can use up login codes.
  const waiting = purpose === 'login' ? await pendingLogin(db, address, device.ids, now) : attemptOf(device, to)
  const wait = waiting === null ? 0 : await countMail(c, requestOf({ purpose, address, device, to }))
  // The previous code stays valid when no other is sent.
  if (wait > 0 || waiting === null) return sendMailUnobservably(c, address, async () => null)
  const order: CodeOrder = { purpose, address, device, to, attempt: waiting }
  const code = await storeNewCode(c, order)
  sendMailUnobservably(c, address, () => letterFor(c, code, order))
}

/** The account or registration that is to get an address. */
type Claimant = { userId: UserId } | { registrationId: UserId }

/**
 * Sends a code after the answer to an address that an account or registration wants. If another account has the
 * address, its owner gets `letterToOwner` instead, and the caller does not learn of it.
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
