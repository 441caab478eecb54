/** The parts of a client that its rooms and lists use. */

import type { Network } from './connection/connection'
import type { ChatEvents } from './events'
import type { Api } from './http/api'
import type { RoomInList } from './model'
import type { UnsentMessages } from './room/unsent'
import type { Me } from './room/view'
import type { Emitter } from './store'

export interface Host {
  network: Network
  api: Api
  unsent: UnsentMessages
  me(): Me
  emit: Emitter<ChatEvents>['emit']
  /** Rooms and lists call this after each change of a connection's state or of the room list. */
  changed(): void
  /** The room's entry in the room list, while the list is online. */
  listed(id: number): RoomInList | undefined
}
