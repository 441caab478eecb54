/** The loaded messages of a room. Pure, and independent of the order in which pages and events arrive. */
import type { Message, MessageStatus, Sender } from '../model'

/** Messages in ascending order, without gaps. */
export interface Timeline {
  readonly messages: readonly Message[]
  /** True if there are older (newer) messages than these. */
  readonly hasOlder: boolean
  readonly hasNewer: boolean
}

/** Greater than every id. */
export const MAX_ID = Number.POSITIVE_INFINITY

export const EMPTY_TIMELINE: Timeline = { messages: [], hasOlder: false, hasNewer: false }

/** The new ends of the timeline. Undefined leaves an end as it is. */
interface Ends {
  hasOlder?: boolean
  hasNewer?: boolean
}

/** Adds a page that overlaps or adjoins what is loaded, in any order. */
export function withPage(timeline: Timeline, page: readonly Message[], ends: Ends): Timeline {
  const byId = new Map(timeline.messages.map((message) => [message.id, message]))
  for (const message of page) byId.set(message.id, newerState(byId.get(message.id), message))
  const messages = [...byId.values()].sort((a, b) => a.id - b.id)
  return { ...timeline, ...ends, messages }
}

/** Adds a new message, unless the timeline ends before the newest messages. */
export function withNewMessage(timeline: Timeline, message: Message): Timeline {
  const { messages, hasOlder, hasNewer } = timeline
  const [first, last] = [messages[0], messages.at(-1)]
  if (!last || message.id > last.id) {
    return hasNewer ? timeline : { ...timeline, messages: [...messages, message] }
  }
  if (first && message.id < first.id && hasOlder) return timeline
  return withPage(timeline, [message], {})
}

/** Applies a newer state of a message to the loaded message and to quotes of it. */
export const withChange = (timeline: Timeline, message: Message): Timeline =>
  withEach(timeline, message.id - 1, MAX_ID, (known) => {
    if (known.id === message.id) return newerState(known, message)
    const { replyTo, replyPreview: quote } = known
    const { text, deleted } = message
    if (!quote || replyTo !== message.id) return known
    return { ...known, replyPreview: { ...quote, text, deleted } }
  })

/** Applies a person's new name and picture to messages, quotes and readers. */
export const withPerson = (timeline: Timeline, { id, username, fullName, profilePic, isBot }: Sender): Timeline =>
  withEach(timeline, 0, MAX_ID, (message) => {
    const { sender, replyPreview: quote } = message
    return {
      ...message,
      sender: sender.id === id ? { id, username, fullName, profilePic, isBot } : sender,
      replyPreview: quote?.senderId === id ? { ...quote, senderName: fullName } : quote,
      readStatuses: message.readStatuses.map((each) => (each.id === id ? { ...each, user: { id, username } } : each)),
    }
  })

/** Changes messages with `after` < id ≤ `upTo`. `change` returns the same object if nothing changes. */
export function withEach(
  timeline: Timeline,
  after: number,
  upTo: number,
  change: (message: Message) => Message,
): Timeline {
  let isChanged = false
  const messages = timeline.messages.map((message) => {
    const now = message.id > after && message.id <= upTo ? change(message) : message
    isChanged ||= now !== message
    return now
  })
  return isChanged ? { ...timeline, messages } : timeline
}

const ORDER = ['sent', 'delivered', 'read']

/** The later of two statuses. */
export const laterStatus = (a: MessageStatus, b: MessageStatus): MessageStatus =>
  ORDER.indexOf(a) > ORDER.indexOf(b) ? a : b

/**
 * The newer of two states of one message. They may arrive in any order: a page that was requested before an edit can arrive
 * after it. The higher `seq` is newer. Receipts have no seq, but they only grow.
 */
export function newerState(a: Message | undefined, b: Message): Message {
  if (!a) return b
  const [older, newer] = b.seq >= a.seq ? [a, b] : [b, a]
  const { readStatuses } = older.readStatuses.length > newer.readStatuses.length ? older : newer
  return { ...newer, status: laterStatus(older.status, newer.status), readStatuses }
}
