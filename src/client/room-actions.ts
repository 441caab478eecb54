/** What can be done in a room by REST, open or not. What it changes comes back through the sockets. */
import type * as z from 'zod'
import type {
  Ban,
  Invitation,
  LinkBody,
  Message,
  MyRoomBody,
  ReadStatus,
  RoomDetail,
  RoomInList,
  Version,
} from '../protocol'
import { withFiles } from './auth'
import type { Api, Part } from './http'

export class RoomActions {
  readonly id: number
  protected readonly api: Api

  constructor(id: number, api: Api) {
    this.id = id
    this.api = api
  }

  // Messages

  edit(message: number, text: string): Promise<Message> {
    return this.api.patch(this.path(`messages/${message}/`), { content: text })
  }

  delete(message: number): Promise<void> {
    return this.api.delete(this.path(`messages/${message}/`))
  }

  /** Earlier texts of an edited message, oldest first. */
  history(message: number): Promise<Version[]> {
    return this.api.get(this.path(`messages/${message}/history/`))
  }

  /** Everybody who has read a message. */
  readers(message: number): Promise<ReadStatus[]> {
    return this.api.get(this.path(`messages/${message}/message_read_status/`))
  }

  /** Messages of this room that contain `text`, newest first. */
  search(text: string): Promise<Part<Message>> {
    return this.api.list(this.path('messages/'), { search: text })
  }

  // The room

  detail(): Promise<RoomDetail> {
    return this.api.get(this.path())
  }

  /** For admins. An image goes as `group_image`. */
  update(changes: { room_name?: string; description?: string; group_image?: Blob | null }): Promise<RoomDetail> {
    return this.api.patch(this.path(), withFiles(changes))
  }

  /** My own view of the room: whether it is muted or pinned, and what I call it. */
  setMine(changes: z.input<typeof MyRoomBody>): Promise<RoomInList> {
    return this.api.patch(this.path('me/'), changes)
  }

  leave(): Promise<void> {
    return this.api.post(this.path('leave_room/'))
  }

  /** For its owner: deletes the room with everything in it. */
  deleteRoom(): Promise<void> {
    return this.api.delete(this.path())
  }

  // Its people: for admins

  addMembers(users: number[]): Promise<RoomDetail> {
    return this.api.post(this.path('add_members/'), { users })
  }

  removeMember(user_id: number): Promise<RoomDetail> {
    return this.api.post(this.path('remove_member/'), { user_id })
  }

  setAdmin(user_id: number, isAdmin: boolean): Promise<RoomDetail> {
    return this.api.post(this.path(isAdmin ? 'assign_admin/' : 'revoke_admin/'), { user_id })
  }

  /** Removes somebody who then cannot come back by a link. */
  ban(user_id: number): Promise<Ban> {
    return this.api.post(this.path('bans/'), { user_id })
  }

  unban(user_id: number): Promise<Ban> {
    return this.api.delete(this.path(`bans/${user_id}/`))
  }

  bans(): Promise<Ban[]> {
    return this.api.get(this.path('bans/'))
  }

  invitation(): Promise<Invitation> {
    return this.api.get(this.path('shareable_link/'))
  }

  createInvitation(limits: z.input<typeof LinkBody> = {}): Promise<Invitation> {
    return this.api.post(this.path('shareable_link/'), limits)
  }

  revokeInvitation(): Promise<void> {
    return this.api.delete(this.path('shareable_link/'))
  }

  protected path(rest = ''): string {
    return `/chatrooms/${this.id}/${rest}`
  }
}
