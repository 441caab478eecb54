/** The sentences that notifications say: pure. */
import type { UnreadReport } from '../../actor/rpc/unread-room'
import { ERASED_NAME } from '../../protocol'
import type { NotificationRow } from '../store/schema'

/** How the sentence about unread messages begins. */
const COUNTED = /^(New message|\d+ new messages)/

const counted = (count: number): string => (count === 1 ? 'New message' : `${count} new messages`)

export const unreadSentence = ({ is_group, chat_name }: UnreadReport, count: number): string =>
  `${counted(count)} ${is_group ? 'in' : 'from'} ${chat_name}`

/** The same sentence about another number of messages. */
export const withCount = (message: string, count: number): string => message.replace(COUNTED, counted(count))

/** Sentences of these types begin with who caused them. Whatever names a room ends with it. */
const BEGINS_WITH_SENDER = new Set(['mention', 'room_invite', 'friend_request', 'friend_accepted'])

/** A notification's sentence with what its sender and its room are called now. */
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

/** What a notification quotes: nothing of somebody whose account is erased. Their messages stay in the room. */
export const quotable = (sender: string | null, text: string | null): string | null =>
  sender === ERASED_NAME ? null : text
