/** The sentences of notifications. Pure functions. */
import type { UnreadReport } from '../../actor/rpc/unread-room'
import { ERASED_NAME } from '../../protocol'
import type { NotificationRow } from '../store/schema'

/** The beginning of a sentence about unread messages. */
const COUNT = /^(New message|\d+ new messages)/

const countOf = (count: number): string => (count === 1 ? 'New message' : `${count} new messages`)

export const unreadSentence = ({ is_group, chat_name }: UnreadReport, count: number): string =>
  `${countOf(count)} ${is_group ? 'in' : 'from'} ${chat_name}`

/** The same sentence with another number of messages. */
export const withCount = (message: string, count: number): string => message.replace(COUNT, countOf(count))

/** Sentences of these types begin with the sender's name. A sentence that names a room ends with the room's name. */
const BEGINS_WITH_SENDER = new Set(['mention', 'room_invite', 'friend_request', 'friend_accepted'])

/** A notification's sentence with the present names of its sender and its room. */
export function withNames(
  { type, message, sender, chat_name }: NotificationRow,
  now: Pick<NotificationRow, 'sender' | 'chat_name'>,
): string {
  let text = message
  if (BEGINS_WITH_SENDER.has(type) && sender !== null && now.sender !== null && text.startsWith(`${sender} `)) {
    text = now.sender + text.slice(sender.length)
  }
  if (chat_name && now.chat_name !== null && text.endsWith(` ${chat_name}`)) {
    text = text.slice(0, -chat_name.length) + now.chat_name
  }
  return text
}

/** The text that a notification quotes: none of an erased sender, although the message stays in its room. */
export const quotable = (sender: string | null, text: string | null): string | null =>
  sender === ERASED_NAME ? null : text
