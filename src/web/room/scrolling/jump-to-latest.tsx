/** The way to the newest message, with how much there is on it. */
import type { RoomSnapshot } from '../../../client'
import { chat, useReadable } from '../../chat'
import { Icon } from '../../parts/icon'
import { t } from '../../words'

export function JumpToLatest({ snapshot, go }: { snapshot: RoomSnapshot; go: () => void }) {
  const { rooms } = useReadable(chat.sidebar)
  const { hasNewer, unread, room } = snapshot
  // Of what is not loaded the list of conversations knows.
  const beyond = hasNewer ? (rooms.find(({ id }) => id === room?.id)?.unread_count ?? 0) : 0
  return (
    <button type="button" class="latest" onClick={go}>
      <Icon name="down" />
      {t.room.latest(Math.max(unread, beyond))}
    </button>
  )
}
