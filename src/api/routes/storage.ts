/** `/api/storage`: how much of their quota the caller has used. */
import { Hono } from 'hono'
import { inTime, uploadsStub } from '../../actor/rpc/stubs'
import type { StorageUse } from '../../protocol'
import { authenticate, type SignedIn } from '../middleware/authenticate'
import { limitRate } from '../middleware/rate-limit'

export const storage = new Hono<SignedIn>()

storage.get('/', authenticate, limitRate('read'), async (c) => {
  const use = await inTime(uploadsStub(c.env, c.var.caller.id).storageUse())
  return c.json(use satisfies StorageUse)
})
