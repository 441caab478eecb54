/** The snapshot of a room, and its messages as a user interface shows them. */

import type { ConnectionState } from '../connection/state'
import type { ChatError } from '../error'
import type { Message, MessageStatus, Participant, RoomDetail, Sender } from '../model'
import type { Typist } from '../typists'
import type { Upload } from './attachments'
import type { OutboxEntry } from './outbox'

/** A message in the snapshot, from the moment at which it was written. */
export type RoomMessage = Omit<Message, 'id' | 'status'> & {
  /** The same from `sending` to `read`: the key of the element. */
  key: string
  /** Null until the server has stored the message. */
  id: number | null
  mine: boolean
  status: 'sending' | 'failed' | MessageStatus
  /** The error of a failed message. */
  error: { code: string; message: string } | null
  /** The upload of the user's own message: the file, to show it from memory, and the progress. */
  upload: Upload | null
}

/** The user of this client: enough to show as the author of a message. */
export type Me = Sender

/** The state of an open room for a user interface. */
export interface RoomSnapshot {
  /** Name, image and role; null until the room is loaded. */
  readonly room: RoomDetail | null
  readonly members: readonly Participant[]
  /** The user's id; 0 until it is known. */
  readonly me: number
  /** Oldest first, without gaps. Messages that are not sent yet come last. */
  readonly messages: readonly RoomMessage[]
  readonly hasOlder: boolean
  /** True after a jump to older messages: new ones appear after `loadNewer` or `jumpToLatest`. */
  readonly hasNewer: boolean
  readonly loading: 'older' | 'newer' | 'window' | null
  readonly typing: readonly Typist[]
  /** The ids of online members. */
  readonly online: readonly number[]
  readonly unread: number
  /** The user's read cursor: the id of a message, or 0 while it is not known. */
  readonly read: number
  /** The first unread message; null if none is loaded. */
  readonly firstUnread: number | null
  readonly connection: ConnectionState
  /** The error that prevents opening the room. */
  readonly error: ChatError | null
}

const views = new WeakMap<Message, RoomMessage>()

/** The view of a stored message: the same object for the same message, so that lists do not render it again. */
export function messageView(message: Message, me: number): RoomMessage {
  let view = views.get(message)
  if (!view) {
    const mine = message.sender.id === me
    const key = (mine && message.clientId) || String(message.id)
    view = { ...message, key, mine, error: null, upload: null }
    views.set(message, view)
  }
  return view
}

/** The view of a message that is not sent yet. */
export function outboxView(
  { draft, state }: OutboxEntry,
  roomId: number,
  sender: Sender,
  upload: Upload | null,
): RoomMessage {
  const { body, attachment, writtenAt } = draft
  return {
    key: body.clientId,
    id: null,
    mine: true,
    error: null,
    upload,
    roomId,
    sender,
    text: body.text || null,
    mentions: [],
    image: null,
    imageWidth: null,
    imageHeight: null,
    imageAlt: body.imageAlt ?? null,
    file: null,
    fileName: attachment?.name ?? null,
    fileSize: upload?.file.size ?? null,
    replyTo: body.replyTo ?? null,
    replyPreview: null,
    timestamp: writtenAt,
    editedAt: null,
    deleted: false,
    clientId: body.clientId,
    seq: 0,
    reactions: [],
    readStatuses: [],
    ...state,
  }
}
