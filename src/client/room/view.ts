/** What a room looks like from outside. */
import type { Message, MessageStatus, Participant, RoomDetail, Sender } from '../../protocol'
import type { ConnectionState } from '../connection/state'
import type { ChatError } from '../error'
import type { Typist } from '../typists'
import type { OutboxEntry } from './outbox'
import type { Upload } from './sender'

/** A message to show, from the moment it was written. */
export type RoomMessage = Omit<Message, 'id' | 'status'> & {
  /** Stays the same from `sending` to `read`: the key of its element. */
  key: string
  /** Null until the server has it. */
  id: number | null
  mine: boolean
  status: 'sending' | 'failed' | MessageStatus
  /** Why it failed. */
  error: { code: string; message: string } | null
  /** While one of my own is being uploaded: the file, to be shown from memory, and how much of it has gone out. */
  upload: Upload | null
}

/** Who is using this client: enough of a person to be shown as the author of a message. */
export type Me = Sender

/** Everything about an open room. */
export interface RoomSnapshot {
  /** Name, image, role; null until it is loaded. */
  readonly room: RoomDetail | null
  readonly members: readonly Participant[]
  /** My user id; 0 until it is known. */
  readonly me: number
  /** Oldest first, without a hole; those still on their way out come last. */
  readonly messages: readonly RoomMessage[]
  readonly hasOlder: boolean
  /** True after a jump into the past: what is new is not shown until `loadNewer` or `jumpToLatest`. */
  readonly hasNewer: boolean
  readonly loading: 'older' | 'newer' | 'window' | null
  readonly typing: readonly Typist[]
  /** Ids of the members who are online. */
  readonly online: readonly number[]
  readonly unread: number
  /** How far I have read: the id of a message, 0 while nothing is known to be. */
  readonly read: number
  /** The first message that I have not read, where to draw the line; null when there is none loaded. */
  readonly firstUnread: number | null
  readonly connection: ConnectionState
  /** Why it could not be opened. */
  readonly error: ChatError | null
}

const views = new WeakMap<Message, RoomMessage>()

/** A stored message as it is shown: the same object for the same message, so that lists need not draw it again. */
export function messageView(message: Message, me: number): RoomMessage {
  let view = views.get(message)
  if (!view) {
    const mine = message.sender.id === me
    const key = (mine && message.client_id) || String(message.id)
    view = { ...message, key, mine, error: null, upload: null }
    views.set(message, view)
  }
  return view
}

/** A message that is on its way out. */
export function outboxView(
  { draft, state }: OutboxEntry,
  room: number,
  sender: Sender,
  upload: Upload | null,
): RoomMessage {
  const { body, attachment, written_at } = draft
  return {
    key: body.client_id,
    id: null,
    mine: true,
    error: null,
    upload,
    room,
    sender,
    content: body.content || null,
    mentions: [],
    image: null,
    image_width: null,
    image_height: null,
    image_alt: body.image_alt ?? null,
    file: null,
    file_name: attachment?.name ?? null,
    file_size: upload?.file.size ?? null,
    reply_to: body.reply_to ?? null,
    reply_preview: null,
    timestamp: written_at,
    edited_at: null,
    deleted: false,
    client_id: body.client_id,
    seq: 0,
    reactions: [],
    read_statuses: [],
    ...state,
  }
}
