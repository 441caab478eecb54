/** `/api/storage`: how much of their quota the caller has used. */
import { Hono } from 'hono'
import { inTime, uploadsStub } from '../../actor/rpc/stubs'
import { StorageUse } from '../../protocol'
import { authenticate, type SignedIn } from '../middleware/authenticate'
import { limitRate } from '../middleware/rate-limit'
import { area, type Operation } from '../openapi/operation'

export const storage = new Hono<SignedIn>()

storage.get('/', authenticate, limitRate('read'), async (c) => {
  const use = await inTime(uploadsStub(c.env, c.var.caller.id).storageUse())
  return c.json(use satisfies StorageUse)
})

const describe = area('Images and files')

/** The routes above, as `/api/schema/` describes them. */
export const storageOperations: Operation[] = [
  describe.get('/api/storage/', 'How much of your quota for images and files is used', { 200: StorageUse }),
]
