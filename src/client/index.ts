/** The SDK: the entry that applications import. */
import { Chat, type ChatOptions } from './chat'

/** Makes a client. It sends no request before it is used. */
export const createChat = (options: ChatOptions): Chat => new Chat(options)

export type { Auth } from './account/auth'
export type { Chat, ChatOptions } from './chat'
export type { CloseReason, ConnectionState } from './connection/state'
export type { ChatStorage, Fetch, WebSocketClass } from './environment'
export { ChatError, type ErrorCode } from './error'
export type { ChatEvents, RoomEvents } from './events'
export type { Api, Pages, Part, Query, RequestOptions } from './http/api'
export type { RoomList, RoomListSnapshot } from './lists/room-list'
export type * from './model'
export type { Upload, Uploads } from './room/attachments'
export type { Outgoing, Room } from './room/room'
export type { Stored } from './room/sender'
export type { Offline } from './room/unsent'
export type { RoomMessage, RoomSnapshot } from './room/view'
export type { Readable } from './store'
export type { Typist } from './typists'
