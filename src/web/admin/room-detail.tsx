/** One room as staff see it, with its deletion. */
import { useState } from 'preact/hooks'
import { useLocation } from 'preact-iso'
import { chat } from '../chat'
import { Avatar } from '../parts/avatar'
import { Confirm } from '../parts/confirm'
import { toast } from '../parts/toasts'
import { formatBytes } from '../sizes'
import { fullTime, relativeTime } from '../times'
import { t } from '../words'
import { Fact } from './fact'
import { LoadState } from './load-state'
import type { AdminRoomDetail } from './model'
import { useResource } from './queries'
import { nameOf } from './rooms'
import { words } from './words'

export function RoomDetail({ id }: { id: number }) {
  const { route } = useLocation()
  const { value: room, error, again } = useResource<AdminRoomDetail>(`/admin/rooms/${id}/`)
  const [asking, setAsking] = useState(false)
  if (!room) return <LoadState error={error} again={again} />
  const said = words.rooms
  const quota = room.storage.quotaBytes
  const name = nameOf(room)
  const remove = async () => {
    await chat.api.delete(`/admin/rooms/${id}/`)
    toast(said.removed(name))
    route('/admin/rooms', true)
  }
  return (
    <>
      <header class="subject">
        <Avatar large id={id} name={room.roomName || '…'} picture={null} />
        <div>
          <h3 dir="auto">{name}</h3>
          <p class="hint">{room.isGroup ? said.group : said.direct}</p>
        </div>
      </header>
      <dl class="facts">
        <Fact name={said.size}>{room.memberCount}</Fact>
        <Fact name={said.made}>{fullTime(room.createdAt)}</Fact>
        <Fact name={said.active}>{relativeTime(room.lastActivity)}</Fact>
        <Fact name={said.stored}>
          {quota === null
            ? formatBytes(room.storedBytes)
            : t.storage.used(formatBytes(room.storedBytes), formatBytes(quota))}
        </Fact>
        <Fact name={said.id}>{id}</Fact>
      </dl>
      <div>
        <button type="button" class="secondary danger" onClick={() => setAsking(true)}>
          {said.remove}
        </button>
      </div>
      {asking && (
        <Confirm
          danger
          title={said.removeTitle(name)}
          hint={said.removeHint}
          confirmLabel={said.remove}
          run={remove}
          onClose={() => setAsking(false)}
        />
      )}
    </>
  )
}
