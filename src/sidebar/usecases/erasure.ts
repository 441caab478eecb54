/**
 * Erases the owner from every place that names them, once the directory confirms that the account is erased: their rooms,
 * feed and uploads first, then lists and notifications of others. At the end the sidebar keeps only that it happened.
 */
import { feedStub, roomStub, sidebarStub, uploadsStub } from '../../actor/rpc/stubs'
import { migrate } from '../../actor/store/migrate'
import type { Deliver } from '../../actor/store/outbox'
import { TIMES } from '../../config'
import { isErased } from '../../directory/accounts/state'
import { readersOf, roomsEverJoined } from '../../directory/rooms/projection'
import type { RoomId, UserId } from '../../protocol'
import { migrations, snapshot } from '../store/migrations'
import type { OwnerStore } from '../store/owner'

/** What erasure needs of its sidebar. */
export interface ErasureHost {
  user: UserId
  /** Every room that is or was in the list. */
  everListed(): RoomId[]
  /** The directory confirmed the erasure: connections close, and viewers see the owner go offline. */
  onErased(): void
  enqueue(key: string, payload: unknown): void
  pending(key: string): unknown
}

interface AnnouncedErasure {
  /** When the erasure was announced, in milliseconds since 1970. */
  at: number
  /** Whether a picture has to be removed. */
  picture: boolean
  /** Users whose notifications may name the owner apart from any room. */
  notified?: UserId[]
}

/** An actor that has to forget the owner: a room, or the owner's own feed or uploads. */
interface ErasureTarget {
  room?: RoomId
  own?: 'feed' | 'uploads'
}

/** A user whose list and notifications may name the owner: because of a room, or of a request between the two (null). */
interface NamingUser {
  reader: UserId
  room: RoomId | null
}

export class Erasure {
  readonly #storage: DurableObjectStorage
  readonly #env: Env
  readonly #owner: OwnerStore
  readonly #host: ErasureHost
  #isErased: boolean | undefined

  constructor(storage: DurableObjectStorage, env: Env, owner: OwnerStore, host: ErasureHost) {
    this.#storage = storage
    this.#env = env
    this.#owner = owner
    this.#host = host
  }

  /** Whether the sidebar has learned that the account is erased. */
  get isErased(): boolean {
    this.#isErased ??= this.#owner.isErased
    return this.#isErased
  }

  /**
   * Asks the directory until it confirms the erasure, or until `TIMES.erasureTimeout` has passed without one. To be called
   * before the directory is written, so that no erasure lacks its consequences, and after, so that they follow at once.
   */
  announce(picture: boolean, notified: UserId[]): void {
    const before = (this.#host.pending('erasure:me') as AnnouncedErasure | undefined)?.notified ?? []
    const all = [...new Set([...before, ...notified])]
    this.#host.enqueue('erasure:me', { at: Date.now(), picture, notified: all } satisfies AnnouncedErasure)
  }

  /** Has a room forget the owner: also one that reports after the erasure, because it admitted the owner too late. */
  enqueueRoom(room: RoomId): void {
    this.#host.enqueue(`forget:${room}`, { room } satisfies ErasureTarget)
  }

  /** Delivers the outbox entries of this part, by the first word of their keys. */
  get recipients(): Record<string, Deliver> {
    return {
      erasure: (entry) => this.#confirm(entry as AnnouncedErasure),
      forget: (entry) => this.#forget(entry as ErasureTarget),
      unname: (entry) => this.#unname(entry as NamingUser),
    }
  }

  /** Deletes everything but the mark, by which late reports are answered. To be called when the outbox is empty. */
  async wipe(): Promise<void> {
    const wiped = this.#storage.deleteAll()
    // Within the same turn: no call ever finds a sidebar without its tables.
    migrate(this.#storage, migrations, snapshot)
    this.#mark()
    await wiped
  }

  async #confirm({ at, picture, notified = [] }: AnnouncedErasure): Promise<void> {
    const { user } = this.#host
    if (!(await isErased(this.#env.DIRECTORY, user))) {
      if (Date.now() - at < TIMES.erasureTimeout) throw new Error('Not erased yet')
      return
    }
    // The directory may know rooms that have not reported to the list yet.
    const rooms = new Set([...this.#host.everListed(), ...(await roomsEverJoined(this.#env.DIRECTORY, user))])
    this.#host.onErased()
    this.#mark()
    for (const room of rooms) this.enqueueRoom(room)
    for (const reader of notified) this.#enqueueUnnaming(reader, null)
    this.#host.enqueue('forget:feed', { own: 'feed' } satisfies ErasureTarget)
    if (picture) this.#host.enqueue('forget:uploads', { own: 'uploads' } satisfies ErasureTarget)
  }

  async #forget({ room, own }: ErasureTarget): Promise<void> {
    const { user } = this.#host
    if (room !== undefined) {
      await roomStub(this.#env, room).personErased(user)
      // After the room: a sidebar that asked it earlier would be answered with the name.
      for (const reader of await readersOf(this.#env.DIRECTORY, room, user)) this.#enqueueUnnaming(reader, room)
    } else if (own === 'feed') await feedStub(this.#env, user).erase()
    else await uploadsStub(this.#env, user).pictureChanged()
  }

  #enqueueUnnaming(reader: UserId, room: RoomId | null): void {
    this.#host.enqueue(`unname:${reader}:${room ?? 0}`, { reader, room } satisfies NamingUser)
  }

  async #unname({ reader, room }: NamingUser): Promise<void> {
    await sidebarStub(this.#env, reader).personErased(this.#host.user, room)
  }

  #mark(): void {
    this.#owner.markErased(Date.now())
    this.#isErased = true
  }
}
