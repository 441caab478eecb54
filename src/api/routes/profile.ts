/** `/api/profile`: the caller's own account. */
import { type Context, Hono } from 'hono'
import type * as z from 'zod'

import { COSTS } from '../../actor/budget/costs'
import { inTime, sidebarStub } from '../../actor/rpc/stubs'
import { hashPassword } from '../../auth/passwords'
import { settings, TIMES } from '../../config'
import { isProofValid, type PasswordProof } from '../../directory/accounts/credentials'
import { isEmailTaken, startEmailChange, withdrawEmailChange } from '../../directory/accounts/email-changes'
import { liveSession } from '../../directory/accounts/sessions'
import { type Account, changeAccount, findAccount, type PasswordChange } from '../../directory/accounts/users'
import { changeConsent } from '../../directory/people/consent'
import { addressChanging, addressWanted, passwordChanged } from '../../mail/texts'
import { ChatError, EraseBody, Profile, ProfileBody } from '../../protocol'
import type { Api, ApiContext } from '../context'
import { authenticate, type SignedIn } from '../middleware/authenticate'
import { form } from '../middleware/form'
import { limitRate } from '../middleware/rate-limit'
import { area, type Operation } from '../openapi/operation'
import { toProfile } from '../presenters/people'
import { fieldsTaken, refuseReservedName, refuseWeakPassword } from '../usecases/account-fields'
import { countAddressChange, countAddressProbe } from '../usecases/attempts'
import { deviceOf } from '../usecases/device'
import { sendMail } from '../usecases/mail'
import { createRecoveryCode, sendAddressCode } from '../usecases/new-code'
import { closeEndedSessions, deliverOutbox } from '../usecases/outbox'
import { isRecentSignIn, OLD_PASSWORD, verifyOwnPassword } from '../usecases/own-password'
import { spendWork } from '../usecases/spending'

/** The context of the functions below. */
type ProfileContext = ApiContext & Pick<Context<SignedIn>, 'var'>

async function ownAccount(c: ProfileContext): Promise<Account> {
  const account = await findAccount(c.env.DIRECTORY, c.var.caller.id)
  // The account was erased after authentication.
  if (!account) throw new ChatError('session_ended')
  return account
}

/** The pending address of an account, unless its change has expired. */
const pendingEmail = ({ new_email, new_email_until }: Account) =>
  (new_email_until ?? 0) > Date.now() ? new_email : null

/** A newly requested address: neither the account's own nor its pending one. */
const newEmail = (account: Account, { email }: ProfileBody): string | undefined =>
  email === account.email || email === pendingEmail(account) ? undefined : email

/** Whether a thief with the session could keep the account, or lock its owner out, by this change. */
async function needsProof(c: ProfileContext, account: Account, sent: ProfileBody): Promise<boolean> {
  if (sent.new_password !== undefined || newEmail(account, sent) !== undefined) return true
  const switches = sent.login_otp !== undefined && sent.login_otp !== (account.login_otp === 1)
  return switches && (!sent.login_otp || !(await isRecentSignIn(c, c.var.caller.session)))
}

/** Refuses an address in use, where registering does so as well. @throws {ChatError} `email_taken` */
async function refuseTakenEmail(c: ProfileContext, account: Account, address: string): Promise<void> {
  if (settings(c.env).EMAIL_VERIFICATION === 'required') return
  if (await isEmailTaken(c.env.DIRECTORY, address, account.id, Date.now())) throw fieldsTaken(['email'])
}

/**
 * Starts a change of address. The new address counts only once it is confirmed, whatever the settings, because people
 * can type an address that is not theirs. The old address gets a mail at once, with the code that undoes the change.
 * @throws {ChatError} `invalid` or `session_ended` when the proof no longer holds
 */
async function requestEmailChange(
  c: ProfileContext,
  account: Account,
  address: string,
  proof: PasswordProof,
): Promise<void> {
  const now = Date.now()
  const device = deviceOf(c, undefined)
  // An unverified address is not reserved: its real owner may want to register with it.
  const keeping = { restores: true, reserves: account.email_verified_at !== null }
  const { shown, kept } = createRecoveryCode(account.id, account.email ?? '', keeping)
  const expiresAt = now + TIMES.addressChange
  const change = { userId: account.id, address, deviceId: device.ids[0], proof, expiresAt, undoCode: kept }
  if (!(await startEmailChange(c.env.DIRECTORY, change))) throw await proofLost(c)
  if (account.email !== null) sendMail(c, account.email, addressChanging(account.username, shown))
  sendAddressCode(c, address, device, { userId: account.id }, addressWanted)
}

/** An account that already has a reserved name keeps it. @throws {ChatError} `invalid` */
async function refuseNewReservedName(before: Account, { first_name, last_name }: ProfileBody): Promise<void> {
  const [first, last] = [first_name ?? before.first_name, last_name ?? before.last_name]
  if (first !== before.first_name || last !== before.last_name) await refuseReservedName(first, last)
}

const isRenaming = (before: Account, { username, first_name, last_name }: ProfileBody): boolean =>
  (username ?? before.username) !== before.username ||
  (first_name ?? before.first_name) !== before.first_name ||
  (last_name ?? before.last_name) !== before.last_name

