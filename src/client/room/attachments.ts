/** The attachments of messages that are not sent yet. `parlour/uploads` uploads them. */
import type { Api } from '../http/api'
import type { Draft } from './outbox'

/** A file that is being uploaded, and the sent part of it (0 to 1). */
export interface Upload {
  readonly file: Blob
  readonly progress: number
}

/** The uploads of one room. */
export interface RoomUploads {
  add(clientId: string, file: Blob): void
  of(clientId: string): Upload | null
  /** Aborts an upload that is not finished. */
  remove(clientId: string): void
  /** Uploads the attachment of a draft. @returns the draft with the id of the upload */
  attach(draft: Draft): Promise<Draft>
}

/** Makes the uploads of a room: `createChat({ url, uploads })`. `changed` is called with each progress. */
export type Uploads = (api: Api, changed: () => void) => RoomUploads
