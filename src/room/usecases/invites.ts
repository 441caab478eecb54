/** Invites to former members who left a group by themselves: made, listed, withdrawn, declined and ended. */
import type { Caller } from '../../actor/rpc/caller'
import { type InviteStatus, isRefused, type Refused, type RoomInvite, refuse, type UserId } from '../../protocol'
import type { Announcements } from '../outbound/announcements'
import { iso } from '../presenters/time'
import type { RoomStores } from '../store/stores'
import type { Admission } from './admission'

export class Invites {
  readonly #stores: RoomStores
  readonly #admission: Admission
  readonly #announcements: Announcements

  constructor(stores: RoomStores, admission: Admission, announcements: Announcements) {
    this.#stores = stores
    this.#admission = admission
    this.#announcements = announcements
  }

  /** Open invites. The directory adds the names. */
  list(caller: Caller): RoomInvite[] | Refused {
    const admitted = this.#admission.admitAdmin(caller)
    if (isRefused(admitted)) return admitted
    return this.#stores.invites.allOpen().map(({ user_id, invited_by, invited_at }) => ({
      user: { id: user_id, username: '', full_name: '', profile_pic: null, is_bot: false },
      invited_by,
      invited_at: iso(invited_at),
    }))
  }

  /** Invites a former member. An open invite stays as it is. `now` is in milliseconds since 1970. */
  add(user: UserId, by: Caller, now: number): void {
    const { invites, members } = this.#stores
    const former = members.everJoined(user)
    if (!former || invites.getOpen(user)) return
    invites.save({ user_id: user, invited_by: by.id, invited_at: now, declined_at: null })
    this.#announcements.invited(former, by, now)
  }

  withdraw(caller: Caller, user: UserId): true | Refused {
    const admitted = this.#admission.admitAdmin(caller)
    if (isRefused(admitted)) return admitted
    return this.end(user, 'withdrawn') ? true : refuse('not_found')
  }

  decline(caller: Caller): true | Refused {
    if (!this.isOpen(caller.id)) return refuse('not_found')
    this.end(caller.id, 'declined')
    return true
  }

  /** Whether a user may accept or decline an invite to this room. */
  isOpen(user: UserId): boolean {
    return this.#stores.room.open !== undefined && this.#stores.invites.getOpen(user) !== undefined
  }

  /** Ends an open invite. @returns whether there was one */
  end(user: UserId, status: Exclude<InviteStatus, 'open'>): boolean {
    const { invites } = this.#stores
    const invite = invites.getOpen(user)
    if (!invite) return false
    if (status === 'declined') invites.save({ ...invite, declined_at: Date.now() })
    else invites.remove(user)
    this.#announcements.inviteEnded(user, status, invite.invited_at)
    return true
  }
}
