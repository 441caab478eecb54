/** The SDK: the entry that applications import. */
import { Chat, type ChatOptions } from './chat'

/** Makes a client. It sends no request before it is used. */
export const createChat = (options: ChatOptions): Chat => new Chat(options)

export type { Auth, Login } from './account/auth'
export type { Chat, ChatOptions, Found, SearchFilters } from './chat'
export type { CloseReason, ConnectionState } from './connection/state'
export type { ChatStorage, Fetch, UploadRequest, WebSocketClass } from './environment'
export { ChatError, type ErrorCode } from './error'
export type { ChatEvents, RoomEvents } from './events'
export type { Api, Pages, Part, Query, RequestOptions } from './http/api'
export type { Uploaded } from './http/upload'
export type { Notifications, NotificationsSnapshot } from './lists/notifications'
export type { RoomList, RoomListSnapshot } from './lists/room-list'
export type * from './model'
export type { Outgoing, Room } from './room/room'
export type { Stored, Upload } from './room/sender'
export type { RoomMessage, RoomSnapshot } from './room/view'
export type { Readable } from './store'
export type { Typist } from './typists'
