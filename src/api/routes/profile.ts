/** `/api/profile`: one's own account. */
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
import { ChatError, type Profile, ProfileBody } from '../../protocol'
import type { Api, ApiContext } from '../context'
import { authenticate, type SignedIn } from '../middleware/authenticate'
import { deviceOf } from '../middleware/device'
import { form } from '../middleware/form'
import { limitRate } from '../middleware/rate-limit'
import { toProfile } from '../presenters/people'
import { fieldsTaken, refuseReservedName, refuseWeakPassword } from '../usecases/account-fields'
import { countAddressChange, countAddressProbe } from '../usecases/attempts'
import { sendMail } from '../usecases/mail'
import { createRecoveryCode, sendAddressCode } from '../usecases/new-code'
import { closeEndedSessions, deliverOutbox } from '../usecases/outbox'
import { isRecentSignIn, OLD_PASSWORD, verifyOwnPassword } from '../usecases/own-password'
import { spendWork } from '../usecases/spending'

/** What the parts below need of a request. */
type ProfileContext = ApiContext & Pick<Context<SignedIn>, 'var'>

async function ownAccount(c: ProfileContext): Promise<Account> {
  const account = await findAccount(c.env.DIRECTORY, c.var.caller.id)
  // Erased between authentication and here.
  if (!account) throw new ChatError('session_ended')
  return account
}

/** The address that an account waits for, if it still may. */
const pendingEmail = ({ new_email, new_email_until }: Account) =>
  (new_email_until ?? 0) > Date.now() ? new_email : null

/** Another address that is asked for: not the account's own, nor the one that it waits for already. */
const newEmail = (account: Account, { email }: ProfileBody): string | undefined =>
  email === account.email || email === pendingEmail(account) ? undefined : email

/** Whether somebody who has the session for a minute could keep the account, or its owner out, by this change. */
async function needsProof(c: ProfileContext, account: Account, sent: ProfileBody): Promise<boolean> {
  if (sent.new_password !== undefined || newEmail(account, sent) !== undefined) return true
  const switches = sent.login_otp !== undefined && sent.login_otp !== (account.login_otp === 1)
  return switches && (!sent.login_otp || !(await isRecentSignIn(c, c.var.caller.session)))
}

/** Refuses an address that is taken, where registering says so too. @throws {ChatError} `email_taken` */
async function refuseTakenEmail(c: ProfileContext, account: Account, address: string): Promise<void> {
  if (settings(c.env).EMAIL_VERIFICATION === 'required') return
  if (await isEmailTaken(c.env.DIRECTORY, address, account.id, Date.now())) throw fieldsTaken(['email'])
}

/**
 * Has the account wait for another address. It never replaces the account's own before it is confirmed, whatever the
 * deployment's settings: who types an address need not have it. The old one is told at once, with the way back.
 * @throws {ChatError} `invalid` or `session_ended` when the proof holds no more
 */
async function requestEmailChange(
  c: ProfileContext,
  account: Account,
  address: string,
  proof: PasswordProof,
): Promise<void> {
  const now = Date.now()
  const device = deviceOf(c, undefined)
  // An address that was never verified is kept for nobody: its owner may be somebody else, who wants to register with it.
  const keeping = { restores: true, reserves: account.email_verified_at !== null }
  const { shown, kept } = createRecoveryCode(account.id, account.email ?? '', keeping)
  const expiresAt = now + TIMES.addressChange
  const change = { userId: account.id, address, deviceId: device.ids[0], proof, expiresAt, undoCode: kept }
  if (!(await startEmailChange(c.env.DIRECTORY, change))) throw await proofLost(c)
  if (account.email !== null) sendMail(c, account.email, addressChanging(account.username, shown))
  sendAddressCode(c, address, device, { userId: account.id }, addressWanted)
}

/** An account that is called so already keeps its name, whatever else it changes. @throws {ChatError} `invalid` */
async function refuseNewReservedName(before: Account, { first_name, last_name }: ProfileBody): Promise<void> {
  const [first, last] = [first_name ?? before.first_name, last_name ?? before.last_name]
  if (first !== before.first_name || last !== before.last_name) await refuseReservedName(first, last)
}

const isRenaming = (before: Account, { username, first_name, last_name }: ProfileBody): boolean =>
  (username ?? before.username) !== before.username ||
  (first_name ?? before.first_name) !== before.first_name ||
  (last_name ?? before.last_name) !== before.last_name

/** Units that it takes until all rooms of the caller have taken over a new name or picture. */
async function renameWork(c: ProfileContext): Promise<number> {
  // A sidebar that does not answer, or is of the version before, is taken to have as many as most people do.
  const rooms = await inTime(sidebarStub(c.env, c.var.caller.id).roomCount()).catch(() => USUAL_ROOMS)
  return COSTS.rename + rooms * COSTS.roomRenamed
}

const USUAL_ROOMS = 50

/** `/api/profile`. Its owner alone sees it. */
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
    // Codes go to the verified address: without one they would lock the account's owner out.
    if (sent.login_otp && before.email_verified_at === null) throw new ChatError('email_unverified')
    await refuseNewReservedName(before, sent)
    const session = c.var.caller.session
    const address = newEmail(before, sent)
    if (address !== undefined && sent.old_password === undefined) {
      // Whether an address is taken is told as registering tells it, and as seldom as an address may be changed.
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
      // To the new address and to the old one.
      await spendWork(c.env, before.id, 2 * COSTS.mail)
    }
    const { profile_pic } = await c.var.uploads()
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
    closeEndedSessions(c, before.id, ended)
    // After a new password, which ends what was asked for before it.
    if (address !== undefined && proof)
      await requestEmailChange(c, before, address, { ...proof, passwordHash: password?.newHash ?? proof.passwordHash })
    else if (sent.pending_email === null) await withdrawEmailChange(db, before.id)
    const after = await ownAccount(c)
    if (password && after.email !== null) sendMail(c, after.email, passwordChanged(after.username))
    deliverOutbox(c, after.id)
    return c.json(toProfile(after, c.var.caller.origin) satisfies z.infer<typeof Profile>)
  },
)

/** Why a proof holds no more: the session has ended meanwhile, or the account has another password. */
async function proofLost({ env, var: { caller } }: ProfileContext): Promise<ChatError> {
  if (!(await liveSession(env.DIRECTORY, caller.session, Date.now()))) return new ChatError('session_ended')
  return new ChatError('invalid', { fields: { old_password: [OLD_PASSWORD.wrong] } })
}
