/** Routes for staff. */
import { createMiddleware } from 'hono/factory'
import { ChatError } from '../../protocol'
import type { SignedIn } from './authenticate'

/** Runs after `authenticate`. @throws {ChatError} `staff_only` */
export const staffOnly = createMiddleware<SignedIn>(async (c, next) => {
  if (!c.var.user?.isStaff) throw new ChatError('staff_only')
  await next()
})
