/** What browsers keep of this site. */
import type { Context } from 'hono'

/**
 * Has the browser drop its HTTP cache of this site, where the images of the person who signs out are. Their URLs work for a
 * day, and `immutable` images are not asked for again.
 */
export const clearCache = (c: Pick<Context, 'header'>): void => c.header('Clear-Site-Data', '"cache"')
