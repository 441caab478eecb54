/** The link by which others can come into a group. */
import { useEffect, useState } from 'preact/hooks'
import { ChatError, type Invitation, type Room } from '../../../client'
import { attempt, toast } from '../../parts/toasts'
import { t } from '../../words'
import { askToRevoke } from './confirmations'

/** @param members how many there are: when that changes, the link may have been used */
export function ShareLink({ room, members }: { room: Room; members: number }) {
  const [invitation, setInvitation] = useState<Invitation | null>(null)
  /** The link there is, a first one where there is none, a new one where the last has ended. */
  const open = () =>
    attempt(async () => {
      try {
        setInvitation(await room.invitation())
      } catch (error) {
        if (!(error instanceof ChatError) || error.code !== 'link_expired') throw error
        setInvitation(await room.createInvitation())
      }
    })
  const isShown = invitation !== null
  // biome-ignore lint/correctness/useExhaustiveDependencies: somebody new may have come by the link
  useEffect(() => {
    // What does not come is as old as before; a link that has ended meanwhile is said to have when it is asked for.
    if (isShown) void room.invitation().then(setInvitation, () => undefined)
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
