/** Who comes, who goes, who may what: every decision about a room's people, made in one thread. */

import { COSTS } from '../../actor/budget/costs'
import type { Caller } from '../../actor/rpc/caller'
import type { RoomRecord } from '../../actor/rpc/summary'
import { CLOSE, LIMITS } from '../../config'
import type { RoomBlock } from '../../directory/rooms/projection'
import {
  type InviteStatus,
  isAdmin,
  type Participant,
  type Person,
  type Refused,
  type Role,
  type RoomDown,
  refuse,
  type UserId,
  unreachable,
} from '../../protocol'
import type { RoomContext } from '../context'
import { participant } from '../presenters/message-view'
import type { EntryStore } from '../store/entries'
import { mayBeInvited, mustAccept } from '../store/invites'
import type { MemberRow, RoomRow } from '../store/schema'
import { mayAct, mayRemove } from './policy'

/** A room to be created. The first of the people is its creator, and owner if it is a group. */
export interface NewRoom {
  id: number
  is_group: boolean
  name: string
  description: string
  picture: string | null
  people: Person[]
}

/** Where somebody stands among the participants: when they came in (ms since 1970), and who they are. */
export type ParticipantKey = [joined_at: number, id: UserId]

export interface RoomPatch {
  name?: string | undefined
  description?: string | undefined
  picture?: string | null | undefined
}

export class Members {
  readonly #context: RoomContext
  readonly #doors: EntryStore

  constructor(context: RoomContext, doors: EntryStore) {
    this.#context = context
    this.#doors = doors
  }

