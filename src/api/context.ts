/** The Hono context that all handlers share. */
import type { Context } from 'hono'
import type { RequestIdVariables } from 'hono/request-id'

/** The bindings of the deployment, and the id under which the request is logged. */
export interface Api {
  Bindings: Env
  Variables: RequestIdVariables
}

/** The part of a context that is the same with and without a signed-in caller. */
export type ApiContext = Pick<Context<Api>, 'env' | 'req' | 'executionCtx'>
