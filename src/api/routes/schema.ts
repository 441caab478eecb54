/** `/api/schema/`: the OpenAPI document of this server. */
import { Hono } from 'hono'
import * as z from 'zod'
import type { Api } from '../context'
import { countedInHandler } from '../middleware/rate-limit'
import { openApi } from '../openapi/document'
import { area, type Operation } from '../openapi/operation'

/** `operations` come from outside, because this route is one of them. */
export function schemaOf(operations: readonly Operation[]): Hono<Api> {
  const schema = new Hono<Api>()
  schema.get('/', countedInHandler('open'), (c) => c.json(openApi(new URL(c.req.url).origin, operations)))
  return schema
}

const describe = area('Service')

/** The routes above, as `/api/schema/` describes them. */
export const schemaOperations: Operation[] = [
  describe.get('/api/schema/', 'This document', { 200: z.record(z.string(), z.unknown()) }, { access: 'anybody' }),
]
