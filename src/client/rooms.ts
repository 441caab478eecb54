/** Creating, finding and joining rooms, and running them. */
import type { Chat } from './chat'
import type { Api, Pages } from './http/api'
import { withFiles } from './http/body'
import type {
  Ban,
  Invitation,
  InvitationLimits,
  JoinPreview,
  MembersAdded,
  NewRoom,
  RoomDetail,
  RoomInList,
} from './model'

export class Rooms {
  readonly #api: Api

  constructor({ api }: Chat) {
    this.#api = api
  }

  search(search: string): Pages<RoomInList> {
    return this.#api.list('/chatrooms/', { search })
  }

  /** Creates a group. */
  create(group: NewRoom): Promise<RoomDetail> {
    return this.#api.post('/chatrooms/', withFiles(group))
  }

  /** The direct room with one person, created if necessary. */
  direct(userId: number): Promise<RoomDetail> {
    return this.#api.post('/chatrooms/direct/', { userId })
  }

  /** The preview of the room behind a link. */
  preview(code: string): Promise<JoinPreview> {
    return this.#api.get(`/chatrooms/join/${encodeURIComponent(code)}/`)
  }

  join(code: string): Promise<RoomDetail> {
    return this.#api.post(`/chatrooms/join/${encodeURIComponent(code)}/`)
  }
}

/** What admins do in one room. */
export class Management {
  readonly #api: Api
  readonly #path: string

  constructor({ api }: Chat, roomId: number) {
    this.#api = api
    this.#path = `/chatrooms/${roomId}/`
  }

  /** For admins. An image goes as `groupImage`. */
  update(changes: { roomName?: string; description?: string; groupImage?: Blob | null }): Promise<RoomDetail> {
    return this.#ask('PATCH', '', withFiles(changes))
  }

  /** For the owner: deletes the room with everything in it. */
  deleteRoom(): Promise<void> {
    return this.#ask('DELETE', '')
  }

  addMembers(users: number[]): Promise<MembersAdded> {
    return this.#ask('POST', 'add_members/', { users })
  }

  removeMember(userId: number): Promise<RoomDetail> {
    return this.#ask('POST', 'remove_member/', { userId })
  }

  setAdmin(userId: number, isAdmin: boolean): Promise<RoomDetail> {
    return this.#ask('POST', isAdmin ? 'assign_admin/' : 'revoke_admin/', { userId })
  }

  /** Removes a member, who then cannot join by a link. */
  ban(userId: number): Promise<Ban> {
    return this.#ask('POST', 'bans/', { userId })
  }

  unban(userId: number): Promise<void> {
    return this.#ask('DELETE', `bans/${userId}/`)
  }

  bans(): Promise<Ban[]> {
    return this.#ask('GET', 'bans/')
  }

  invitation(): Promise<Invitation> {
    return this.#ask('GET', 'shareable_link/')
  }

  createInvitation(limits: InvitationLimits = {}): Promise<Invitation> {
    return this.#ask('POST', 'shareable_link/', limits)
  }

  revokeInvitation(): Promise<void> {
    return this.#ask('DELETE', 'shareable_link/')
  }

  #ask<T>(method: string, rest = '', body?: unknown): Promise<T> {
    return this.#api.ask(method, this.#path + rest, { body })
  }
}

/** The rooms of a client's server. */
export const roomsOf = (chat: Chat): Rooms => new Rooms(chat)

/** What admins do in one room: its name, its members, its link. */
export const managementOf = (chat: Chat, roomId: number): Management => new Management(chat, roomId)
