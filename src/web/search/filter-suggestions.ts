/** Suggestions for a typed filter: people, rooms, kinds of content, days. */
import { fold } from '../../protocol/fold'
import { chat, peopleDirectory, roomDirectory } from '../chat'
import { roomName } from '../rooms/order'
import { dateName } from '../times'
import { t } from '../words'
import { dayOf, type Filter, HAS, type TypedFilter } from './filters'

const MAX_SUGGESTIONS = 6
/** The suggested days, in days before today. */
const DAYS_AGO = [0, 1, 7, 30]

const begins = (text: string, q: string) => fold(text).includes(q)

/** Returns the best suggestions first. */
export async function suggestFilters({ name, value }: TypedFilter): Promise<Filter[]> {
  const q = fold(value)
  switch (name) {
    case 'from':
      return peopleLike(q)
    case 'in':
      return roomsLike(q)
    case 'has':
      return HAS.filter((kind) => kind.startsWith(q) || begins(t.search.has[kind], q)).map((kind) => ({
        name,
        value: kind,
        label: t.search.has[kind],
      }))
    default: {
      const typed = dayOf(value)
      const days = typed ? [typed] : DAYS_AGO.map(daysAgo)
      return days
        .map((day): Filter => ({ name, value: day, label: dateName(day) }))
        .filter((day) => typed || begins(day.label, q))
    }
  }
}

async function peopleLike(q: string): Promise<Filter[]> {
  const me = chat.auth.user
  const found = q ? (await peopleDirectory.search(q)).results : (await peopleDirectory.friends()).results
  const people = [...(me && begins(`${me.fullName} ${me.username}`, q) ? [me] : []), ...found]
  const exact = people.filter(({ username }) => fold(username) === q)
  return [...new Map([...exact, ...people].map((person) => [person.id, person])).values()]
    .slice(0, MAX_SUGGESTIONS)
    .map(({ id, fullName }) => ({ name: 'from', value: id, label: fullName }))
}

async function roomsLike(q: string): Promise<Filter[]> {
  const here = chat.roomList.getSnapshot().rooms.filter((room) => begins(roomName(room), q))
  const found = here.length === 0 && q ? (await roomDirectory.search(q)).results : []
  const rooms = [...here, ...found]
  const exact = rooms.filter((room) => fold(roomName(room)) === q)
  return [...new Map([...exact, ...rooms].map((room) => [room.id, room])).values()]
    .slice(0, MAX_SUGGESTIONS)
    .map((room) => ({ name: 'in', value: room.id, label: roomName(room) }))
}

function daysAgo(days: number): Date {
  const now = new Date()
  return new Date(now.getFullYear(), now.getMonth(), now.getDate() - days)
}
