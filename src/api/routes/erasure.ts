/** `DELETE /api/profile/`: erases the caller's account. Messages stay, without an author. */
import { Hono } from 'hono'
import { inTime, sidebarStub } from '../../actor/rpc/stubs'
import { eraseAccount, notifiedOutsideRooms } from '../../directory/accounts/erasure'
import { findAccount } from '../../directory/accounts/users'
import { ChatError, EraseBody } from '../../protocol'
import type { Api } from '../context'
import { authenticate } from '../middleware/authenticate'
import { countedInHandler } from '../middleware/rate-limit'
import { clearCache } from '../middleware/site-data'
import { body } from '../middleware/validate'
import { announceErasure, dismissFriendRequest } from '../usecases/outbox'
import { PASSWORD, verifyOwnPassword } from '../usecases/own-password'

const wrongPassword = () => new ChatError('invalid', { fields: { password: [PASSWORD.wrong] } })

export const erasure = new Hono<Api>()

erasure.delete('/', authenticate, countedInHandler('password'), body(EraseBody), async (c) => {
  const { id } = c.var.caller
  const account = await findAccount(c.env.DIRECTORY, id)
  if (!account) throw new ChatError('session_ended')
  const { email, picture } = account
  const passwordHash = await verifyOwnPassword(c, c.var.caller.session, account, c.req.valid('json').password, PASSWORD)

  // The sidebar learns first: once the directory has erased the account, the rest must follow even if this request
  // dies.
  const notified = await notifiedOutsideRooms(c.env.DIRECTORY, id)
  await inTime(sidebarStub(c.env, id).accountErased(picture !== null, [], notified))
  const erased = await eraseAccount(c.env.DIRECTORY, { id, passwordHash, addresses: [email] }, Date.now())
  if (!erased) throw wrongPassword()
  await announceErasure(c, id, picture !== null, erased.sessions)
  for (const request of erased.requests) dismissFriendRequest(c, request)
  clearCache(c)
  return c.body(null, 204)
})
