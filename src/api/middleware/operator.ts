/** Routes for the operator: staff accounts alone have no access. */
import { createMiddleware } from 'hono/factory'
import { isOperatorProof, OPERATOR_PROOF } from '../../auth/operator'
import { settings } from '../../config'
import { ChatError } from '../../protocol'
import type { SignedIn } from './authenticate'

/** Runs after `staffOnly`, which authenticates the caller. @throws {ChatError} `operator_only` */
export const operatorOnly = createMiddleware<SignedIn>(async (c, next) => {
  const { OPERATOR_PUBLIC_KEY } = settings(c.env)
  if (OPERATOR_PUBLIC_KEY === '') {
    throw new ChatError('operator_only', { detail: 'This server has no OPERATOR_PUBLIC_KEY: nobody may do this.' })
  }
  const { origin, pathname, search } = new URL(c.req.url)
  const request = { origin, method: c.req.method, path: `${pathname}${search}` }
  const proof = c.req.header(OPERATOR_PROOF)
  if (!proof || !(await isOperatorProof(OPERATOR_PUBLIC_KEY, proof, request, Date.now()))) {
    throw new ChatError('operator_only')
  }
  await next()
})
