/** Reading, sending and editing messages. */
import * as z from 'zod'
import { LIMITS } from './limits'
import { PageQuery } from './pages'
import { Content, MessageDraft } from './room-socket'

const Place = z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER)

export const MessagesQuery = PageQuery.extend({
  before: Place.optional(),
  after: Place.optional(),
  search: z.string().trim().max(LIMITS.roomNameLength).optional(),
})

export const SendBody = MessageDraft

export const EditBody = z.object({ content: Content })
