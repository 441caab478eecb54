/** The operator of the tests, who has the private half of the key that the deployment is configured with. */
import { inject } from 'vitest'
import { OPERATOR_PROOF, signOperatorProof } from '../../src/auth/operator'
import { ORIGIN } from './api'

/** The header that proves one request to be the operator's. `path` includes the query string. */
export async function proofOf(method: string, path: string, origin = ORIGIN): Promise<Record<string, string>> {
  const proof = await signOperatorProof(inject('operatorKey'), { origin, method, path }, Date.now())
  return { [OPERATOR_PROOF]: proof }
}
