/** What becomes of somebody here whose account is erased: what they said stays, and they are gone. */
import { CLOSE } from '../../config'
import { ERASED_NAME, type UserId } from '../../protocol'
import type { RoomContext } from '../context'
import type { Members } from './members'
import type { Reactions } from './reactions'

export class Erasure {
  readonly #context: RoomContext
  readonly #membership: Members
  readonly #reacting: Reactions

  constructor(context: RoomContext, membership: Members, reacting: Reactions) {
    this.#context = context
    this.#membership = membership
    this.#reacting = reacting
  }

  /**
   * Takes their name and their reactions from everything here, and them out of the room as if they had left; a direct room stays for the
   * other. Former members are renamed too. Repeating it changes nothing.
   */
  erase(user: UserId): void {
    const { room, members } = this.#context
    const known = members.everJoined(user)
    if (!room || !known) return
    // Everybody sees what remains of them alike.
    this.#context.blocks.forget(user)
    this.#context.invites.remove(user)
    this.#context.closeSockets(user, CLOSE.sessionEnded, 'This account has been erased.')
    this.#reacting.erase(user)
    // First the name, then the going: whoever is told that they have gone is told by that name.
    const renamed = this.#context.updateProfile(known, { ...NOBODY, id: user })
    if (renamed.left_at === null) this.#membership.depart(renamed)
  }
}

/** Nothing that is told of them later counts. */
const NOBODY = { username: ERASED_NAME, full_name: ERASED_NAME, picture: null, version: Number.MAX_SAFE_INTEGER }
