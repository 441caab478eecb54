/**
 * The end of a person: when the directory says that their account is erased, every room of theirs, their feed and their
 * uploads are told, then everybody whose list or notifications may name them. When all know it, nothing is kept here but
 * that it happened.
 */

import { feedStub, roomStub, sidebarStub, uploadsStub } from '../../actor/rpc/stubs'
import { migrate } from '../../actor/store/migrate'
import type { Deliver } from '../../actor/store/outbox'
import { TIMES } from '../../config'
import { isErased } from '../../directory/accounts/state'
import { readersOf, roomsEverJoined } from '../../directory/rooms/projection'
import type { RoomId, UserId } from '../../protocol'
import { migrations } from '../store/migrations'

/** What it needs of its sidebar. */
export interface ErasureHost {
  user: UserId
  /** Every room that was ever in the list. */
  rooms(): RoomId[]
  /** The directory has confirmed it: what is open closes, and the others see the person go. */
  onErased(): void
  owe(key: string, payload: unknown): void
  owed(key: string): unknown
}

interface Announced {
  /** When the account was about to be erased (ms since 1970). */
  at: number
  /** Whether there is a picture to remove. */
  picture: boolean
  /** Whose notifications may name the person apart from any room. */
  notified?: UserId[]
}

/** Whoever is to forget the person: a room, or what belongs to them alone. */
interface ErasureTarget {
  room?: RoomId
  own?: 'feed' | 'uploads'
}

/** Whose list and notifications may name the person: because of a room, or of a request between the two. */
interface Reader {
  reader: UserId
  room: RoomId | null
}

export class Erasure {
  readonly #storage: DurableObjectStorage
  readonly #env: Env
  readonly #person: ErasureHost
  #isOver: boolean | undefined

  constructor(storage: DurableObjectStorage, env: Env, person: ErasureHost) {
    this.#storage = storage
    this.#env = env
    this.#person = person
  }

  /** Whether the person is known to be gone. */
  get isErased(): boolean {
    this.#isOver ??= this.#storage.sql.exec('SELECT 1 FROM me WHERE erased_at IS NOT NULL').toArray().length > 0
    return this.#isOver
  }

  /**
   * Asks the directory from now on, until it says that the account is erased or it is clear that nothing came of it.
   * Called before the directory is written, so that an erasure is never without its consequences, and after, so that
   * they follow at once.
   */
  announce(picture: boolean, notified: UserId[]): void {
    const before = (this.#person.owed('erasure:me') as Announced | undefined)?.notified ?? []
    const all = [...new Set([...before, ...notified])]
    this.#person.owe('erasure:me', { at: Date.now(), picture, notified: all } satisfies Announced)
  }

  /** A room still has the person: it is told as well. */
  tell(room: RoomId): void {
    this.#person.owe(`forget:${room}`, { room } satisfies ErasureTarget)
  }

  /** How the debts above are paid. */
  get recipients(): Record<string, Deliver> {
    return {
      erasure: (debt) => this.#ask(debt as Announced),
      forget: (debt) => this.#forget(debt as ErasureTarget),
      unname: (debt) => this.#unname(debt as Reader),
    }
  }

  /** Keeps nothing but that it happened, so that a room that was late is told too. To be called when nothing is owed. */
  async wipe(): Promise<void> {
    const wiped = this.#storage.deleteAll()
    // Within the same turn: nobody ever meets a sidebar without its tables.
    migrate(this.#storage, migrations)
    this.#mark()
    await wiped
  }

  async #ask({ at, picture, notified = [] }: Announced): Promise<void> {
    const { user } = this.#person
    if (!(await isErased(this.#env.DIRECTORY, user))) {
      if (Date.now() - at < TIMES.erasureTimeout) throw new Error('Not erased yet')
      return
    }
    // The list, and what the directory knows of rooms that have not told the list yet.
    const rooms = new Set([...this.#person.rooms(), ...(await roomsEverJoined(this.#env.DIRECTORY, user))])
    this.#person.onErased()
    this.#mark()
    for (const room of rooms) this.tell(room)
    for (const reader of notified) this.#oweUnnaming(reader, null)
    this.#person.owe('forget:feed', { own: 'feed' } satisfies ErasureTarget)
    if (picture) this.#person.owe('forget:uploads', { own: 'uploads' } satisfies ErasureTarget)
  }

  async #forget({ room, own }: ErasureTarget): Promise<void> {
    const { user } = this.#person
    if (room !== undefined) {
      await roomStub(this.#env, room).personErased(user)
      // Only now: asked before, the room would answer with the name.
      for (const reader of await readersOf(this.#env.DIRECTORY, room, user)) this.#oweUnnaming(reader, room)
    } else if (own === 'feed') await feedStub(this.#env, user).erase()
    else await uploadsStub(this.#env, user).pictureChanged()
  }

  #oweUnnaming(reader: UserId, room: RoomId | null): void {
    this.#person.owe(`unname:${reader}:${room ?? 0}`, { reader, room } satisfies Reader)
  }

  async #unname({ reader, room }: Reader): Promise<void> {
    await sidebarStub(this.#env, reader).personErased(this.#person.user, room)
  }

  #mark(): void {
    this.#storage.sql.exec(
      `INSERT INTO me (user_id, online, last_seen, shown_at, erased_at) VALUES (?, 0, 0, 0, ?)
       ON CONFLICT (user_id) DO UPDATE SET erased_at = coalesce(erased_at, excluded.erased_at)`,
      this.#person.user,
      Date.now(),
    )
    this.#isOver = true
  }
}
