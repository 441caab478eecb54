/** The button that jumps to the newest message, with the number of unread ones. */
import type { RoomSnapshot } from '../../../client'
import { chat, useReadable } from '../../chat'
import { Icon } from '../../parts/icon'
import { t } from '../../words'

export function JumpToLatest({ snapshot, go }: { snapshot: RoomSnapshot; go: () => void }) {
  const { rooms } = useReadable(chat.roomList)
  const { hasNewer, unread, room } = snapshot
  // The room list counts unread messages that are not loaded here.
  const beyond = hasNewer ? (rooms.find(({ id }) => id === room?.id)?.unreadCount ?? 0) : 0
  return (
    <button type="button" class="latest" onClick={go}>
      <Icon name="down" />
      {t.room.latest(Math.max(unread, beyond))}
    </button>
  )
}
