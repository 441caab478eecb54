/** Pages of lists: their queries, and the form of an answer. */
import * as z from 'zod'
import { LIMITS } from './limits'

/** The query of a plain array. The `Link` header of the answer has the cursor of the next page. */
export const ListQuery = z.object({
  limit: z.coerce.number().int().min(1).max(LIMITS.listMax).default(LIMITS.listDefault),
  cursor: z.string().max(LIMITS.cursorLength).optional(),
  /** For older clients. `cursor` reaches further and costs less. */
  offset: z.coerce.number().int().min(0).max(LIMITS.offsetMax).default(0),
})

/** The query of a page with `next` and `previous`. */
export const PageQuery = z.object({
  cursor: z.string().max(LIMITS.cursorLength).optional(),
  limit: z.coerce.number().int().min(1).max(LIMITS.pageMax).default(LIMITS.pageDefault),
})

/** One page of a list of `item`. */
export const pageOf = <T extends z.ZodType>(item: T) =>
  z.object({ next: z.string().nullable(), previous: z.string().nullable(), results: z.array(item) })
