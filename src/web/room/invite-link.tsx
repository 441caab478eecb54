/** The link by which others can come into a group. */
import { useEffect, useState } from 'preact/hooks'
import { ChatError, type Invitation, type Room } from '../../client'
import { attempt, toast } from '../parts/toasts'
import { t } from '../words'

export function InviteLink({ room }: { room: Room }) {
  const [invitation, setInvitation] = useState<Invitation | null>(null)
  useEffect(() => {
    void attempt(async () => {
      try {
        setInvitation(await room.invitation())
      } catch (error) {
        // None has been made.
        if (!(error instanceof ChatError) || error.status !== 404) throw error
      }
    })
  }, [room])
  const copy = (link: string) =>
    navigator.clipboard.writeText(link).then(
      () => toast(t.common.copied),
      () => undefined,
    )
  if (!invitation)
    return (
      <section>
        <h3>{t.invite.title}</h3>
        <button
          type="button"
          class="secondary"
          onClick={() => void attempt(async () => setInvitation(await room.createInvitation()))}
        >
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
        <button
          type="button"
          class="secondary"
          onClick={() => void attempt(() => room.revokeInvitation().then(() => setInvitation(null)))}
        >
          {t.invite.revoke}
        </button>
      </div>
      <p class="hint">{t.invite.uses(invitation.uses)}</p>
    </section>
  )
}
