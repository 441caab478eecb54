/** Coming in by a link, and being kept out: decided in the room's one thread, so the last seat is taken once. */
import type { Caller } from '../../actor/rpc/caller'
import type { RoomRecord } from '../../actor/rpc/summary'
import { LIMITS } from '../../config'
import type { RoomBlock } from '../../directory/rooms/projection'
import { type Ban, type Invitation, newLinkCode, type Person, type Refused, refuse, type UserId } from '../../protocol'
import type { RoomContext } from '../context'
import { type BanKey, type EntryStore, isOpen, type LinkLimits } from '../store/entries'
import type { LinkRow } from '../store/schema'
import type { Members } from './members'
import { mayRemove } from './policy'

/** What somebody with a link sees before they come in. `picture` is a storage key. */
export interface Preview {
  room: number
  name: string
  description: string
  picture: string | null
  members: number
  is_member: boolean
}

export class Entry {
  readonly #context: RoomContext
  readonly #membership: Members
  readonly #doors: EntryStore

  constructor(context: RoomContext, membership: Members, doors: EntryStore) {
    this.#context = context
    this.#membership = membership
    this.#doors = doors
  }

  /** The open link. The first member to ask for one makes it; once an admin has revoked it, only an admin opens another. */
  link(caller: Caller): Invitation | Refused {
    const admitted = this.#context.admit(caller)
    if ('refused' in admitted) return admitted
    if (!admitted.room.is_group) return refuse('direct_room')
    const link = this.#doors.latestLink() ?? this.#open(caller, { expires_at: null, max_uses: null })
    return isOpen(link, Date.now()) ? this.#invitation(link, caller) : refuse('link_expired')
  }

  /** Opens a new link; the one before it ends. */
  openLink(caller: Caller, limits: LinkLimits): Invitation | Refused {
    const group = this.#membership.admitAdmin(caller)
    return 'refused' in group ? group : this.#invitation(this.#open(caller, limits), caller)
  }

  revokeLink(caller: Caller): true | Refused {
    const group = this.#membership.admitAdmin(caller)
    if ('refused' in group) return group
    this.#doors.revokeLink(Date.now())
    return true
  }

  /** `hidden`: see `publicFace`. */
  preview(caller: Caller, code: string, hidden: readonly UserId[]): Preview | Refused {
    const link = this.#admitByLink(caller, code)
    if ('refused' in link) return link
    const state = this.#context.publicPreview(hidden)
    if (!state) return refuse('not_found')
    return { ...state, is_member: this.#context.members.get(caller.id) !== undefined }
  }

  /** Lets the caller in; members are in already and use nothing up. */
  join(caller: Caller, code: string, blocks: readonly RoomBlock[]): RoomRecord | Refused {
    const { members } = this.#context
    const link = this.#admitByLink(caller, code)
    if ('refused' in link) return link
    if (members.get(caller.id)) return this.#membership.detail(caller)
    if (members.current().length >= LIMITS.members) return refuse('room_full')
    this.#doors.useLink(link.code)
    this.#membership.grant(caller, blocks)
    this.#context.sidebars.causedBy(caller.id)
    return this.#membership.detail(caller)
  }

  /** Those who are kept out. The directory knows what they are called: names are empty here. */
  bans(caller: Caller, limit: number = LIMITS.listMax, after: BanKey = [0, 0]): Ban[] | Refused {
    const group = this.#membership.admitAdmin(caller)
    if ('refused' in group) return group
    return this.#doors.bans(limit, after).map(({ user_id, banned_by, banned_at }) => ({
      user: { id: user_id, username: '', full_name: '', profile_pic: null },
      banned_by,
      banned_at: new Date(banned_at).toISOString(),
    }))
  }

  /** Keeps somebody out, and puts them out if they are in. */
  ban(caller: Caller, person: Person): Ban[] | Refused {
    const group = this.#membership.admitAdmin(caller)
    if ('refused' in group) return group
    if (person.id === caller.id) return refuse('yourself')
    const member = this.#context.members.get(person.id)
    if (member && !mayRemove(group.member.role, member.role)) {
      return refuse('forbidden', 'The owner cannot be banned.')
    }
    this.#membership.endInvite(person.id, 'withdrawn')
    this.#doors.ban({ user_id: person.id, banned_by: caller.id, banned_at: Date.now() })
    if (member) {
      this.#membership.revoke(member, false, caller.id)
      this.#context.sidebars.causedBy(caller.id)
    }
    return this.bans(caller)
  }

  unban(caller: Caller, user: UserId): true | Refused {
    const group = this.#membership.admitAdmin(caller)
    if ('refused' in group) return group
    return this.#doors.unban(user) ? true : refuse('not_found')
  }

  /** An open link for somebody who is not banned. A code that never was is as absent as anything unknown. */
  #admitByLink(caller: Caller, code: string): LinkRow | Refused {
    const { room } = this.#context
    const link = this.#doors.link(code)
    if (!room || room.deleted_at !== null || !link) return refuse('not_found')
    if (this.#doors.isBanned(caller.id)) return refuse('banned')
    return isOpen(link, Date.now()) || this.#context.members.get(caller.id) ? link : refuse('link_expired')
  }

  #open(caller: Caller, limits: LinkLimits): LinkRow {
    return this.#doors.openLink(newLinkCode(this.#context.id), caller.id, limits, this.#context.timeline.now())
  }

  #invitation({ code, expires_at, uses, max_uses }: LinkRow, { origin }: Caller): Invitation {
    return {
      room_id: this.#context.id,
      code,
      link: `${origin}/join/${code}`,
      expires_at: expires_at === null ? null : new Date(expires_at).toISOString(),
      uses,
      max_uses,
    }
  }
}
