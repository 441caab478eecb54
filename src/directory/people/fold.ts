/** How the directory's names are compared, and how they were before. */
import { caseless, fold } from '../../protocol'

export { caseless, fold }

/** What a person is searched by. */
export const searchKeyOf = (person: { username: string; first_name: string; last_name: string }): string =>
  fold(`${person.username} ${person.first_name} ${person.last_name}`)

/** The fold of versions before `search_key` and `caseless`: their columns are still written, and read where those are not. */
export const legacyFold = (text: string): string => text.normalize('NFKC').toLowerCase()

/** The condition that a person of `u` is called like what was searched for. Both are SQL expressions: its fold, its former fold. */
export const nameMatches = (folded: string, former: string): string =>
  `(instr(u.search_key, ${folded}) OR (u.search_key IS NULL
     AND instr(u.username_key || ' ' || u.first_name_key || ' ' || u.last_name_key, ${former})))`

/** The same of a room of `rooms`. */
export const roomNameMatches = (folded: string, former: string): string =>
  `(instr(rooms.search_key, ${folded}) OR (rooms.search_key IS NULL AND instr(rooms.name_key, ${former})))`
