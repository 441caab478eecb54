/** How names are compared, today and in earlier versions. */
import { caseless, fold } from '../../protocol'

export { caseless, fold }

/** The text that a person is searched by. */
export const searchKeyOf = (person: { username: string; first_name: string; last_name: string }): string =>
  fold(`${person.username} ${person.first_name} ${person.last_name}`)

/**
 * The fold of versions before `search_key` and `caseless`. Its columns are still written, and read where the new ones
 * are null.
 */
export const legacyFold = (text: string): string => text.normalize('NFKC').toLowerCase()

/**
 * SQL: the name of the user `u` contains the search text. Parameters are SQL expressions: the text's fold and its
 * legacy fold.
 */
export const nameMatches = (folded: string, former: string): string =>
  `(instr(u.search_key, ${folded}) OR (u.search_key IS NULL
     AND instr(u.username_key || ' ' || u.first_name_key || ' ' || u.last_name_key, ${former})))`

/** The same for a room of `rooms`. */
export const roomNameMatches = (folded: string, former: string): string =>
  `(instr(rooms.search_key, ${folded}) OR (rooms.search_key IS NULL AND instr(rooms.name_key, ${former})))`
