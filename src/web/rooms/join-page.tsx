/** The page of a link: a preview of the room and a button to join. */

import { useEffect, useState } from 'preact/hooks'
import { useLocation } from 'preact-iso'
import { ChatError, type JoinPreview } from '../../client'
import { roomDirectory } from '../chat'
import { Avatar } from '../parts/avatar'
import { attempt } from '../parts/toasts'
import { roomPath } from '../routes'
import { t } from '../words'
import { said } from '../words/server'

export function JoinPage({ code }: { code: string }) {
  const { route } = useLocation()
  const [preview, setPreview] = useState<JoinPreview | ChatError | null>(null)
  useEffect(() => {
    roomDirectory.preview(code).then(setPreview, setPreview)
  }, [code])
  if (!preview) return null
  if (preview instanceof ChatError)
    return (
      <div class="welcome">
        <h2>{t.join.dead}</h2>
        <p class="hint">{said(preview)}</p>
      </div>
    )
  const { roomId, chatName, description, groupImage, memberCount, isMember } = preview
  const join = () => attempt(async () => route(roomPath((await roomDirectory.join(code)).id), true))
  return (
    <div class="welcome">
      <Avatar large id={roomId} name={chatName} picture={groupImage} />
      <h2 dir="auto">{chatName}</h2>
      {description && <p dir="auto">{description}</p>}
      <p class="hint">{t.room.members(memberCount)}</p>
      {isMember ? (
        <a class="primary" href={roomPath(roomId)}>
          {t.join.open}
        </a>
      ) : (
        <button type="button" class="primary" onClick={() => void join()}>
          {t.join.join}
        </button>
      )}
    </div>
  )
}
