/** `/api/profile`: one's own account. */
import { type Context, Hono } from 'hono'
import type * as z from 'zod'
import { hashPassword, verifyPassword } from '../auth/passwords'
import { changeConsent } from '../directory/consent'
import { type Account, changeAccount, findAccount, isEmailTaken, type PasswordChange } from '../directory/users'
import { passwordChanged } from '../mail/texts'
import { ChatError, type Person, type Profile, ProfileBody } from '../protocol'
import { authenticate, type SignedIn } from './authenticate'
import type { Api } from './context'
import { form } from './form'
import { sendAddressCode } from './new-code'
import { refuseWeak } from './new-password'
import { tellAudienceChanged, tellPersonChanged, tellPictureChanged, tellSessionsEnded } from './notices'
import { toPerson, toProfile } from './people'
import { post } from './post'
import { rated } from './rated'
import { taken } from './taken'

/** What the parts below need of a request. */
type Asking = Pick<Context<SignedIn>, 'env' | 'var'>

async function own(c: Asking): Promise<Account> {
  const account = await findAccount(c.env.DIRECTORY, c.var.caller.id)
  // Erased between authentication and here.
  if (!account) throw new ChatError('session_ended')
  return account
}

/**
 * The address that waits for verification after this change; undefined when nothing changes. It never replaces the
 * account's own before it is verified, whatever the deployment's settings: who types an address need not have it.
 */
async function pendingEmail(db: D1Database, account: Account, email: string | undefined) {
  if (email === undefined) return undefined
  if (email === account.email) return null
  if (await isEmailTaken(db, email, account.id)) throw taken(['email'])
  return email
}

/** @throws {ChatError} `invalid` when the present password is not the one sent with the new one */
async function passwordChange(c: Asking, account: Account, sent: ProfileBody) {
  if (sent.new_password === undefined) return undefined
  const { email, username, first_name: firstName, last_name: lastName } = account
  refuseWeak('new_password', sent.new_password, { email, username, firstName, lastName })
  const oldHash = account.password_hash
  if (oldHash === null || !(await verifyPassword(sent.old_password ?? '', oldHash))) throw wrongPassword()
  const newHash = await hashPassword(sent.new_password)
  return { oldHash, newHash, keepSession: c.var.caller.session, now: Date.now() } satisfies PasswordChange
}

const wrongPassword = () =>
  new ChatError('invalid', { fields: { old_password: ['This is not your present password.'] } })

/** `/api/profile`. Its owner alone sees it. */
export const profile = new Hono<Api>()

profile.get('/', authenticate, rated('read'), async (c) => {
  return c.json(toProfile(await own(c), c.var.caller.origin) satisfies z.infer<typeof Profile>)
})

profile.on(
  ['PUT', 'PATCH'],
  '/',
  authenticate,
  rated('profile'),
  form(ProfileBody, { profile_pic: 'image' }),
  async (c) => {
    const sent = c.req.valid('json')
    const db = c.env.DIRECTORY
    const before = await own(c)
    // Codes go to the verified address: without one they would lock the account's owner out.
    if (sent.login_otp && before.email_verified_at === null) throw new ChatError('email_unverified')
    const { profile_pic } = await c.var.uploads()
    const changes = {
      before,
      picture: profile_pic?.key ?? sent.profile_pic,
      username: sent.username,
      firstName: sent.first_name,
      lastName: sent.last_name,
      bio: sent.bio,
      loginOtp: sent.login_otp,
      pendingEmail: await pendingEmail(db, before, sent.email),
    }
    const password = await passwordChange(c, before, sent)
    const ended = await changeAccount(db, before.id, changes, password)
    if (ended !== null) {
      const { who_may_add_me: whoMayAddMe, who_sees_me_online: whoSeesMeOnline } = sent
      await changeConsent(db, before.id, { whoMayAddMe, whoSeesMeOnline })
    }
    const after = await own(c)
    if (ended === null)
      throw password && after.password_hash !== password.oldHash ? wrongPassword() : taken(['username'])
    tellSessionsEnded(c, after.id, ended)
    const { pendingEmail: address } = changes
    if (address && address !== before.pending_email) sendAddressCode(c, address, after)
    if (password && after.email !== null) post(c, after.email, passwordChanged(after.username))
    const [was, is] = [toPerson(before), toPerson(after)]
    if (is.picture !== was.picture) tellPictureChanged(c, is.id)
    const looks = ({ username, full_name, picture }: Person) => JSON.stringify([username, full_name, picture])
    if (looks(is) !== looks(was)) tellPersonChanged(c, is)
    if (after.who_sees_me_online !== before.who_sees_me_online) tellAudienceChanged(c, after.id)
    return c.json(toProfile(after, c.var.caller.origin) satisfies z.infer<typeof Profile>)
  },
)
