/** REST calls of a room, which also work while it is closed. Open rooms see the changes by their sockets. */
import type { Api, Pages, Query } from '../http/api'
import type { Message, MyRoomChanges, RoomDetail, RoomInList } from '../model'

export class RoomActions {
  declare readonly id: number
  declare protected readonly api: Api

  constructor(id: number, api: Api) {
    this.id = id
    this.api = api
  }

  // Messages

  edit(message: number, text: string): Promise<Message> {
    return this.#change('PATCH', `${message}/`, { text })
  }

  /** Sets the description of the image on the user's own message. An empty text removes it. */
  describe(message: number, imageAlt: string): Promise<Message> {
    return this.#change('PATCH', `${message}/`, { imageAlt })
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

  /** All messages of the room, newest first, or those that contain a text: `for await (const message of room.messages({ search }))`. */
  messages(query?: Query): Pages<Message> {
    return this.api.list(this.path('messages/'), query)
  }

  // The room

  detail(): Promise<RoomDetail> {
    return this.ask('GET')
  }

  /** Changes the user's own settings of the room: notifications, pin and nickname. */
  setMine(changes: MyRoomChanges): Promise<RoomInList> {
    return this.ask('PATCH', 'me/', changes)
  }

  leave(): Promise<void> {
    return this.ask('POST', 'leave_room/')
  }

  /** Applies the new state of a message; `Room` overrides this. */
  protected changed(message: Message): Message {
    return message
  }

  async #change(method: string, rest: string, body?: unknown): Promise<Message> {
    return this.changed(await this.ask(method, `messages/${rest}`, body))
  }

  /** @internal */
  ask<T>(method: string, rest = '', body?: unknown): Promise<T> {
    return this.api.ask(method, this.path(rest), { body })
  }

  protected path(rest: string): string {
    return `/chatrooms/${this.id}/${rest}`
  }
}
