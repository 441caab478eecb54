/** Bans: a banned person is removed from the group and may not join it. */
import type { Caller } from '../../actor/rpc/caller'
import { LIMITS } from '../../config'
import { type Ban, isRefused, type Person, type Refused, refuse, type UserId } from '../../protocol'
import type { SidebarPush } from '../outbound/sidebar-push'
import { iso } from '../presenters/time'
import type { BanKey } from '../store/bans'
import type { RoomStores } from '../store/stores'
import type { Admission } from './admission'
import type { Invites } from './invites'
import type { Members } from './members'
import { mayRemove } from './policy'

export class Bans {
  readonly #stores: RoomStores
  readonly #admission: Admission
  readonly #invites: Invites
  readonly #members: Members
  readonly #sidebars: SidebarPush

  constructor(stores: RoomStores, admission: Admission, invites: Invites, members: Members, sidebars: SidebarPush) {
    this.#stores = stores
    this.#admission = admission
    this.#invites = invites
    this.#members = members
    this.#sidebars = sidebars
  }

  /** Oldest first; `after` is the key of the last ban of the page before. The directory adds the names. */
  list(caller: Caller, limit: number = LIMITS.listMax, after: BanKey = [0, 0]): Ban[] | Refused {
    const admitted = this.#admission.admitAdmin(caller)
    if (isRefused(admitted)) return admitted
    return this.#stores.bans.page(limit, after).map(({ user_id, banned_by, banned_at }) => ({
      user: { id: user_id, username: '', full_name: '', profile_pic: null, is_bot: false },
      banned_by,
      banned_at: iso(banned_at),
    }))
  }

  /** Bans a person, and removes them if they are a member. */
  add(caller: Caller, person: Person): Ban[] | Refused {
    const admitted = this.#admission.admitAdmin(caller)
    if (isRefused(admitted)) return admitted
    if (person.id === caller.id) return refuse('yourself')
    const member = this.#stores.members.get(person.id)
    if (member && !mayRemove(admitted.member.role, member.role)) {
      return refuse('forbidden', 'The owner cannot be banned.')
    }
    this.#invites.end(person.id, 'withdrawn')
    this.#stores.bans.add({ user_id: person.id, banned_by: caller.id, banned_at: Date.now() })
    if (member) {
      this.#members.revoke(member, false, caller.id)
      this.#sidebars.causedBy(caller.id)
    }
    return this.list(caller)
  }

  remove(caller: Caller, user: UserId): true | Refused {
    const admitted = this.#admission.admitAdmin(caller)
    if (isRefused(admitted)) return admitted
    return this.#stores.bans.remove(user) ? true : refuse('not_found')
  }
}
