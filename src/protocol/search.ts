/** Searching messages in all of one's rooms. */
import * as z from 'zod'
import { Id } from './ids'
import { LIMITS } from './limits'
import { PageQuery } from './pages'

/** A day, or a moment, as milliseconds since 1970. */
const Moment = z.union([z.iso.datetime({ offset: true }), z.iso.date()]).transform((text) => Date.parse(text))

/** What a message may have in it beside its words. */
export const Has = z.enum(['image', 'file', 'link'])
export type Has = z.infer<typeof Has>

/** Words, or filters, or both: without words everything is found that the filters let through. */
export const SearchQuery = PageQuery.extend({
  q: z.string().trim().max(LIMITS.roomNameLength).default(''),
  room: Id.optional(),
  from: Id.optional(),
  before: Moment.optional(),
  after: Moment.optional(),
  has: Has.optional(),
}).refine(({ q, room, from, before, after, has }) => q !== '' || [room, from, before, after, has].some(isGiven), {
  path: ['q'],
  error: 'Enter what to look for, or a filter.',
})

const isGiven = (filter: unknown): boolean => filter !== undefined
