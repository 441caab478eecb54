/** Reading, sending and editing messages. */
import * as z from 'zod'
import { LIMITS } from './limits'
import { PageQuery } from './pages'
import { changesSomething, Edit, Emoji, MessageDraft, nothingChanged } from './room-socket'

const Place = z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER)

export const MessagesQuery = PageQuery.extend({
  before: Place.optional(),
  after: Place.optional(),
  /** System messages alone, which are otherwise left out. */
  type: z.enum(['system']).optional(),
  search: z.string().trim().max(LIMITS.roomNameLength).optional(),
})

export const SendBody = MessageDraft

/** `image_alt` may be changed alone. */
export const EditBody = Edit.refine(changesSomething, nothingChanged)

/** An emoji in a path. */
export const EmojiInPath = z.object({ emoji: Emoji })
