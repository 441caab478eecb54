/** Guards the routes of a development build: unless ENVIRONMENT is `development` they answer as paths that do not exist. */
import type { MiddlewareHandler } from 'hono'
import { settings } from '../../config'
import { ChatError } from '../../protocol'
import type { Api } from '../context'

/** To be used before any method is looked at. */
export const developmentOnly: MiddlewareHandler<Api> = async (c, next) => {
  if (settings(c.env).ENVIRONMENT !== 'development') throw new ChatError('not_found')
  await next()
}
