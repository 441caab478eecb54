/** `DELETE /api/profile/`: the end of an account. What the person said stays, by nobody. */
import { Hono } from 'hono'
import { inTime, sidebarStub } from '../../actor/rpc/stubs'
import { eraseAccount, notifiedApart } from '../../directory/accounts/erasure'
import { findAccount } from '../../directory/accounts/users'
import { ChatError, EraseBody } from '../../protocol'
import type { Api } from '../context'
import { authenticate } from '../middleware/authenticate'
import { countedAs } from '../middleware/rate-limit'
import { clearCache } from '../middleware/site-data'
import { body } from '../middleware/validate'
import { tellErased, tellRequestSettled } from './notices'
import { PASSWORD, provePassword } from './proof'

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
