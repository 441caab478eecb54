/** How much of a list is asked for, and how a page of it is answered. */
import * as z from 'zod'
import { LIMITS } from './limits'

/** Capped arrays: how many, and where to go on from (see the `Link` header). */
export const ListQuery = z.object({
  limit: z.coerce.number().int().min(1).max(LIMITS.listMax).default(LIMITS.listDefault),
  cursor: z.string().max(LIMITS.cursorLength).optional(),
  /** As older clients read on; `cursor` reaches further and costs less. */
  offset: z.coerce.number().int().min(0).max(LIMITS.offsetMax).default(0),
})

/** Cursor pages. */
export const PageQuery = z.object({
  cursor: z.string().max(LIMITS.cursorLength).optional(),
  limit: z.coerce.number().int().min(1).max(LIMITS.pageMax).default(LIMITS.pageDefault),
})

/** One page of anything. */
export const pageOf = <T extends z.ZodType>(item: T) =>
  z.object({ next: z.string().nullable(), previous: z.string().nullable(), results: z.array(item) })