  /** Creates the room, or finds it created already: repeating it changes nothing. */
  create(caller: Caller, plan: NewRoom, blocks: readonly RoomBlock[]): RoomRecord | Refused {
    const { members, timeline, sidebars } = this.#context
    if (!this.#context.room) {
      const now = timeline.now()
      const first = timeline.next()
      this.#context.save({
        id: plan.id,
        is_group: plan.is_group ? 1 : 0,
        name: plan.name,
        description: plan.description,
        picture: plan.picture,
        created_at: now,
        changed_seq: first,
        deleted_at: null,
      })
      this.#context.system.note('created', { by: caller.id })
      this.#context.attachments.pictureChanged(null, plan.picture)
      const rows = plan.people.map((person, place) => {
        const owner = plan.is_group && place === 0
        return members.grantTo(person, owner ? 'owner' : 'member', timeline.next(), now)
      })
      const ids = rows.map(({ user_id }) => user_id)
      if (plan.is_group) this.#context.blockUsecases.onJoin(ids, blocks)
      for (const row of plan.is_group ? rows.slice(1) : []) this.#context.announcements.invited(row, caller)
      this.#context.projection.changed(first)
      sidebars.changed()
    }
    return this.detail(caller)
  }

  detail(caller: Caller): RoomRecord | Refused {
    const admitted = this.#context.admit(caller)
    if ('refused' in admitted) return admitted
    const state = this.#context.summaryFor(caller.id)
    if ('gone' in state) return refuse('not_found')
    return {
      ...state,
      my_role: admitted.member.role,
      last_id: this.#context.messages.last()?.id ?? 0,
      participants: this.participants(caller),
    }
  }

  /** Everybody in the room, as the caller sees them; when they were last seen only the directory may say. */
  participants(caller: Caller, limit = Number.POSITIVE_INFINITY, after?: ParticipantKey): Participant[] {
    const { members, sockets, blockUsecases: blocking } = this.#context
    const blockView = blocking.blockViewOf(caller.id)
    const rows = members.current()
    const [joined_at, id] = after ?? [0, 0]
    // Whoever was last may have left meanwhile: then whoever came in later follows.
    const last = rows.findIndex((row) => row.user_id === id)
    const from = last >= 0 ? last + 1 : rows.findIndex((row) => row.joined_at > joined_at)
    return rows.slice(from < 0 ? rows.length : from, from + limit).map((row) => ({
      ...participant(blockView?.of(row) ?? row, caller.origin),
      online_status: sockets.has(row.user_id) && !blockView?.hides(row.user_id),
    }))
  }

  /** Renames a group, describes it, gives it a picture. */
  update(caller: Caller, patch: RoomPatch): RoomRecord | Refused {
    const group = this.admitAdmin(caller)
    if ('refused' in group) return group
    const { name = group.room.name, description = group.room.description, picture = group.room.picture } = patch
    const by = caller.id
    const told = [
      ...(name === group.room.name ? [] : [this.#context.system.note('renamed', { by, value: name })]),
      ...(description === group.room.description ? [] : [this.#context.system.note('described', { by })]),
      ...(picture === group.room.picture ? [] : [this.#context.system.note('pictured', { by })]),
    ]
    const room = { ...group.room, name, description, picture, changed_seq: this.#context.timeline.next() }
    this.#context.save(room)
    for (const tell of told) tell()
    this.#context.attachments.pictureChanged(group.room.picture, picture)
    this.#context.publish(this.roomFrame(room))
    this.#context.announcements.inviteBackAgain()
    this.#context.projection.changed(room.changed_seq)
    this.#context.sidebars.changed()
    this.#context.sidebars.causedBy(caller.id)
    return this.detail(caller)
  }

  /** Ends the room for everybody. What was said in it is gone. */
  remove(caller: Caller): true | Refused {
    const admitted = this.#context.admit(caller)
    if ('refused' in admitted) return admitted
    if (admitted.member.role !== 'owner') return refuse('owner_only')
    this.#context.sockets.leases.charge(caller.id, this.#context.members.current().length * COSTS.memberGone)
    this.#close(admitted.room)
    return true
  }

  /** The same, whoever the owner is; a room that is gone stays gone. */
  removeByStaff(): true {
    const { room } = this.#context
    if (room && room.deleted_at === null) this.#close(room)
    return true
  }

  add(caller: Caller, people: Person[], blocks: readonly RoomBlock[]): RoomRecord | Refused {
    const group = this.admitAdmin(caller)
    if ('refused' in group) return group
    const { members } = this.#context
    const newcomers = people.filter((person) => !members.get(person.id))
    if (newcomers.some((person) => this.#doors.isBanned(person.id))) {
      return refuse('banned', 'One of these people is banned from the room. Lift the ban first.')
    }
    if (members.current().length + newcomers.length > LIMITS.members) return refuse('room_full')
    const asked = newcomers.filter(({ id }) => mustAccept(members.everJoined(id)))
    const now = Date.now()
    const closed = asked.filter(({ id }) => !mayBeInvited(this.#context.invites.of(id), now))
    if (closed.length > 0) return unreachable('users', closed)
    for (const person of asked) this.#invite(person.id, caller, now)
    for (const person of newcomers) {
      if (!asked.includes(person)) this.#context.announcements.invited(this.grant(person, blocks, caller.id), caller)
    }
    this.#context.sidebars.causedBy(caller.id)
    const detail = this.detail(caller)
    return 'refused' in detail ? detail : { ...detail, invited: asked.map(({ id }) => id) }
  }

  /** Asks somebody who left whether they come back; who is asked already is not asked twice. */
  #invite(user: UserId, by: Caller, now: number): void {
    const { invites, members, announcements: news } = this.#context
    const known = members.everJoined(user)
    const before = invites.of(user)
    if (!known || before?.declined_at === null) return
    invites.put({ user_id: user, invited_by: by.id, invited_at: now, declined_at: null })
    news.inviteBack(known, by, now)
  }

  /** An invitation comes to its end. @returns whether there was one that was open */
  endInvite(user: UserId, how: Exclude<InviteStatus, 'open'>): boolean {
    const { invites, announcements: news } = this.#context
    const invite = invites.of(user)
    if (invite?.declined_at !== null) return false
    if (how === 'declined') invites.put({ ...invite, declined_at: Date.now() })
    else invites.remove(user)
    news.inviteEnded(user, how, invite.invited_at)
    return true
  }

  expel(caller: Caller, user: UserId): RoomRecord | Refused {
    const group = this.admitAdmin(caller)
    if ('refused' in group) return group
    const target = this.#context.members.get(user)
    if (!target) return refuse('not_found', 'This person is not a member of the room.')
    if (user === caller.id) return refuse('yourself', 'Leave the room instead of removing yourself.')
    if (!mayRemove(group.member.role, target.role)) return refuse('forbidden', 'The owner cannot be removed.')
    this.revoke(target, false, caller.id)
    this.#context.sidebars.causedBy(caller.id)
    return this.detail(caller)
  }

  /** The last person with rights hands them to the longest-standing member; the last person closes the room. */
  leave(caller: Caller): true | Refused {
    const admitted = this.#context.admit(caller)
    if ('refused' in admitted) return admitted
    if (!admitted.room.is_group) return refuse('direct_room')
    this.#context.sidebars.causedBy(caller.id)
    this.depart(admitted.member, true)
    return true
  }

  /** Sees a member out for good, and to it that somebody else then runs the group. `freely`: by their own will. */
  depart(member: MemberRow, freely = false): void {
    const { room, members } = this.#context
    if (!room) return
    this.revoke(member, freely)
    const heir = members.heir()
    if (!heir) this.#close(room)
    else if (room.is_group && (!members.hasAdmin() || member.role === 'owner')) {
      const next = members.current().find((row) => isAdmin(row.role)) ?? heir
      this.#promote(next, 'owner', null)
    }
  }

  assign(caller: Caller, user: UserId, role: 'admin' | 'member'): RoomRecord | Refused {
    const group = this.admitAdmin(caller)
    if ('refused' in group) return group
    const target = this.#context.members.get(user)
    if (!target) return refuse('not_found', 'This person is not a member of the room.')
    if (target.role === 'owner') return refuse('forbidden', 'The owner keeps every right.')
    if (target.role !== role) {
      this.#promote(target, role, caller)
      this.#context.sidebars.causedBy(caller.id)
    }
    return this.detail(caller)
  }

  #promote(member: MemberRow, role: Role, by: Caller | null): void {
    const tell = this.#context.system.note('role_changed', { user: member.user_id, by: by?.id ?? null, value: role })
    const row = this.#context.members.assign(member, role, this.#context.timeline.next())
    tell()
    this.#context.announceMember('member_updated', row)
    this.#context.announcements.roleChanged(row, by)
  }

  roomFrame(room: RoomRow): RoomDown {
    const { id, name: room_name, description, is_group } = room
    const group_image = this.#context.imageUrl(room.picture)
    return {
      type: 'room_updated',
      seq: room.changed_seq,
      room: { id, room_name, description, group_image, is_group: Boolean(is_group) },
    }
  }

  /** Lets somebody in, whose right to come has been established. `by`: who added them; null of those who come by themselves. */
  grant(person: Person, blocks: readonly RoomBlock[], by: UserId | null = null): MemberRow {
    const { members, timeline, blockUsecases: blocking } = this.#context
    this.endInvite(person.id, 'accepted')
    const tell = this.#context.system.note(by === null ? 'joined' : 'added', { user: person.id, by })
    const row = members.grantTo(person, 'member', timeline.next(), timeline.now())
    blocking.onJoin(
      [person.id],
      blocks.filter(({ blocker, blocked }) => [blocker, blocked].includes(person.id)),
    )
    this.#context.unread.forget(person.id)
    this.#context.sidebars.onJoin(person.id)
    tell()
    this.#context.announceMember('member_added', row)
    return row
  }

  /** Puts a member out. `freely`: by their own will; `by`: who removed them, if somebody did. */
  revoke(target: MemberRow, freely = false, by: UserId | null = null): void {
    const { members, timeline, projection: index, sidebars, unread } = this.#context
    const tell = this.#context.system.note(by === null ? 'left' : 'removed', { user: target.user_id, by })
    const row = members.revokeFrom(target, timeline.next(), timeline.now(), freely)
    unread.forget(row.user_id)
    // First out, then told: the one who is removed hears nothing of what follows.
    this.#context.closeSockets(row.user_id)
    tell()
    this.#context.publishPerViewer((blockView) => this.#context.removalFrame(row, blockView))
    index.changed(row.changed_seq)
    sidebars.changed()
  }

  #close(room: RoomRow): void {
    const { attachments, members, messages, timeline, projection: index, sidebars } = this.#context
    const now = timeline.now()
    const first = timeline.next()
    // Its name and description go with what was said: they are its members' words too.
    this.#context.save({ ...room, name: '', description: '', picture: null, deleted_at: now, changed_seq: first })
    attachments.pictureChanged(room.picture, null)
    attachments.releaseAll()
    for (const row of members.current()) {
      this.#context.closeSockets(row.user_id, CLOSE.roomGone, 'This room has been deleted.')
      members.revokeFrom(row, timeline.next(), now)
    }
    for (const { user_id } of this.#context.invites.open()) this.endInvite(user_id, 'withdrawn')
    messages.clear()
    members.readSteps.clear()
    this.#context.systemMessageStore.clear()
    this.#context.reactions.clear()
    this.#context.storage.recount()
    index.changed(first)
    sidebars.changed()
  }

  /** The group and the caller's membership, if they may run it. */
  admitAdmin(caller: Caller): { room: RoomRow; member: MemberRow } | Refused {
    const admitted = this.#context.admit(caller)
    if ('refused' in admitted) return admitted
    if (!admitted.room.is_group) return refuse('direct_room')
    return mayAct(admitted.member.role) ? admitted : refuse('admins_only')
  }
}
