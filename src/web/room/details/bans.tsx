/** The bans of a group. */

import { useCallback, useEffect, useState } from 'preact/hooks'
import type { Ban, Room } from '../../../client'
import { manage } from '../../chat'
import { Rows } from '../../parts/rows'
import { attempt } from '../../parts/toasts'
import { PersonRow } from '../../people/person-row'
import { t } from '../../words'

/** @param members their number: a change loads the bans again */
export function Bans({ room, members }: { room: Room; members: number }) {
  const [bans, setBans] = useState<readonly Ban[]>([])
  const load = useCallback(async () => setBans(await manage(room).bans()), [room])
  // biome-ignore lint/correctness/useExhaustiveDependencies: who is no longer a member may have been banned
  useEffect(() => void attempt(load), [load, members])
  if (bans.length === 0) return null
  return (
    <section>
      <h3>{t.room.banned}</h3>
      <ul>
        <Rows items={bans} keyOf={({ user }) => user.id}>
          {({ user }) => (
            <PersonRow person={user}>
              <button
                type="button"
                class="secondary"
                onClick={() => void attempt(() => manage(room).unban(user.id).then(load))}
              >
                {t.room.unban}
              </button>
            </PersonRow>
          )}
        </Rows>
      </ul>
    </section>
  )
}
