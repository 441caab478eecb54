/** Staff, as the operator's command makes them. */
import { env } from 'cloudflare:workers'
import { setStaff } from '../../src/directory/operation/staff'
import type { Someone } from './api'

/** Gives somebody the rights of staff. */
export async function promote<T extends Someone>(who: T): Promise<T> {
  await setStaff(env.DIRECTORY, who.id, true, { actor: null, now: Date.now() })
  return who
}
