/** The page of a link: a preview of the room and a button to join. */

import { useEffect, useState } from 'preact/hooks'
import { useLocation } from 'preact-iso'
import { ChatError, type JoinPreview } from '../../client'
import { chat } from '../chat'
import { Avatar } from '../parts/avatar'
import { attempt } from '../parts/toasts'
import { roomPath } from '../routes'
import { t } from '../words'
import { said } from '../words/server'

export function JoinPage({ code }: { code: string }) {
  const { route } = useLocation()
  const [preview, setPreview] = useState<JoinPreview | ChatError | null>(null)
  useEffect(() => {
    chat.rooms.preview(code).then(setPreview, setPreview)
  }, [code])
  if (!preview) return null
  if (preview instanceof ChatError)
    return (
      <div class="welcome">
        <h2>{t.join.dead}</h2>
        <p class="hint">{said(preview)}</p>
      </div>
    )
  const { room_id, chat_name, description, group_image, member_count, is_member } = preview
  const join = () => attempt(async () => route(roomPath((await chat.rooms.join(code)).id), true))
  return (
    <div class="welcome">
      <Avatar large id={room_id} name={chat_name} picture={group_image} />
      <h2 dir="auto">{chat_name}</h2>
      {description && <p dir="auto">{description}</p>}
      <p class="hint">{t.room.members(member_count)}</p>
      {is_member ? (
        <a class="primary" href={roomPath(room_id)}>
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
