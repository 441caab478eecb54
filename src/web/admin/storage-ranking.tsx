/** The people and rooms that store most. */

import { formatBytes } from '../sizes'
import type { AdminStorage } from './model'
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
  const people = value.people.map(({ id, fullName, storedBytes }) => ({
    key: id,
    href: `/admin/people/${id}`,
    name: fullName,
    bytes: storedBytes,
  }))
  const rooms = value.rooms.map((room) => ({
    key: room.id,
    href: `/admin/rooms/${room.id}`,
    name: nameOf(room),
    bytes: room.storedBytes,
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
