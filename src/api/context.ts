/** What every handler finds in its context. */
import type { Context } from 'hono'
import type { RequestIdVariables } from 'hono/request-id'

/** The bindings of the deployment, and the id under which this request is logged. */
export interface Api {
  Bindings: Env
  Variables: RequestIdVariables
}

/** The part of a context that is the same before and after somebody is known to be signed in. */
export type ApiContext = Pick<Context<Api>, 'env' | 'req' | 'executionCtx'>
