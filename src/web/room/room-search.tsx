/** Searches one conversation; a result opens where it stands. */
import type { Room } from '../../client'
import { chat } from '../chat'
import { IconButton } from '../parts/icon-button'
import { Results, useSearch } from '../rooms/results'
import { t } from '../words'

export function RoomSearch({ room, onClose }: { room: Room; onClose: () => void }) {
  const search = useSearch((q) => chat.search(q, { room: room.id }))
  return (
    <aside class="side" aria-label={t.room.searchHere}>
      <header class="bar">
        <h2>{t.room.searchHere}</h2>
        <IconButton icon="close" label={t.common.close} onClick={onClose} />
      </header>
      <div class="scroll padded">
        <Results {...search} />
      </div>
    </aside>
  )
}
