/** What exists while developing only: in a deployed build nothing of such a path shows, not even which methods it answers. */
import { createMiddleware } from 'hono/factory'
import { settings } from '../config'
import { ChatError } from '../protocol'
import type { Api } from './context'

/** To be used before any method is looked at. */
export const developmentOnly = createMiddleware<Api>(async (c, next) => {
  if (settings(c.env).ENVIRONMENT !== 'development') throw new ChatError('not_found')
  await next()
})
