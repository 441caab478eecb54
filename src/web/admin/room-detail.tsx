/** One room as staff see it, with its deletion. */
import { useState } from 'preact/hooks'
import { useLocation } from 'preact-iso'
import type { AdminRoomDetail } from '../../protocol'
import { chat } from '../chat'
import { Avatar } from '../parts/avatar'
import { Confirm } from '../parts/confirm'
import { toast } from '../parts/toasts'
import { formatBytes } from '../sizes'
import { fullTime, relativeTime } from '../times'
import { t } from '../words'
import { Fact } from './fact'
import { LoadState } from './load-state'
import { useResource } from './queries'
import { nameOf } from './rooms'
import { words } from './words'

export function RoomDetail({ id }: { id: number }) {
  const { route } = useLocation()
  const { value: room, error, again } = useResource<AdminRoomDetail>(`/admin/rooms/${id}/`)
  const [asking, setAsking] = useState(false)
  if (!room) return <LoadState error={error} again={again} />
  const said = words.rooms
  const quota = room.storage.quota_bytes
  const name = nameOf(room)
  const remove = async () => {
    await chat.api.delete(`/admin/rooms/${id}/`)
    toast(said.removed(name))
    route('/admin/rooms', true)
  }
  return (
    <>
      <header class="subject">
        <Avatar large id={id} name={room.room_name || '…'} picture={null} />
        <div>
          <h3 dir="auto">{name}</h3>
          <p class="hint">{room.is_group ? said.group : said.direct}</p>
        </div>
      </header>
      <dl class="facts">
        <Fact name={said.size}>{room.member_count}</Fact>
        <Fact name={said.made}>{fullTime(room.created_at)}</Fact>
        <Fact name={said.active}>{relativeTime(room.last_activity)}</Fact>
        <Fact name={said.stored}>
          {quota === null
            ? formatBytes(room.stored_bytes)
            : t.storage.used(formatBytes(room.stored_bytes), formatBytes(quota))}
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
