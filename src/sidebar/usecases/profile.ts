/** Keeps the owner's public names and picture, and has rooms take over a change. */
import { roomStub } from '../../actor/rpc/stubs'
import type { Person, RoomId } from '../../protocol'
import type { OwnerStore } from '../store/owner'

/** The outbox entry of a room that may have older names: it carries none, and delivery reads the newest. */
export interface ProfileEntry {
  room: RoomId
}

export class OwnerProfile {
  readonly #env: Pick<Env, 'ROOMS'>
  readonly #owner: OwnerStore
  readonly #enqueue: (room: RoomId) => void
  #person: Person | null | undefined

  /** `enqueue` makes the outbox entry for a room. */
  constructor(env: Pick<Env, 'ROOMS'>, owner: OwnerStore, enqueue: (room: RoomId) => void) {
    this.#env = env
    this.#owner = owner
    this.#enqueue = enqueue
  }

  /** Stores names and picture unless a later version is stored. @returns whether anything changed */
  update({ id, username, full_name, picture, version }: Person): boolean {
    const stored = this.#stored()
    const person = { id, username, full_name, picture, version: version ?? stored?.version ?? 0 }
    if (stored && (person.version < (stored.version ?? 0) || isSame(person, stored))) return false
    // Version 0 is what the directory gave to the rooms: a first connection with it changes nothing.
    if (!stored && person.version === 0 && version !== undefined) return false
    this.#owner.setPerson(person)
    this.#person = person
    return true
  }

  enqueueFor(rooms: Iterable<RoomId>): void {
    for (const room of rooms) this.#enqueue(room)
  }

  /** A room reported which version it has. One that was joined, or made, during a rename may have the version before. */
  onVersionReported(room: RoomId, version: number | undefined): void {
    const stored = this.#stored()
    if (stored && version !== undefined && version < (stored.version ?? 0)) this.#enqueue(room)
  }

  /** The newest names and picture; null if they never changed. */
  get person(): Person | null {
    return this.#stored()
  }

  async deliver({ room }: ProfileEntry): Promise<void> {
    const person = this.#stored()
    if (person) await roomStub(this.#env, room).personChanged(person)
  }

  #stored(): Person | null {
    if (this.#person === undefined) this.#person = this.#owner.person
    return this.#person
  }
}

const isSame = (a: Person, b: Person): boolean => JSON.stringify(a) === JSON.stringify(b)
