/** Creating, finding and joining rooms. */
import type { JoinPreview, RoomDetail, RoomInList } from '../protocol'
import type { Api, Part } from './http/api'
import { withFiles } from './http/form'

export class Rooms {
  readonly #api: Api

  constructor(api: Api) {
    this.#api = api
  }

  search(search: string): Promise<Part<RoomInList>> {
    return this.#api.list('/chatrooms/', { search })
  }

  /** Creates a group. */
  create(group: {
    room_name: string
    description?: string
    participant_ids?: number[]
    group_image?: Blob | null
  }): Promise<RoomDetail> {
    return this.#api.post('/chatrooms/', withFiles(group))
  }

  /** The direct room with one person, created if necessary. */
  direct(user_id: number): Promise<RoomDetail> {
    return this.#api.post('/chatrooms/direct/', { user_id })
  }

  /** The preview of the room behind a link. */
  preview(code: string): Promise<JoinPreview> {
    return this.#api.get(`/chatrooms/join/${encodeURIComponent(code)}/`)
  }

  join(code: string): Promise<RoomDetail> {
    return this.#api.post(`/chatrooms/join/${encodeURIComponent(code)}/`)
  }
}
