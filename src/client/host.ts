/** What rooms and lists have from the client they belong to. */
import type { RoomInList } from '../protocol'
import type { Network } from './connection/connection'
import type { ChatEvents } from './events'
import type { Api } from './http/api'
import type { UnsentMessages } from './room/unsent'
import type { Me } from './room/view'
import type { Emitter } from './store'

export interface Host {
  network: Network
  api: Api
  unsent: UnsentMessages
  me(): Me
  emit: Emitter<ChatEvents>['emit']
  /** Called after each change of a connection's state, or of my list. */
  changed(): void
  /** A room as my list has it, while that is kept up to date. */
  listed(id: number): RoomInList | undefined
}
