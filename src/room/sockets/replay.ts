/** Resuming: everything after a seq that a client still needs to be correct, in order, without holding the actor. */

import type { Connection, Sockets } from '../../actor/sockets/sockets'
import { whenDrained } from '../../actor/sockets/when-drained'
import { BOUNDS } from '../../config'
import type { RoomDown, SystemMessageEvent } from '../../protocol'
import type { MemberStore } from '../store/members'
import type { MessageStore } from '../store/messages'
import type { MessageRow, RoomRow } from '../store/schema'

/** What a resume reads, and how its findings are put into frames. */
export interface ReplaySource {
  seq(): number
  /** Queues what is held back for those who are live. */
  flush(): void
  room(): RoomRow
  members: MemberStore
  messages: MessageStore
  messageFrame(type: 'new_message' | 'message_updated' | 'message_deleted', seq: number, row: MessageRow): RoomDown
  /** What happened to people after `since`, told to somebody who last knew the room at `after`. */
  memberFrames(since: number, after: number): { seq: number; frame: RoomDown }[]
  roomFrame(room: RoomRow): RoomDown
  /** System messages after `since`, oldest first, where the viewer has asked for them. */
  systemFacts(since: number, limit: number): { seq: number; frame: SystemMessageEvent }[]
}

interface Place {
  seq: number
  frame: () => RoomDown | SystemMessageEvent
}

/**
 * Sends everything after `after` to a connection that is not live yet, then makes it live and calls `ready` in the same
 * turn, so that nothing falls between. Between chunks other events run; what they add has a higher seq and comes in a
 * later chunk.
 *
 * A message that was created after `after` comes once, as it is now; an older one that was edited or deleted since
 * comes as that change.
 */
export async function replay<P>(
  sockets: Sockets<P>,
  connection: Connection<P>,
  source: ReplaySource,
  after: number,
  ready: () => void,
): Promise<void> {
  const start = source.seq()
  let sent = after
  for (;;) {
    const chunk = nextChunk(source, after, sent, start)
    // As much as may wait for a socket at once: a slow line gets the rest when it has taken this.
    let told = 0
    for (let length = 0; told < chunk.length && length < BOUNDS.resumeLength; told++) {
      length += sockets.send(connection, (chunk[told] as Place).frame())
    }
    // What is held back or queued for the others in this turn is part of what was just read.
    source.flush()
    sockets.flush()
    if (told === chunk.length && told < BOUNDS.resumeChunk) break
    sent = (chunk[told - 1] as Place).seq
    await scheduler.wait(0)
    if (!(await whenDrained(sockets, connection))) return
  }
  connection.live = true
  ready()
}

function nextChunk(source: ReplaySource, after: number, sent: number, start: number): Place[] {
  const limit = BOUNDS.resumeChunk
  const message = (
    type: 'new_message' | 'message_updated' | 'message_deleted',
    seq: number,
    row: MessageRow,
  ): Place => ({
    seq,
    frame: () => source.messageFrame(type, seq, row),
  })
  const places: Place[] = source.messages.page({ after: sent, limit }).map((row) => message('new_message', row.id, row))
  // Changes to what was known before, and changes made to what this resume has already sent.
  const changes = [
    ...source.messages.changedSince(sent, after, limit),
    ...source.messages.changedSince(Math.max(sent, start), sent, limit).filter((row) => row.id > after),
  ]
  for (const row of changes) {
    places.push(
      message(row.deleted_at === null ? 'message_updated' : 'message_deleted', row.changed_seq as number, row),
    )
  }
  for (const { seq, frame } of source.memberFrames(sent, after)) places.push({ seq, frame: () => frame })
  for (const { seq, frame } of source.systemFacts(sent, limit)) places.push({ seq, frame: () => frame })
  const room = source.room()
  if (room.changed_seq > sent) places.push({ seq: room.changed_seq, frame: () => source.roomFrame(room) })
  return places.sort((a, b) => a.seq - b.seq).slice(0, limit)
}
