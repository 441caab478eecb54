/** Erases a person's account from the room: their messages stay under a neutral name, and they leave. */
import { CLOSE } from '../../config'
import { ERASED_NAME, type UserId } from '../../protocol'
import type { Publisher } from '../outbound/publisher'
import type { RoomStores } from '../store/stores'
import type { Members } from './members'
import type { Profiles } from './profiles'

/** The profile of an erased account. Its version is the highest, so that no later change counts. */
const ERASED = { username: ERASED_NAME, full_name: ERASED_NAME, picture: null, version: Number.MAX_SAFE_INTEGER }

export interface ErasureParts {
  stores: RoomStores
  publisher: Publisher
  members: Members
  profiles: Profiles
}

export class Erasure {
  readonly #parts: ErasureParts

  constructor(parts: ErasureParts) {
    this.#parts = parts
  }

  /** A direct room stays for the peer. Former members are renamed too. Repeating it changes nothing. */
  erase(user: UserId): void {
    const { stores, publisher, members, profiles } = this.#parts
    const row = stores.members.everJoined(user)
    if (!stores.room.row || !row) return
    // The block views go first, so that everybody sees the neutral name.
    stores.blocks.removeAllOf(user)
    stores.invites.remove(user)
    publisher.close(user, CLOSE.sessionEnded, 'This account has been erased.')
    this.#removeDetails(user)
    // Renamed before they leave, so that the events of their leaving carry the neutral name.
    const renamed = profiles.update(row, { ...ERASED, id: user })
    if (renamed.left_at === null) members.depart(renamed)
  }

  /** Removes the user's reactions and the like, and publishes the messages that had one. */
  #removeDetails(user: UserId): void {
    const { publisher, stores } = this.#parts
    const { messages, messageDetails, timeline } = stores
    const changed = new Set(messageDetails.flatMap((details) => details.removeOf(user)))
    for (const id of changed) {
      const row = messages.get(id)
      if (row) publisher.reaction(messages.touch(row, timeline.next()))
    }
  }
}
