/** What the list of a room shows, row by row: days, the line before what is new, messages in groups. */
import type { RoomMessage } from '../../client'
import type { SystemMessage } from '../../protocol'
import { sameDay } from '../times'

export type Row =
  | { kind: 'start'; key: string }
  | { kind: 'older'; key: string }
  | { kind: 'kept'; key: string; at: number }
  | { kind: 'day'; key: string; time: string }
  | { kind: 'new'; key: string }
  | { kind: 'line'; key: string; line: SystemMessage }
  | { kind: 'message'; key: string; message: RoomMessage; opens: boolean; closes: boolean }

/** Messages of one author within this time stand together, in milliseconds. */
const TOGETHER = 5 * 60_000

function together(a: RoomMessage | undefined, b: RoomMessage | undefined): boolean {
  if (!a || !b || a.sender?.id !== b.sender?.id) return false
  return sameDay(a.timestamp, b.timestamp) && Date.parse(b.timestamp) - Date.parse(a.timestamp) < TOGETHER
}

/**
 * @param divider id of the first message that was not read when the room was opened
 * @param keptAt when these messages were current, where they come from the device: what is before them is not known
 */
export function rowsOf(
  messages: readonly RoomMessage[],
  hasOlder: boolean,
  divider: number | null,
  keptAt: number | null = null,
  lines: readonly SystemMessage[] = [],
): Row[] {
  const rows: Row[] = [
    keptAt !== null
      ? { kind: 'kept', key: 'kept', at: keptAt }
      : hasOlder
        ? { kind: 'older', key: 'older' }
        : { kind: 'start', key: 'start' },
  ]
  const all = merged(messages, lines)
  all.forEach((item, place) => {
    const { timestamp } = item
    const previous = all[place - 1]
    const newDay = !previous || !sameDay(previous.timestamp, timestamp)
    if (newDay) rows.push({ kind: 'day', key: `day ${new Date(timestamp).toDateString()}`, time: timestamp })
    if (isLine(item)) {
      rows.push({ kind: 'line', key: `line ${item.id}`, line: item })
      return
    }
    const { id, key } = item
    const message = item
    const before = messageOf(previous)
    const after = messageOf(all[place + 1])
    const isNew = divider !== null && id === divider
    if (isNew) rows.push({ kind: 'new', key: 'new' })
    const opens = isNew || !together(before, message)
    const closes = !together(message, after) || (divider !== null && after?.id === divider)
    rows.push({ kind: 'message', key, message, opens, closes })
  })
  return rows
}

type Item = RoomMessage | SystemMessage

const isLine = (item: Item): item is SystemMessage => 'type' in item

const messageOf = (item: Item | undefined): RoomMessage | undefined => (item && !isLine(item) ? item : undefined)

/** In the order of the room; what is still on its way comes last. */
function merged(messages: readonly RoomMessage[], lines: readonly SystemMessage[]): Item[] {
  if (lines.length === 0) return [...messages]
  const place = ({ id }: Item) => id ?? Number.POSITIVE_INFINITY
  return [...messages, ...lines].sort((a, b) => (place(a) < place(b) ? -1 : place(a) > place(b) ? 1 : 0))
}
