/** Data that browsers keep of this site. */
import type { Context } from 'hono'

/**
 * Tells the browser to drop its HTTP cache of this site, which has the images of the person who signs out. Their URLs
 * work for a day, and browsers do not ask again for `immutable` images.
 */
export const clearCache = (c: Pick<Context, 'header'>): void => c.header('Clear-Site-Data', '"cache"')
