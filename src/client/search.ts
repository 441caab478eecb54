/** The search for messages in all rooms of the user. */
import type { Chat } from './chat'
import type { Pages } from './http/api'
import type { FoundMessage } from './model'

/** Filters of a search: the sender, the room, the time (ISO-8601) and the kind of content. */
export interface SearchFilters {
  roomId?: number
  senderId?: number
  before?: string
  after?: string
  has?: 'image' | 'file' | 'link'
}

/** A search result: a message, the name of its room, and the words around the match. */
export type Found = FoundMessage

/** Messages in all rooms of the user that match the words and the filters, newest first. `q` may be empty. */
export const search = (chat: Chat, q: string, { roomId, senderId, ...where }: SearchFilters = {}): Pages<Found> =>
  chat.api.list('/search/', { q, room: roomId, from: senderId, ...where })
