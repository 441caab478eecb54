/** REST calls of a room, which also work while it is closed. Open rooms see the changes by their sockets. */
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
} from '../../protocol'
import type { Api, Part } from '../http/api'
import { withFiles } from '../http/form'

export class RoomActions {
  declare readonly id: number
  declare protected readonly api: Api

  constructor(id: number, api: Api) {
    this.id = id
    this.api = api
  }

  // Messages

  edit(message: number, text: string): Promise<Message> {
    return this.#change('PATCH', `${message}/`, { content: text })
  }

  /** Sets the description of the image on the user's own message. An empty text removes it. */
  describe(message: number, alt: string): Promise<Message> {
    return this.#change('PATCH', `${message}/`, { image_alt: alt })
  }

  /** Reacts with one emoji. */
  react(message: number, emoji: string): Promise<Message> {
    return this.#change('PUT', `${message}/reactions/${encodeURIComponent(emoji)}/`)
  }

  unreact(message: number, emoji: string): Promise<Message> {
    return this.#change('DELETE', `${message}/reactions/${encodeURIComponent(emoji)}/`)
  }

  delete(message: number): Promise<void> {
    return this.ask('DELETE', `messages/${message}/`)
  }

  /** Earlier texts of an edited message, oldest first. */
  history(message: number): Promise<Version[]> {
    return this.ask('GET', `messages/${message}/history/`)
  }

  /** All readers of a message. */
  readers(message: number): Promise<ReadStatus[]> {
    return this.ask('GET', `messages/${message}/message_read_status/`)
  }

  /** Messages of this room that contain `text`, newest first. */
  search(text: string): Promise<Part<Message>> {
    return this.api.list(this.path('messages/'), { search: text })
  }

  // The room

  detail(): Promise<RoomDetail> {
    return this.ask('GET')
  }

  /** For admins. An image goes as `group_image`. */
  update(changes: { room_name?: string; description?: string; group_image?: Blob | null }): Promise<RoomDetail> {
    return this.ask('PATCH', '', withFiles(changes))
  }

  /** Changes the user's own settings of the room: notifications, pin and nickname. */
  setMine(changes: z.input<typeof MyRoomBody>): Promise<RoomInList> {
    return this.ask('PATCH', 'me/', changes)
  }

  leave(): Promise<void> {
    return this.ask('POST', 'leave_room/')
  }

  /** For the owner: deletes the room with everything in it. */
  deleteRoom(): Promise<void> {
    return this.ask('DELETE', '')
  }

  // Members, for admins

  addMembers(users: number[]): Promise<RoomDetail> {
    return this.ask('POST', 'add_members/', { users })
  }

  removeMember(user_id: number): Promise<RoomDetail> {
    return this.ask('POST', 'remove_member/', { user_id })
  }

  setAdmin(user_id: number, isAdmin: boolean): Promise<RoomDetail> {
    return this.ask('POST', isAdmin ? 'assign_admin/' : 'revoke_admin/', { user_id })
  }

  /** Removes a member, who then cannot join by a link. */
  ban(user_id: number): Promise<Ban> {
    return this.ask('POST', 'bans/', { user_id })
  }

  unban(user_id: number): Promise<void> {
    return this.ask('DELETE', `bans/${user_id}/`)
  }

  bans(): Promise<Ban[]> {
    return this.ask('GET', 'bans/')
  }

  invitation(): Promise<Invitation> {
    return this.ask('GET', 'shareable_link/')
  }

  createInvitation(limits: z.input<typeof LinkBody> = {}): Promise<Invitation> {
    return this.ask('POST', 'shareable_link/', limits)
  }

  revokeInvitation(): Promise<void> {
    return this.ask('DELETE', 'shareable_link/')
  }

  /** Applies the new state of a message; `Room` overrides this. */
  protected changed(message: Message): Message {
    return message
  }

  async #change(method: string, rest: string, body?: unknown): Promise<Message> {
    return this.changed(await this.ask(method, `messages/${rest}`, body))
  }

  protected ask<T>(method: string, rest = '', body?: unknown): Promise<T> {
    return this.api.ask(method, this.path(rest), { body })
  }

  protected path(rest: string): string {
    return `/chatrooms/${this.id}/${rest}`
  }
}
