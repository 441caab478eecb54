/** Searching messages in all of one's rooms. */
import * as z from 'zod'
import { Id } from './ids'
import { LIMITS } from './limits'
import { PageQuery } from './pages'

/** A day, or a moment, as milliseconds since 1970. */
const Moment = z.union([z.iso.datetime({ offset: true }), z.iso.date()]).transform((text) => Date.parse(text))

export const SearchQuery = PageQuery.extend({
  q: z.string().trim().min(1).max(LIMITS.roomNameLength),
  room: Id.optional(),
  from: Id.optional(),
  before: Moment.optional(),
  after: Moment.optional(),
})
