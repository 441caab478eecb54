/** Adds, removes and promotes members. The room decides in one thread, so its last place is given to one person. */
import type { Caller } from '../../actor/rpc/caller'
import type { RoomRecord } from '../../actor/rpc/summary'
import { LIMITS } from '../../config'
import type { RoomBlock } from '../../directory/rooms/projection'
import {
  isAdmin,
  isRefused,
  type Person,
  type Refused,
  type Role,
  refuse,
  type UserId,
  unreachable,
} from '../../protocol'
import type { Announcements } from '../outbound/announcements'
import type { DirectoryProjection } from '../outbound/directory-projection'
import type { Publisher } from '../outbound/publisher'
import type { SidebarPush } from '../outbound/sidebar-push'
import { mayBeInvited, mustAccept } from '../store/invites'
import type { MemberRow } from '../store/schema'
import type { RoomStores } from '../store/stores'
import type { Admission } from './admission'
import type { Blocks } from './blocks'
import type { Invites } from './invites'
import type { Lifecycle } from './lifecycle'
import { mayRemove } from './policy'
import type { RoomRecords } from './room-records'
import type { SystemMessages } from './system-messages'

export interface MemberParts {
  stores: RoomStores
  admission: Admission
  records: RoomRecords
  blocks: Blocks
  invites: Invites
  lifecycle: Lifecycle
  systemMessages: SystemMessages
  publisher: Publisher
  announcements: Announcements
  sidebars: SidebarPush
  projection: DirectoryProjection
}

export class Members {
  readonly #parts: MemberParts

  constructor(parts: MemberParts) {
    this.#parts = parts
  }

  /** Adds people, and invites those who left by themselves. `blocks`: between these people, and between them and members. */
  add(caller: Caller, people: Person[], blocks: readonly RoomBlock[]): RoomRecord | Refused {
    const { stores, admission, invites, announcements, sidebars, records } = this.#parts
    const { members, bans } = stores
    const admitted = admission.admitAdmin(caller)
    if (isRefused(admitted)) return admitted
    const newcomers = people.filter((person) => !members.get(person.id))
    if (newcomers.some((person) => bans.has(person.id))) {
      return refuse('banned', 'One of these people is banned from the room. Lift the ban first.')
    }
    if (members.current().length + newcomers.length > LIMITS.members) return refuse('room_full')
    const invited = newcomers.filter(({ id }) => mustAccept(members.everJoined(id)))
    const now = Date.now()
    const declined = invited.filter(({ id }) => !mayBeInvited(stores.invites.get(id), now))
    if (declined.length > 0) return unreachable('users', declined)
    for (const person of invited) invites.add(person.id, caller, now)
    for (const person of newcomers) {
      if (!invited.includes(person)) announcements.added(this.grant(person, blocks, caller.id), caller)
    }
    sidebars.causedBy(caller.id)
    const record = records.of(caller)
    return isRefused(record) ? record : { ...record, invited: invited.map(({ id }) => id) }
  }

  /** The caller accepts an invite. A caller without one gets no hint that the room exists. */
  acceptInvite(caller: Caller, blocks: readonly RoomBlock[]): RoomRecord | Refused {
    const { stores, invites, records } = this.#parts
    if (!invites.isOpen(caller.id)) return refuse('not_found')
    if (stores.members.current().length >= LIMITS.members) return refuse('room_full')
    this.grant(caller, blocks)
    return records.of(caller)
  }

  remove(caller: Caller, user: UserId): RoomRecord | Refused {
    const { stores, admission, sidebars, records } = this.#parts
    const admitted = admission.admitAdmin(caller)
    if (isRefused(admitted)) return admitted
    const target = stores.members.get(user)
    if (!target) return refuse('not_found', 'This person is not a member of the room.')
    if (user === caller.id) return refuse('yourself', 'Leave the room instead of removing yourself.')
    if (!mayRemove(admitted.member.role, target.role)) return refuse('forbidden', 'The owner cannot be removed.')
    this.revoke(target, false, caller.id)
    sidebars.causedBy(caller.id)
    return records.of(caller)
  }

