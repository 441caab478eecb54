/** Gives and takes back reactions. A reaction is no edit: it makes nothing unread and notifies nobody. */
import type { Caller } from '../../actor/rpc/caller'
import { LIMITS } from '../../config'
import { isRefused, type MessageId, type Reaction, type Refused, refuse, type UserId } from '../../protocol'
import type { Publisher } from '../outbound/publisher'
import type { MessageRow } from '../store/schema'
import type { RoomStores } from '../store/stores'
import type { Admission } from './admission'

export class Reactions {
  readonly #stores: RoomStores
  readonly #admission: Admission
  readonly #publisher: Publisher

  constructor(stores: RoomStores, admission: Admission, publisher: Publisher) {
    this.#stores = stores
    this.#admission = admission
    this.#publisher = publisher
  }

  /** Whether a command changes nothing: the caller has given the reaction already, or has none to take back. */
  isRepeat(caller: Caller, id: MessageId, emoji: string, given: boolean): boolean {
    const found = this.#admission.find(caller, id)
    return !isRefused(found) && isGiven(this.#stores.reactions.of(found.row), emoji, caller.id) === given
  }

  /** Gives a reaction (`given`) or takes it back. A repeated command changes nothing and publishes nothing. */
  set(caller: Caller, id: MessageId, emoji: string, given: boolean): MessageRow | Refused {
    const found = this.#admission.find(caller, id)
    if (isRefused(found)) return found
    const { row } = found
    if (row.deleted_at !== null) return refuse('message_deleted')
    const refused = this.#admission.refusesWriting()
    if (refused) return refused
    const { reactions, messages, timeline } = this.#stores
    const present = reactions.of(row)
    if (isGiven(present, emoji, caller.id) === given) return row
    const tooMany = given && refusesMore(present, emoji, caller.id)
    if (tooMany) return tooMany
    const seq = timeline.next()
    if (given) reactions.add({ message_id: id, emoji, user_id: caller.id, seq })
    else reactions.remove(id, emoji, caller.id)
    const changed = messages.touch(row, seq)
    this.#publisher.reaction(changed)
    return changed
  }
}

const isGiven = (present: Reaction[], emoji: string, user: UserId): boolean =>
  present.some((each) => each.emoji === emoji && each.user_ids.includes(user))

function refusesMore(present: Reaction[], emoji: string, user: UserId): Refused | null {
  const isNew = present.every((each) => each.emoji !== emoji)
  if (isNew && present.length >= LIMITS.reactionsPerMessage) return refuse('too_many_reactions')
  const own = present.filter(({ user_ids }) => user_ids.includes(user)).length
  if (own < LIMITS.reactionsPerPerson) return null
  return refuse('too_many_reactions', `At most ${LIMITS.reactionsPerPerson} reactions of one person to a message.`)
}
