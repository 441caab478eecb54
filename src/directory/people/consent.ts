/** Consent: which circles may add a person to groups and see when they are online. */

import type { Circle, UserId } from '../../protocol'
import { enqueueStatement } from '../operation/outbox'

/** Undefined fields stay as they are. */
export interface Consent {
  whoMayAddMe?: Circle | undefined
  whoSeesMeOnline?: Circle | undefined
}

/** @returns whether any field was given. */
export async function changeConsent(db: D1Database, user: UserId, consent: Consent): Promise<boolean> {
  const { whoMayAddMe, whoSeesMeOnline } = consent
  if (whoMayAddMe === undefined && whoSeesMeOnline === undefined) return false
  const update = db
    .prepare(
      `UPDATE users SET who_may_add_me = coalesce(?2, who_may_add_me),
         who_sees_me_online = coalesce(?3, who_sees_me_online) WHERE id = ?1 AND erased_at IS NULL`,
    )
    .bind(user, whoMayAddMe ?? null, whoSeesMeOnline ?? null)
  const noted = enqueueStatement(db, { user_id: user, kind: 'presence', subject: 0 }, Date.now())
  await db.batch(whoSeesMeOnline === undefined ? [update] : [update, noted])
  return true
}
