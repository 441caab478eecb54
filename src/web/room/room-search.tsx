/** The search panel of one room. */
import type { Room } from '../../client'
import { SidePanel } from '../parts/side-panel'
import { Results } from '../search/results'
import { useSearch } from '../search/search'
import { SearchBox } from '../search/search-box'
import { t } from '../words'

export function RoomSearch({ room, onClose }: { room: Room; onClose: () => void }) {
  const search = useSearch(room.id)
  return (
    <SidePanel title={t.room.searchHere} onClose={onClose}>
      <SearchBox search={search} within />
      <Results search={search} within />
    </SidePanel>
  )
}
