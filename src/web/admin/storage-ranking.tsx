/** The people and rooms that store most. */

import type { AdminStorage } from '../../protocol'
import { formatBytes } from '../sizes'
import { useResource } from './queries'
import { nameOf } from './rooms'
import { words } from './words'

/** The length of each ranking. */
const SHOWN = 5

interface RankedItem {
  key: number
  href: string
  name: string
  bytes: number
}

export function StorageRanking() {
  const { value } = useResource<AdminStorage>('/admin/storage/')
  if (!value) return null
  const people = value.people.map(({ id, full_name, stored_bytes }) => ({
    key: id,
    href: `/admin/people/${id}`,
    name: full_name,
    bytes: stored_bytes,
  }))
  const rooms = value.rooms.map((room) => ({
    key: room.id,
    href: `/admin/rooms/${room.id}`,
    name: nameOf(room),
    bytes: room.stored_bytes,
  }))
  return (
    <>
      <Ranking title={words.numbers.heaviestPeople} all={people} />
      <Ranking title={words.numbers.heaviestRooms} all={rooms} />
    </>
  )
}

function Ranking({ title, all }: { title: string; all: RankedItem[] }) {
  if (all.length === 0) return null
  return (
    <section>
      <h3>{title}</h3>
      <dl class="facts">
        {all.slice(0, SHOWN).map(({ key, href, name, bytes }) => (
          <div key={key}>
            <dt>
              <a href={href} dir="auto">
                {name}
              </a>
            </dt>
            <dd>{formatBytes(bytes)}</dd>
          </div>
        ))}
      </dl>
    </section>
  )
}