  leave(caller: Caller): true | Refused {
    const admitted = this.#parts.admission.admit(caller)
    if (isRefused(admitted)) return admitted
    if (!admitted.room.is_group) return refuse('direct_room')
    this.#parts.sidebars.causedBy(caller.id)
    this.depart(admitted.member, true)
    return true
  }

  /**
   * Removes a member for good. The longest-standing admin, or else the longest-standing member, becomes the owner of a group
   * that has lost its owner or its last admin; a room without members is closed. `freely`: the member left by themselves.
   */
  depart(member: MemberRow, freely = false): void {
    const { stores, lifecycle } = this.#parts
    const room = stores.room.row
    if (!room) return
    const { members } = stores
    this.revoke(member, freely)
    const heir = members.heir()
    if (!heir) lifecycle.close(room)
    else if (room.is_group && (!members.hasAdmin() || member.role === 'owner')) {
      const next = members.current().find((row) => isAdmin(row.role)) ?? heir
      this.#promote(next, 'owner', null)
    }
  }

  assign(caller: Caller, user: UserId, role: 'admin' | 'member'): RoomRecord | Refused {
    const { stores, admission, sidebars, records } = this.#parts
    const admitted = admission.admitAdmin(caller)
    if (isRefused(admitted)) return admitted
    const target = stores.members.get(user)
    if (!target) return refuse('not_found', 'This person is not a member of the room.')
    if (target.role === 'owner') return refuse('forbidden', 'The owner keeps every right.')
    if (target.role !== role) {
      this.#promote(target, role, caller)
      sidebars.causedBy(caller.id)
    }
    return records.of(caller)
  }

  #promote(member: MemberRow, role: Role, by: Caller | null): void {
    const { stores, systemMessages, announcements } = this.#parts
    const publish = systemMessages.add('role_changed', { user: member.user_id, by: by?.id ?? null, value: role })
    const row = stores.members.assign(member, role, stores.timeline.next())
    publish()
    this.#changed('member_updated', row)
    announcements.roleChanged(row, by)
  }

  /**
   * Makes a person a member whose right to join has been checked. `by`: the member who added them; null when they joined by
   * themselves.
   */
  grant(person: Person, blocks: readonly RoomBlock[], by: UserId | null = null): MemberRow {
    const { stores, invites, systemMessages, sidebars } = this.#parts
    const { members, timeline } = stores
    invites.end(person.id, 'accepted')
    const publish = systemMessages.add(by === null ? 'joined' : 'added', { user: person.id, by })
    const row = members.grantTo(person, 'member', timeline.next(), timeline.now())
    const own = blocks.filter(({ blocker, blocked }) => [blocker, blocked].includes(person.id))
    this.#parts.blocks.onJoin([person.id], own)
    stores.unread.forget(person.id)
    sidebars.onJoin(person.id)
    publish()
    this.#changed('member_added', row)
    return row
  }

  /** Removes a member. `freely`: they left by themselves; `by`: the member who removed them. */
  revoke(target: MemberRow, freely = false, by: UserId | null = null): void {
    const { stores, systemMessages, publisher, projection, sidebars } = this.#parts
    const { members, timeline, unread } = stores
    const publish = systemMessages.add(by === null ? 'left' : 'removed', { user: target.user_id, by })
    const row = members.revokeFrom(target, timeline.next(), timeline.now(), freely)
    unread.forget(row.user_id)
    // Closed before anything is published: the removed member receives nothing of what follows.
    publisher.close(row.user_id)
    publish()
    publisher.removal(row)
    projection.changed(row.changed_seq)
    sidebars.changed()
  }

  #changed(type: 'member_added' | 'member_updated', row: MemberRow): void {
    const { publisher, projection, sidebars } = this.#parts
    publisher.member(type, row)
    projection.changed(row.changed_seq)
    sidebars.changed()
  }
}
