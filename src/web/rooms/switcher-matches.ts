/** The rooms and people that match a typed text, best first, with the reason of each. Pure. */
import type { RoomInList, User } from '../../client'
import { fold } from '../../protocol/fold'
import { roomName } from './order'

export type Match = { key: string; name: string; why: Reason | null } & (
  | { kind: 'room'; room: RoomInList }
  | { kind: 'person'; person: User }
)

/** The reason of a match that is not in the name: another name, or members. `unknown` until the members are loaded. */
export type Reason = { kind: 'called'; name: string } | { kind: 'with'; names: string[] } | { kind: 'unknown' }

interface Named {
  fullName: string
  username: string
}

interface Candidates {
  /** The rooms of the list, in its order. */
  rooms: readonly RoomInList[]
  /** Results of the server: rooms by name or by member, and people. */
  found: readonly RoomInList[]
  people: readonly User[]
  /** The members of rooms, as far as they are loaded. */
  membersOf: ReadonlyMap<number, readonly Named[]>
}

const MAX_MATCHES = 12

/** The quality of a match: at the beginning of the name or of a word, or elsewhere. */
function qualityOf(name: string | null | undefined, typed: string): 'begins' | 'contains' | null {
  const text = fold(name ?? '')
  if (!text.includes(typed)) return null
  const isBeginning = (at: number) => at === 0 || !/[\p{L}\p{M}\p{N}]/u.test(text[at - 1] ?? '')
  for (let at = text.indexOf(typed); at >= 0; at = text.indexOf(typed, at + 1)) if (isBeginning(at)) return 'begins'
  return 'contains'
}

export function findMatches(typed: string, { rooms, found, people, membersOf }: Candidates): Match[] {
  const q = fold(typed.trim())
  const byId = new Map(people.map((person) => [person.id, person]))
  const here = new Set(rooms.map(({ id }) => id))
  const among = q ? [...rooms, ...found.filter(({ id }) => !here.has(id))] : rooms
  const partners = new Set<number | null>()
  const ranked: { match: Match; rank: number }[] = []

  for (const room of among) {
    const name = roomName(room)
    const partner = room.partnerId === null ? undefined : byId.get(room.partnerId)
    const others = [room.chatName, partner?.fullName, partner && `@${partner.username}`].filter((each) => each !== name)
    const other = others.find((each) => qualityOf(each, q))
    const itself = qualityOf(name, q)
    const isFound = found.some(({ id }) => id === room.id)
    if (!itself && !other && !isFound) continue
    partners.add(room.partnerId)
    const members = membersOf.get(room.id)?.filter((each) => qualityOf(each.fullName, q) || qualityOf(each.username, q))
    const why: Reason | null = itself
      ? null
      : other
        ? { kind: 'called', name: other }
        : members?.length
          ? { kind: 'with', names: members.map(({ fullName }) => fullName) }
          : { kind: 'unknown' }
    const best = itself ?? (other ? qualityOf(other, q) : null)
    ranked.push({ match: { kind: 'room', key: `r${room.id}`, name, why, room }, rank: rank(best, !room.isGroup) })
  }
  for (const person of q ? people : []) {
    if (partners.has(person.id)) continue
    const called = `@${person.username}`
    const why: Reason = { kind: 'called', name: called }
    const best = qualityOf(person.fullName, q) ?? qualityOf(called, q)
    ranked.push({
      match: { kind: 'person', key: `p${person.id}`, name: person.fullName, why, person },
      rank: rank(best, true),
    })
  }
  if (q) ranked.sort((a, b) => a.rank - b.rank)
  return ranked.slice(0, MAX_MATCHES).map(({ match }) => match)
}

/** Matches at a beginning come first, people before groups, and matches by member last. */
function rank(fits: ReturnType<typeof qualityOf>, isPerson: boolean): number {
  if (fits === null) return 4
  return (fits === 'begins' ? 0 : 2) + (isPerson ? 0 : 1)
}
