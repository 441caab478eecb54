/** Making notifications, and reading them off. */
import * as z from 'zod'
import { Flag } from './forms'
import { Id } from './ids'
import { LIMITS } from './limits'
import { textOf } from './names'

/** A notification for oneself; for somebody else only staff may make one. */
export const NotificationBody = z.object({
  message: textOf(LIMITS.descriptionLength).min(1),
  user_id: Id.optional(),
})

/** Only `is_read` can be changed of a notification. */
export const ReadBody = z.object({ is_read: Flag })
