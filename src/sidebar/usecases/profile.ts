/** What I am called and how I look, as far as I have been told, and which rooms have yet to take it over. */
import { roomStub } from '../../actor/rpc/stubs'
import type { Person, RoomId } from '../../protocol'

/** What a room is owed: not a name, but that it is told the one that I have when it is told. */
interface OwedName {
  room: RoomId
  /** In debts of an earlier release. */
  person?: Person
}

export class Profile {
  readonly #sql: SqlStorage
  readonly #env: Pick<Env, 'ROOMS'>
  readonly #owe: (room: RoomId) => void
  #person: Person | null | undefined

  constructor(sql: SqlStorage, env: Pick<Env, 'ROOMS'>, owe: (room: RoomId) => void) {
    this.#sql = sql
    this.#env = env
    this.#owe = owe
  }

  /** Takes over what I am called, unless something later is known. @returns whether it was news */
  changed({ id, username, full_name, picture, version }: Person): boolean {
    const known = this.#known()
    const person = { id, username, full_name, picture, version: version ?? known?.version ?? 0 }
    if (known && (person.version < (known.version ?? 0) || isSame(person, known))) return false
    // Who opens a list for the first time has been called this way all along: rooms have it from the directory.
    if (!known && person.version === 0 && version !== undefined) return false
    this.#sql.exec(
      `INSERT INTO me (user_id, online, last_seen, shown_at, person) VALUES (?1, 0, 0, 0, ?2)
       ON CONFLICT (user_id) DO UPDATE SET person = excluded.person`,
      id,
      JSON.stringify(person),
    )
    this.#person = person
    return true
  }

  tell(rooms: Iterable<RoomId>): void {
    for (const room of rooms) this.#owe(room)
  }

  /** A room that let me in, or was made, while I was renamed may have the name before: it is told as well. */
  isKnownAs(room: RoomId, version: number | undefined): void {
    const known = this.#known()
    if (known && version !== undefined && version < (known.version ?? 0)) this.#owe(room)
  }

  /** Pays a debt. */
  async deliver(owed: unknown): Promise<void> {
    const { room, person: owedThen } = owed as OwedName
    const person = this.#known() ?? owedThen
    if (person) await roomStub(this.#env, room).personChanged(person)
  }

  #known(): Person | null {
    if (this.#person === undefined) {
      const [row] = this.#sql.exec<{ person: string | null }>('SELECT person FROM me').toArray()
      this.#person = row?.person ? (JSON.parse(row.person) as Person) : null
    }
    return this.#person
  }
}

const isSame = (a: Person, b: Person): boolean => JSON.stringify(a) === JSON.stringify(b)
