/** Where a room keeps its unsent messages for after a reload. `parlour/offline` keeps them in the storage. */
import type { Persisted } from '../storage'
import type { Draft, OutboxEntry } from './outbox'

/** The unsent messages of the user. */
export interface UnsentMessages {
  /** Reads an asynchronous storage. Undefined for any other. */
  load(): Promise<void> | undefined
  /** The rooms that have unsent messages. */
  rooms(): number[]
  /** The unsent messages of a room, in the order in which they were written. */
  of(roomId: number): OutboxEntry[]
  save(roomId: number, waiting: OutboxEntry): void
  remove(clientId: string): void
}

/** Makes the unsent messages of a client. `key` returns undefined while the user is not known: then nothing is stored. */
export type Offline = (storage: Persisted, key: () => string | undefined) => UnsentMessages

/** Tells whether the file of a message is still to be uploaded. */
export const needsUpload = ({ body, attachment }: Draft): boolean => !!attachment && !body.imageId && !body.fileId
