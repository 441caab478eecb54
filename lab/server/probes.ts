/** Questions that only the inside of a room can answer: how large it is, what a count in it and a call out of it take. */

import { MessageStore } from '../../src/room/store/messages'
import type { Probe } from './doors'

/** The answer in one number: bytes of the database, unread messages, or calls made. */
export async function probed(
  probe: Probe,
  sql: SqlStorage,
  roomOf: (id: number) => { hear(text: string): unknown },
): Promise<number> {
  if (probe.ask === 'size') return sql.databaseSize
  if (probe.ask === 'unread') {
    const messages = new MessageStore(sql)
    let count = 0
    for (let n = 0; n < probe.times; n++) count = messages.unread(probe.user, probe.above).count
    return count
  }
  const text = 'x'.repeat(probe.bytes)
  const others = probe.to.map(roomOf)
  for (let n = 0; n < probe.times; n++) await Promise.all(others.map((other) => other.hear(text)))
  return probe.times * others.length
}
