/** The rows of the message list: days, the divider before new messages, grouped messages, system messages. */
import type { RoomMessage } from '../../../client'

import { sameDay } from '../../times'
import type { SystemMessage } from './system-messages'

export type Row =
  | { kind: 'start'; key: string }
  | { kind: 'older'; key: string }
  | { kind: 'kept'; key: string; at: number }
  | { kind: 'day'; key: string; time: string }
  | { kind: 'new'; key: string }
  | { kind: 'line'; key: string; line: SystemMessage }
  | { kind: 'message'; key: string; message: RoomMessage; startsGroup: boolean; endsGroup: boolean }

/** Milliseconds within which messages of one author form a group. */
const GROUP_WINDOW = 5 * 60_000

function areGrouped(a: RoomMessage | undefined, b: RoomMessage | undefined): boolean {
  if (!a || !b || a.sender?.id !== b.sender?.id) return false
  return sameDay(a.timestamp, b.timestamp) && Date.parse(b.timestamp) - Date.parse(a.timestamp) < GROUP_WINDOW
}

/**
 * @param divider id of the first message that was unread when the room was opened
 * @param savedAt when these messages were current, where they come from the device: what is before them is not known
 */
export function rowsOf(
  messages: readonly RoomMessage[],
  hasOlder: boolean,
  divider: number | null,
  savedAt: number | null = null,
  lines: readonly SystemMessage[] = [],
): Row[] {
  const rows: Row[] = [
    savedAt !== null
      ? { kind: 'kept', key: 'kept', at: savedAt }
      : hasOlder
        ? { kind: 'older', key: 'older' }
        : { kind: 'start', key: 'start' },
  ]
  const all = mergeById(messages, lines)
  all.forEach((item, place) => {
    const { timestamp } = item
    const previous = all[place - 1]
    const newDay = !previous || !sameDay(previous.timestamp, timestamp)
    if (newDay) rows.push({ kind: 'day', key: `day ${new Date(timestamp).toDateString()}`, time: timestamp })
    if (isSystemMessage(item)) {
      rows.push({ kind: 'line', key: `line ${item.id}`, line: item })
      return
    }
    const { id, key } = item
    const message = item
    const before = messageOf(previous)
    const after = messageOf(all[place + 1])
    const isNew = divider !== null && id === divider
    if (isNew) rows.push({ kind: 'new', key: 'new' })
    const opens = isNew || !areGrouped(before, message)
    const closes = !areGrouped(message, after) || (divider !== null && after?.id === divider)
    rows.push({ kind: 'message', key, message, startsGroup: opens, endsGroup: closes })
  })
  return rows
}

type Item = RoomMessage | SystemMessage

const isSystemMessage = (item: Item): item is SystemMessage => 'type' in item

const messageOf = (item: Item | undefined): RoomMessage | undefined =>
  item && !isSystemMessage(item) ? item : undefined

/** Merges by id. Messages that are not sent yet come last. */
function mergeById(messages: readonly RoomMessage[], lines: readonly SystemMessage[]): Item[] {
  if (lines.length === 0) return [...messages]
  const place = ({ id }: Item) => id ?? Number.POSITIVE_INFINITY
  return [...messages, ...lines].sort((a, b) => (place(a) < place(b) ? -1 : place(a) > place(b) ? 1 : 0))
}
