/** The parts of a client that its rooms and lists use. */
import type { Network } from './connection/connection'
import type { ConnectionState } from './connection/state'
import type { ChatEvents } from './events'
import type { Api } from './http/api'
import type { RoomInList } from './model'
import type { Uploads } from './room/attachments'
import type { UnsentMessages } from './room/unsent'
import type { Me } from './room/view'
import type { Emitter } from './store'

/** A room, which the client keeps while it is in use. */
export interface KeptRoom {
  readonly isInUse: boolean
}

export interface Host {
  network: Network
  api: Api
  unsent: UnsentMessages | undefined
  uploads: Uploads | undefined
  me(): Me
  emit: Emitter<ChatEvents>['emit']
  /** Called after each change of the state of a connection, and of the room list. */
  changed(state?: ConnectionState): void
  /** Called when it may have changed whether a room is in use. */
  used(room: KeptRoom): void
  /** The room's entry in the room list, while the list is online. */
  listed(id: number): RoomInList | undefined
}
