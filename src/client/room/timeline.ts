/** The loaded part of a room's history: pure, and the same whatever order things arrive in. */
import type { Message, MessageStatus, Sender } from '../../protocol'

/** Messages in ascending order without a hole between the first and the last. */
export interface Timeline {
  readonly messages: readonly Message[]
  /** Whether there are older, and newer, messages than these. */
  readonly hasOlder: boolean
  readonly hasNewer: boolean
}

/** Above every id. */
export const MAX_ID = Number.POSITIVE_INFINITY

export const EMPTY_TIMELINE: Timeline = { messages: [], hasOlder: false, hasNewer: false }

/** How the ends change with a page: undefined leaves an end as it is. */
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

/** Adds a message that has just been sent by somebody. Behind a window that ends before the newest it stays outside. */
export function withNewMessage(timeline: Timeline, message: Message): Timeline {
  const { messages, hasOlder, hasNewer } = timeline
  const [first, last] = [messages[0], messages.at(-1)]
  if (!last || message.id > last.id) {
    return hasNewer ? timeline : { ...timeline, messages: [...messages, message] }
  }
  if (first && message.id < first.id && hasOlder) return timeline
  return withPage(timeline, [message], {})
}

/** Takes over an edit, a deletion, or newer receipts of a message, if it is loaded, and what quotes of it say. */
export const withChange = (timeline: Timeline, message: Message): Timeline =>
  withEach(timeline, message.id - 1, MAX_ID, (known) => {
    if (known.id === message.id) return newerState(known, message)
    const { reply_to, reply_preview: quote } = known
    const { content, deleted } = message
    if (!quote || reply_to !== message.id) return known
    return { ...known, reply_preview: { ...quote, content, deleted } }
  })

/** Shows somebody as they are called now, wherever a message names them. */
export const withPerson = (timeline: Timeline, { id, username, full_name, profile_pic }: Sender): Timeline =>
  withEach(timeline, 0, MAX_ID, (message) => {
    const { sender, reply_preview: quote } = message
    return {
      ...message,
      sender: sender.id === id ? { id, username, full_name, profile_pic } : sender,
      reply_preview: quote?.sender === id ? { ...quote, sender_name: full_name } : quote,
      read_statuses: message.read_statuses.map((each) => (each.id === id ? { ...each, user: { id, username } } : each)),
    }
  })

/** Replaces messages among those with `after` < id ≤ `upTo`; `change` answers the same object where nothing changes. */
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

/** The one that is further on. */
export const laterStatus = (a: MessageStatus, b: MessageStatus): MessageStatus =>
  ORDER.indexOf(a) > ORDER.indexOf(b) ? a : b

/**
 * The later of two states of one message. They may come in any order: a page that was asked for before an edit can
 * arrive after it. The seq of the last change says which is which; receipts have none, and only grow.
 */
export function newerState(a: Message | undefined, b: Message): Message {
  if (!a) return b
  const [older, newer] = b.seq >= a.seq ? [a, b] : [b, a]
  const { read_statuses } = older.read_statuses.length > newer.read_statuses.length ? older : newer
  return { ...newer, status: laterStatus(older.status, newer.status), read_statuses }
}
