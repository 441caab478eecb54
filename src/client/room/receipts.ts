/** Cursors of members, and the receipts that follow from them. Pure. */
import type { Message, MessageStatus, Participant, ReadStatus } from '../model'
import { laterStatus, MAX_ID, type Timeline, withEach } from './timeline'

/** Cursors by user id. The real cursors may be further on. */
export type Cursors = ReadonlyMap<number, { readonly read: number; readonly delivered: number }>

export const NO_CURSORS: Cursors = new Map()

const NO_CURSOR = { read: 0, delivered: 0 }

export const cursorOf = (cursors: Cursors, user: number) => cursors.get(user) ?? NO_CURSOR

/** Moves a cursor forward, never back. A read message counts as delivered. */
export function withCursor(cursors: Cursors, user: number, to: { read?: number; delivered?: number }): Cursors {
  const before = cursorOf(cursors, user)
  const read = Math.max(before.read, to.read ?? 0)
  const delivered = Math.max(before.delivered, to.delivered ?? 0, read)
  if (cursors.has(user) && read === before.read && delivered === before.delivered) return cursors
  return new Map(cursors).set(user, { read, delivered })
}

/**
 * The status of a message over the other members who were in the room when it was sent and still are. Undefined if there are
 * none.
 */
export function statusOf(
  message: Message,
  cursors: Cursors,
  members: readonly Participant[],
): MessageStatus | undefined {
  let status: MessageStatus | undefined
  for (const { id, joinedAt } of members) {
    if (id === message.sender.id || joinedAt > message.timestamp) continue
    const { read, delivered } = cursorOf(cursors, id)
    if (delivered < message.id) return 'sent'
    if (read < message.id) status = 'delivered'
    else status ??= 'read'
  }
  return status
}

/** Updates the receipts of messages with `after` < id ≤ `upTo` from the cursors. `reader` has read these messages. */
export function withReceipts(
  timeline: Timeline,
  cursors: Cursors,
  members: readonly Participant[],
  { after = 0, upTo = MAX_ID, reader }: { after?: number; upTo?: number; reader?: ReadStatus | undefined } = {},
): Timeline {
  const joined = new Map(members.map((each) => [each.id, each.joinedAt]))
  const since = joined.get(reader?.id as number) ?? ''
  return withEach(timeline, after, upTo, (message) => {
    const now = statusOf(message, cursors, members)
    const status = now ? laterStatus(now, message.status) : 'sent'
    const before = message.readStatuses
    // The server forgets what a member read before leaving, and a resume can tell of the return alone.
    const readStatuses = before.filter(({ id }) => (joined.get(id) as string) <= message.timestamp)
    if (
      reader &&
      reader.id !== message.sender.id &&
      since <= message.timestamp &&
      !before.some(({ id }) => id === reader.id)
    )
      readStatuses.push(reader)
    else if (readStatuses.length === before.length && status === message.status) return message
    return { ...message, status, readStatuses }
  })
}