/** The work units until all rooms of the caller have a new name or picture. */
async function renameWork(c: ProfileContext): Promise<number> {
  // A sidebar that does not answer counts as having the usual number of rooms.
  const rooms = await inTime(sidebarStub(c.env, c.var.caller.id).roomCount()).catch(() => USUAL_ROOMS)
  return COSTS.rename + rooms * COSTS.roomRenamed
}

const USUAL_ROOMS = 50

export const profile = new Hono<Api>()

profile.get('/', authenticate, limitRate('read'), async (c) => {
  return c.json(toProfile(await ownAccount(c), c.var.caller.origin) satisfies z.infer<typeof Profile>)
})

profile.on(
  ['PUT', 'PATCH'],
  '/',
  authenticate,
  limitRate('profile'),
  form(ProfileBody, { profile_pic: 'image' }),
  async (c) => {
    const sent = c.req.valid('json')
    const db = c.env.DIRECTORY
    const before = await ownAccount(c)
    // Login codes go to the verified address. Without one they would lock the owner out.
    if (sent.login_otp && before.email_verified_at === null) throw new ChatError('email_unverified')
    if (before.is_managed === 1 && (isRenaming(before, sent) || sent.profile_pic !== undefined))
      throw new ChatError('managed_by_host')
    await refuseNewReservedName(before, sent)
    const session = c.var.caller.session
    const address = newEmail(before, sent)
    if (address !== undefined && sent.old_password === undefined) {
      // This reveals whether an address is in use, as registering does, so it is limited like changes of address.
      await countAddressProbe(c, before.id)
      await refuseTakenEmail(c, before, address)
    }
    let proof: PasswordProof | undefined
    let password: PasswordChange | undefined
    if (await needsProof(c, before, sent)) {
      const passwordHash = await verifyOwnPassword(c, session, before, sent.old_password, OLD_PASSWORD)
      proof = { passwordHash, sessionId: session }
      if (sent.new_password !== undefined) {
        const { email, username, first_name: firstName, last_name: lastName } = before
        refuseWeakPassword('new_password', sent.new_password, { email, username, firstName, lastName })
        const newHash = await hashPassword(sent.new_password)
        password = { newHash, keepSession: session, now: Date.now() }
      }
    }
    if (address !== undefined) {
      await countAddressChange(c, before.id)
      await refuseTakenEmail(c, before, address)
      // One mail to the new address and one to the old.
      await spendWork(c.env, before.id, 2 * COSTS.mail)
    }
    const { profile_pic } = await c.var.uploads()
    if (before.is_managed === 1 && profile_pic) throw new ChatError('managed_by_host')
    const changes = {
      before,
      picture: profile_pic?.key ?? sent.profile_pic,
      username: sent.username,
      firstName: sent.first_name,
      lastName: sent.last_name,
      bio: sent.bio,
      loginOtp: sent.login_otp,
    }
    if (isRenaming(before, sent) || changes.picture !== undefined)
      await spendWork(c.env, before.id, await renameWork(c))
    const ended = await changeAccount(db, before.id, changes, proof, password)
    if (ended !== null) {
      const { who_may_add_me: whoMayAddMe, who_sees_me_online: whoSeesMeOnline } = sent
      await changeConsent(db, before.id, { whoMayAddMe, whoSeesMeOnline })
    }
    if (ended === null)
      throw proof && !(await isProofValid(db, before.id, proof)) ? await proofLost(c) : fieldsTaken(['username'])
    await closeEndedSessions(c, before.id, ended)
    // After the new password, which cancels earlier changes of address.
    if (address !== undefined && proof)
      await requestEmailChange(c, before, address, { ...proof, passwordHash: password?.newHash ?? proof.passwordHash })
    else if (sent.pending_email === null) await withdrawEmailChange(db, before.id)
    const after = await ownAccount(c)
    if (password && after.email !== null) sendMail(c, after.email, passwordChanged(after.username))
    deliverOutbox(c, after.id)
    return c.json(toProfile(after, c.var.caller.origin) satisfies z.infer<typeof Profile>)
  },
)

/** The reason why a proof no longer holds: the session has ended, or the password has changed. */
async function proofLost({ env, var: { caller } }: ProfileContext): Promise<ChatError> {
  if (!(await liveSession(env.DIRECTORY, caller.session, Date.now()))) return new ChatError('session_ended')
  return new ChatError('invalid', { fields: { old_password: [OLD_PASSWORD.wrong] } })
}

const describe = area('Accounts')
const change = {
  body: ProfileBody,
  files: ['profile_pic'],
  refusals: ['username_taken', 'email_taken', 'email_unverified', 'password_required', 'managed_by_host'],
} satisfies Partial<Operation>

/** The routes above, as `/api/schema/` describes them. */
export const profileOperations: Operation[] = [
  describe.get('/api/profile/', 'My account', { 200: Profile }),
  describe.put('/api/profile/', 'Change my account', { 200: Profile }, change),
  describe.patch('/api/profile/', 'Change my account', { 200: Profile }, change),
  describe.delete(
    '/api/profile/',
    'Erase my account; what I said stays, by nobody',
    { 204: null },
    { body: EraseBody },
  ),
]
