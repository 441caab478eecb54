/** Creates, renames, describes and deletes a room. */
import { COSTS } from '../../actor/budget/costs'
import type { Caller } from '../../actor/rpc/caller'
import type { RoomRecord } from '../../actor/rpc/summary'
import { CLOSE } from '../../config'
import type { RoomBlock } from '../../directory/rooms/projection'
import { isRefused, type Person, type Refused, refuse } from '../../protocol'
import type { Announcements } from '../outbound/announcements'
import type { Attachments } from '../outbound/attachments'
import type { DirectoryProjection } from '../outbound/directory-projection'
import type { Publisher } from '../outbound/publisher'
import type { RoomSockets } from '../outbound/room-sockets'
import type { SidebarPush } from '../outbound/sidebar-push'
import type { RoomStorage } from '../outbound/storage'
import type { RoomRow } from '../store/schema'
import type { RoomStores } from '../store/stores'
import type { Admission } from './admission'
import type { Blocks } from './blocks'
import type { Invites } from './invites'
import type { RoomRecords } from './room-records'
import type { SystemMessages } from './system-messages'

/** A room to be created. The first person is its creator, and the owner of a group. */
export interface NewRoom {
  id: number
  is_group: boolean
  name: string
  description: string
  picture: string | null
  people: Person[]
}

export interface RoomPatch {
  name?: string | undefined
  description?: string | undefined
  picture?: string | null | undefined
}

export interface LifecycleParts {
  stores: RoomStores
  admission: Admission
  records: RoomRecords
  blocks: Blocks
  invites: Invites
  systemMessages: SystemMessages
  attachments: Attachments
  storage: RoomStorage
  publisher: Publisher
  sockets: RoomSockets
  announcements: Announcements
  sidebars: SidebarPush
  projection: DirectoryProjection
}

export class Lifecycle {
  readonly #parts: LifecycleParts

  constructor(parts: LifecycleParts) {
    this.#parts = parts
  }

  /** Creates the room. Repeating it changes nothing. `blocks`: between the people of the plan. */
  create(caller: Caller, plan: NewRoom, blocks: readonly RoomBlock[]): RoomRecord | Refused {
    const { stores, records, systemMessages, attachments, announcements, projection, sidebars } = this.#parts
    const { room, members, timeline } = stores
    if (!room.row) {
      const now = timeline.now()
      const first = timeline.next()
      const { people, is_group, ...columns } = plan
      room.save({ ...columns, is_group: is_group ? 1 : 0, created_at: now, changed_seq: first, deleted_at: null })
      systemMessages.add('created', { by: caller.id })
      attachments.pictureChanged(null, plan.picture)
      const rows = people.map((person, index) =>
        members.grantTo(person, is_group && index === 0 ? 'owner' : 'member', timeline.next(), now),
      )
      const ids = rows.map(({ user_id }) => user_id)
      if (is_group) this.#parts.blocks.onJoin(ids, blocks)
      for (const row of is_group ? rows.slice(1) : []) announcements.added(row, caller)
      projection.changed(first)
      sidebars.changed()
    }
    return records.of(caller)
  }

  update(caller: Caller, patch: RoomPatch): RoomRecord | Refused {
    const { stores, admission, systemMessages, attachments, publisher, announcements, projection, sidebars } =
      this.#parts
    const admitted = admission.admitAdmin(caller)
    if (isRefused(admitted)) return admitted
    const before = admitted.room
    const { name = before.name, description = before.description, picture = before.picture } = patch
    const by = caller.id
    const publishers = [
      ...(name === before.name ? [] : [systemMessages.add('renamed', { by, value: name })]),
      ...(description === before.description ? [] : [systemMessages.add('described', { by })]),
      ...(picture === before.picture ? [] : [systemMessages.add('pictured', { by })]),
    ]
    const room = { ...before, name, description, picture, changed_seq: stores.timeline.next() }
    stores.room.save(room)
    for (const publish of publishers) publish()
    attachments.pictureChanged(before.picture, picture)
    publisher.room(room)
    announcements.refreshInvites()
    projection.changed(room.changed_seq)
    sidebars.changed()
    sidebars.causedBy(caller.id)
    return this.#parts.records.of(caller)
  }

  /** The work of deleting the room, in units; 0 for callers who may not. */
  workOfDeleting(caller: Caller): number {
    const { members } = this.#parts.stores
    return members.get(caller.id)?.role === 'owner' ? members.current().length * COSTS.memberGone : 0
  }

  /** Deletes the room with its messages, for everybody. */
  delete(caller: Caller): true | Refused {
    const admitted = this.#parts.admission.admit(caller)
    if (isRefused(admitted)) return admitted
    if (admitted.member.role !== 'owner') return refuse('owner_only')
    this.#parts.sockets.leases.charge(caller.id, this.workOfDeleting(caller))
    this.close(admitted.room)
    return true
  }

  /** The same without an owner's consent. A room that is gone stays gone. */
  deleteByStaff(): true {
    const room = this.#parts.stores.room.open
    if (room) this.close(room)
    return true
  }

  /** Removes every member and everything stored, and keeps the room's row and the members' rows. */
  close(room: RoomRow): void {
    const { stores, attachments, invites, storage, publisher, projection, sidebars } = this.#parts
    const { members, messages, timeline } = stores
    const now = timeline.now()
    const first = timeline.next()
    // Name and description were written by members, as messages are: they go with them.
    stores.room.save({ ...room, name: '', description: '', picture: null, deleted_at: now, changed_seq: first })
    attachments.pictureChanged(room.picture, null)
    attachments.releaseAll()
    for (const row of members.current()) {
      publisher.close(row.user_id, CLOSE.roomGone, 'This room has been deleted.')
      members.revokeFrom(row, timeline.next(), now)
    }
    for (const { user_id } of stores.invites.allOpen()) invites.end(user_id, 'withdrawn')
    messages.clear()
    members.readSteps.clear()
    stores.systemMessages.clear()
    stores.hooks.clear()
    for (const details of stores.messageDetails) details.clear()
    storage.recount()
    publisher.roomDeleted(first)
    projection.changed(first)
    sidebars.changed()
  }
}
