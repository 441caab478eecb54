/** Searches one conversation; a result opens where it stands. */
import type { Room } from '../../client'
import { IconButton } from '../parts/icon-button'
import { Results } from '../search/results'
import { useSearch } from '../search/search'
import { SearchBox } from '../search/search-box'
import { t } from '../words'

export function RoomSearch({ room, onClose }: { room: Room; onClose: () => void }) {
  const search = useSearch(room.id)
  return (
    <aside class="side" aria-label={t.room.searchHere}>
      <header class="bar">
        <h2>{t.room.searchHere}</h2>
        <IconButton icon="close" label={t.common.close} onClick={onClose} />
      </header>
      <div class="scroll padded">
        <SearchBox search={search} within />
        <Results search={search} />
      </div>
    </aside>
  )
}
