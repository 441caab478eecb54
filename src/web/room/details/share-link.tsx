/** The shareable link of a group. */

import { useEffect, useState } from 'preact/hooks'
import { ChatError, type Invitation, type Room } from '../../../client'
import { manage } from '../../chat'
import { attempt, toast } from '../../parts/toasts'
import { t } from '../../words'
import { askToRevoke } from './confirmations'

/** @param members their number: after a change the uses of the link are loaded again */
export function ShareLink({ room, members }: { room: Room; members: number }) {
  const [invitation, setInvitation] = useState<Invitation | null>(null)
  /** Loads the link, or creates one if there is none or the last one has expired. */
  const open = () =>
    attempt(async () => {
      try {
        setInvitation(await manage(room).invitation())
      } catch (error) {
        if (!(error instanceof ChatError) || error.code !== 'link_expired') throw error
        setInvitation(await manage(room).createInvitation())
      }
    })
  const isShown = invitation !== null
  // biome-ignore lint/correctness/useExhaustiveDependencies: somebody new may have come by the link
  useEffect(() => {
    // A failure keeps the old number. The person learns of an expired link when they open it.
    if (isShown)
      void manage(room)
        .invitation()
        .then(setInvitation, () => undefined)
  }, [room, members])
  const copy = (link: string) =>
    navigator.clipboard.writeText(link).then(
      () => toast(t.common.copied),
      () => undefined,
    )
  if (!invitation)
    return (
      <section>
        <h3>{t.invite.title}</h3>
        <button type="button" class="secondary" onClick={() => void open()}>
          {t.invite.make}
        </button>
      </section>
    )
  return (
    <section>
      <h3>{t.invite.title}</h3>
      <input
        class="link-field"
        readOnly
        value={invitation.link}
        aria-label={t.invite.title}
        onFocus={(event) => event.currentTarget.select()}
      />
      <div class="switches">
        <button type="button" class="secondary" onClick={() => void copy(invitation.link)}>
          {t.room.copy}
        </button>
        <button type="button" class="secondary" onClick={() => askToRevoke(room, () => setInvitation(null))}>
          {t.invite.revoke}
        </button>
      </div>
      <p class="hint">{t.invite.uses(invitation.uses)}</p>
    </section>
  )
}
