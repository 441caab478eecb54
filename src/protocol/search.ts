/** The search for messages in all rooms of the caller. */
import * as z from 'zod'
import { Id } from './ids'
import { LIMITS } from './limits'
import { FoundMessage } from './messages'
import { PageQuery, pageOf } from './pages'

/** A date or a time, parsed to milliseconds since 1970. */
const Moment = z.union([z.iso.datetime({ offset: true }), z.iso.date()]).transform((text) => Date.parse(text))

/** Kinds of content that a filter can require. */
export const Has = z.enum(['image', 'file', 'link'])
export type Has = z.infer<typeof Has>

/** Words, filters, or both. Without words, the search returns all messages that pass the filters. */
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

/** What was found. Messages of rooms that did not answer are missing. */
export const FoundPage = pageOf(FoundMessage).extend({
  /** Absent when all rooms answered. */
  unanswered_rooms: z.array(Id).optional(),
})

const isGiven = (filter: unknown): boolean => filter !== undefined
