/** Moving through the history of a room: to one message, onwards from there, and back to the newest; and the history of a message. */
import type { ReadStatus, Version } from './model'
import type { Room } from './room/room'

/** Loads the messages around one message, unless it is loaded. */
export function jumpTo(room: Room, id: number, limit = room.limit): Promise<void> {
  return room.loadPage('window', async () => {
    if (room.getSnapshot().messages.some((message) => message.id === id)) return
    const half = Math.ceil(limit / 2)
    const [older, newer] = await Promise.all([
      room.messages({ before: id + 1, limit: half }),
      room.messages({ after: id, limit: half }),
    ])
    const messages = [...older.results, ...newer.results]
    return { messages, hasOlder: older.next !== null, hasNewer: newer.next !== null }
  })
}

/** Loads newer messages after a jump. @returns true if there are more */
export async function loadNewer(room: Room, limit = room.limit): Promise<boolean> {
  await room.loadPage('newer', async () => {
    const { hasNewer, messages } = room.getSnapshot()
    if (!hasNewer) return
    const page = await room.messages({ after: messages.at(-1)?.id, limit })
    return { messages: page.results, hasNewer: page.next !== null }
  })
  return room.getSnapshot().hasNewer
}

/** Loads the newest messages after a jump. */
export function jumpToLatest(room: Room): Promise<void> {
  return room.loadPage('window', async () => (room.getSnapshot().hasNewer ? room.newest() : undefined))
}

/** Earlier texts of an edited message, oldest first. */
export const versionsOf = (room: Room, message: number): Promise<Version[]> =>
  room.ask('GET', `messages/${message}/history/`)

/** All readers of a message. */
export const readersOf = (room: Room, message: number): Promise<ReadStatus[]> =>
  room.ask('GET', `messages/${message}/message_read_status/`)
