/** The profile card of a person, with actions. */
import { useLocation } from 'preact-iso'
import { chat, roomDirectory, useReadable } from '../chat'
import { Avatar } from '../parts/avatar'
import { Dialog } from '../parts/dialog'
import { Icon } from '../parts/icon'
import { attempt } from '../parts/toasts'
import { roomPath } from '../routes'
import { relativeTime } from '../times'
import { t } from '../words'
import { openCard } from './card'
import { askToBlock } from './confirmations'
import { unblock, usePerson } from './people-cache'

export function ProfileCard() {
  const shown = openCard.value
  const person = usePerson(shown?.id, true)
  const me = useReadable(chat.auth)
  const { rooms, presence } = useReadable(chat.roomList)
  const { route } = useLocation()
  if (!shown) return null
  const close = () => {
    openCard.value = null
  }
  const { id, fullName, username, profilePic } = person ?? shown
  const isMe = id === me?.id
  const bio = isMe ? me.bio : person?.bio
  const online = presence.get(id)?.online ?? person?.onlineStatus ?? false
  const direct = rooms.find(({ partnerId }) => partnerId === id)
  const go = (path: string) => {
    close()
    route(path)
  }
  return (
    <Dialog title={t.people.about(fullName)} class="card" onClose={close}>
      <div class="portrait">
        <Avatar large id={id} name={fullName} picture={profilePic ?? null} online={online} />
        <h3 dir="auto">{fullName}</h3>
        <p class="hint" dir="auto">
          @{username}
        </p>
        {person && !person.blocked && !isMe && (
          <p class="hint">{online ? t.room.isOnline : t.room.lastSeen(relativeTime(person.lastSeen))}</p>
        )}
        {bio && (
          <p class="bio" dir="auto">
            {bio}
          </p>
        )}
      </div>
      {isMe ? (
        <button type="button" class="secondary" onClick={() => go('/settings')}>
          {t.settings.title}
        </button>
      ) : (
        <>
          {person?.blocked && <p role="status">{t.room.youBlocked(fullName)}</p>}
          <div class="switches">
            {!person?.blocked && (
              <button
                type="button"
                class="primary"
                onClick={() => void attempt(async () => go(roomPath((await roomDirectory.direct(id)).id)))}
              >
                <Icon name="send" />
                {t.people.message}
              </button>
            )}
            {direct && (
              <button
                type="button"
                class="secondary"
                aria-pressed={direct.muted}
                onClick={() => void attempt(() => chat.room(direct.id).setMine({ muted: !direct.muted }))}
              >
                <Icon name="mute" />
                {direct.muted ? t.room.unmute : t.room.mute}
              </button>
            )}
            {person?.blocked ? (
              <button type="button" class="secondary" onClick={() => void attempt(() => unblock(id))}>
                {t.people.unblock}
              </button>
            ) : (
              <button type="button" class="danger" onClick={() => askToBlock({ id, fullName })}>
                {t.people.block}
              </button>
            )}
          </div>
        </>
      )}
    </Dialog>
  )
}
