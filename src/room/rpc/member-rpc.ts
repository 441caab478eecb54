/** RPC about the room itself and its people. A change is answered when lists and directory have followed it. */
import type { Caller } from '../../actor/rpc/caller'
import type { RoomRecord } from '../../actor/rpc/summary'
import { TIMES } from '../../config'
import type { RoomBlock } from '../../directory/rooms/projection'
import {
  type Ban,
  type Hook,
  type Invitation,
  isRefused,
  type Participant,
  type Person,
  type Refused,
  type Role,
  type RoomInvite,
  type StorageUse,
  type UserId,
} from '../../protocol'
import type { BanKey } from '../store/bans'
import type { LinkLimits } from '../store/links'
import type { NewRoom, RoomPatch } from '../usecases/lifecycle'
import type { Preview } from '../usecases/links'
import type { ParticipantKey } from '../usecases/room-records'
import { RoomActor } from './room-actor'

export abstract class MemberRpc extends RoomActor {
  /** `blocks`: between the people of the plan. */
  create(caller: Caller, plan: NewRoom, blocks: RoomBlock[] = []): Promise<RoomRecord | Refused> {
    const { lifecycle, delivery } = this.parts
    return delivery.after(lifecycle.create(caller, plan, blocks), { projected: TIMES.directory })
  }

  detail(caller: Caller): RoomRecord | Refused {
    return this.parts.records.of(caller)
  }

  update(caller: Caller, patch: RoomPatch): Promise<RoomRecord | Refused> {
    return this.parts.delivery.after(this.parts.lifecycle.update(caller, patch))
  }

  async deleteRoom(caller: Caller): Promise<true | Refused> {
    const { lifecycle, sockets, delivery } = this.parts
    const refused = await sockets.leases.coverOrWait(caller.id, lifecycle.workOfDeleting(caller))
    return refused ?? delivery.after(lifecycle.delete(caller))
  }

  /** `blocks`: between these people, and between them and the members. */
  addMembers(caller: Caller, people: Person[], blocks: RoomBlock[] = []): Promise<RoomRecord | Refused> {
    return this.parts.delivery.after(this.parts.members.add(caller, people, blocks))
  }

  removeMember(caller: Caller, user: UserId): Promise<RoomRecord | Refused> {
    return this.parts.delivery.after(this.parts.members.remove(caller, user))
  }

  assignRole(caller: Caller, user: UserId, role: Extract<Role, 'admin' | 'member'>): Promise<RoomRecord | Refused> {
    return this.parts.delivery.after(this.parts.members.assign(caller, user, role))
  }

  leave(caller: Caller): Promise<true | Refused> {
    return this.parts.delivery.after(this.parts.members.leave(caller))
  }

  /** Longest-standing first; `after` is the key of the last participant of the page before. */
  participants(caller: Caller, limit?: number, after?: ParticipantKey): Participant[] | Refused {
    return this.parts.records.participants(caller, limit, after)
  }

  link(caller: Caller): Invitation | Refused {
    return this.parts.links.get(caller)
  }

  openLink(caller: Caller, limits: LinkLimits): Invitation | Refused {
    return this.parts.links.open(caller, limits)
  }

  revokeLink(caller: Caller): true | Refused {
    return this.parts.links.revoke(caller)
  }

  /** `blocks`: between the caller and the members. */
  preview(caller: Caller, code: string, blocks: RoomBlock[] = []): Preview | Refused {
    const hidden = blocks.flatMap(({ blocker, blocked }) => [blocker, blocked]).filter((id) => id !== caller.id)
    return this.parts.links.preview(caller, code, hidden)
  }

  join(caller: Caller, code: string, blocks: RoomBlock[] = []): Promise<RoomRecord | Refused> {
    return this.parts.delivery.after(this.parts.links.join(caller, code, blocks))
  }

  createHook(caller: Caller, name: string, hash: string): Hook | Refused {
    return this.parts.hooks.create(caller, name, hash)
  }

  hooks(caller: Caller): Hook[] | Refused {
    return this.parts.hooks.list(caller)
  }

  removeHook(caller: Caller, id: number): true | Refused {
    return this.parts.hooks.remove(caller, id)
  }

  listInvites(caller: Caller): RoomInvite[] | Refused {
    return this.parts.invites.list(caller)
  }

  withdrawInvite(caller: Caller, user: UserId): true | Refused {
    return this.parts.invites.withdraw(caller, user)
  }

  acceptInvite(caller: Caller, blocks: RoomBlock[]): Promise<RoomRecord | Refused> {
    return this.parts.delivery.after(this.parts.members.acceptInvite(caller, blocks))
  }

  declineInvite(caller: Caller): true | Refused {
    return this.parts.invites.decline(caller)
  }

  /** Oldest first; `after` is the key of the last ban of the page before. */
  bans(caller: Caller, limit?: number, after?: BanKey): Ban[] | Refused {
    return this.parts.bans.list(caller, limit, after)
  }

  ban(caller: Caller, person: Person): Promise<Ban[] | Refused> {
    return this.parts.delivery.after(this.parts.bans.add(caller, person))
  }

  unban(caller: Caller, user: UserId): true | Refused {
    return this.parts.bans.remove(caller, user)
  }

  /** The part of the room's quota that is used, for one of its members. */
  storageUse(caller: Caller): StorageUse | Refused {
    const admitted = this.parts.admission.admit(caller)
    return isRefused(admitted) ? admitted : this.parts.storage.use()
  }
}
