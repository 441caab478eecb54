/** The list of rooms, without messages. */
import { useState } from 'preact/hooks'
import { Avatar } from '../parts/avatar'
import { shortTime } from '../times'
import { Listing } from './listing'
import type { AdminRoom } from './model'
import { useList } from './queries'
import { words } from './words'

/** The name of a room. Direct rooms have no name, so they show their id. */
export const nameOf = ({ id, roomName }: AdminRoom): string => roomName || words.rooms.unnamed(id)

export function Rooms() {
  const [search, setSearch] = useState('')
  const list = useList<AdminRoom>('/admin/rooms/', { search: search.trim() || null })
  return (
    <>
      <input
        type="search"
        aria-label={words.rooms.find}
        placeholder={words.rooms.find}
        value={search}
        onInput={(event) => setSearch(event.currentTarget.value)}
      />
      <Listing
        list={list}
        label={words.sections.rooms}
        empty={words.none}
        row={(room) => (
          <li key={room.id}>
            <a class="row" href={`/admin/rooms/${room.id}`}>
              <Avatar id={room.id} name={room.roomName || '…'} picture={null} />
              <span class="words">
                <b dir="auto">{nameOf(room)}</b>
                <span class="hint">
                  {room.isGroup ? words.rooms.group : words.rooms.direct} · {words.rooms.members(room.memberCount)}
                </span>
              </span>
              <time class="hint" dateTime={room.createdAt}>
                {shortTime(room.createdAt)}
              </time>
            </a>
          </li>
        )}
      />
    </>
  )
}
