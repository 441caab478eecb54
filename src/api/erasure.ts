/** `DELETE /api/profile/`: the end of an account. What the person said stays, by nobody. */
import { Hono } from 'hono'
import { inTime, sidebarStub } from '../actor/stubs'
import { eraseAccount, notifiedApart } from '../directory/erasure'
import { findAccount } from '../directory/users'
import { ChatError, EraseBody } from '../protocol'
import { authenticate } from './authenticate'
import type { Api } from './context'
import { tellErased, tellRequestSettled } from './notices'
import { PASSWORD, provePassword } from './proof'
import { countedAs } from './rated'
import { clearCache } from './site-data'
import { body } from './validate'

const wrongPassword = () => new ChatError('invalid', { fields: { password: [PASSWORD.wrong] } })

/** `/api/profile`, as far as it is erased. */
export const erasure = new Hono<Api>()

erasure.delete('/', authenticate, countedAs('password'), body(EraseBody), async (c) => {
  const { id } = c.var.caller
  const account = await findAccount(c.env.DIRECTORY, id)
  if (!account) throw new ChatError('session_ended')
  const { email, picture } = account
  const passwordHash = await provePassword(c, c.var.caller.session, account, c.req.valid('json').password, PASSWORD)

  // Before the directory: once it is written the rest must follow, whatever becomes of this request.
  const notified = await notifiedApart(c.env.DIRECTORY, id)
  await inTime(sidebarStub(c.env, id).accountErased(picture !== null, [], notified))
  const erased = await eraseAccount(c.env.DIRECTORY, { id, passwordHash, addresses: [email] }, Date.now())
  if (!erased) throw wrongPassword()
  tellErased(c, id, picture !== null, erased.sessions)
  for (const request of erased.asked) tellRequestSettled(c, request)
  clearCache(c)
  return c.body(null, 204)
})
