/** `DELETE /api/profile/`: the end of an account. What the person said stays, by nobody. */
import { Hono } from 'hono'
import { inTime, sidebarStub } from '../actor/stubs'
import { verifyPassword } from '../auth/passwords'
import { eraseAccount } from '../directory/erasure'
import { findAccount } from '../directory/users'
import { ChatError, EraseBody } from '../protocol'
import { authenticate } from './authenticate'
import type { Api } from './context'
import { tellErased, tellRequestSettled } from './notices'
import { countTries } from './rate-limit'
import { countedAs } from './rated'
import { body } from './validate'

const wrongPassword = () => new ChatError('invalid', { fields: { password: ['This is not your password.'] } })

/** `/api/profile`, as far as it is erased. */
export const erasure = new Hono<Api>()

erasure.delete('/', authenticate, countedAs('login', 'loginAddress'), body(EraseBody), async (c) => {
  const { id } = c.var.caller
  const account = await findAccount(c.env.DIRECTORY, id)
  if (!account) throw new ChatError('session_ended')
  // Whoever finds a device signed in can guess here as well as at login.
  const forgive = await countTries(c, { login: id, loginAddress: '' })
  const { password_hash: passwordHash, email, pending_email, picture } = account
  if (passwordHash === null || !(await verifyPassword(c.req.valid('json').password, passwordHash)))
    throw wrongPassword()
  c.executionCtx.waitUntil(forgive())

  // Before the directory: once it is written the rest must follow, whatever becomes of this request.
  await inTime(sidebarStub(c.env, id).accountErased(picture !== null, []))
  const erased = await eraseAccount(
    c.env.DIRECTORY,
    { id, passwordHash, addresses: [email, pending_email] },
    Date.now(),
  )
  if (!erased) throw wrongPassword()
  tellErased(c, id, picture !== null, erased.sessions)
  for (const request of erased.asked) tellRequestSettled(c, request)
  return c.body(null, 204)
})
