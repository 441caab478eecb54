/** `/api/schema/`: the OpenAPI document of this server. */
import { Hono } from 'hono'
import type { Api } from '../context'
import { countedInHandler } from '../middleware/rate-limit'
import { openApi } from '../openapi/document'

export const schema = new Hono<Api>()

schema.get('/', countedInHandler('open'), (c) => c.json(openApi(new URL(c.req.url).origin)))
