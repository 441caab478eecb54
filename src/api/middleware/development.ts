/** Hides the routes of a development build: they answer `not_found` unless ENVIRONMENT is `development`. */
import type { MiddlewareHandler } from 'hono'
import { settings } from '../../config'
import { ChatError } from '../../protocol'
import type { Api } from '../context'

/** Must run before the method is checked. */
export const developmentOnly: MiddlewareHandler<Api> = async (c, next) => {
  if (settings(c.env).ENVIRONMENT !== 'development') throw new ChatError('not_found')
  await next()
}
