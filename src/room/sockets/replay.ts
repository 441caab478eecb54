/** Replays what a resuming client lacks, in order of seqs and in chunks between which the actor serves other events. */
import type { Connection } from '../../actor/sockets/connection'
import type { Sockets } from '../../actor/sockets/sockets'
import { whenDrained } from '../../actor/sockets/when-drained'
import { BOUNDS } from '../../config'
import type { RoomDown, SystemMessageEvent } from '../../protocol'
import type { MessageStore } from '../store/messages'
import type { MessageRow } from '../store/schema'

type ReplayEvent = RoomDown | SystemMessageEvent

/** An event with its seq. It is made when it is sent. */
export interface ReplayStep {
  seq: number
  event: () => ReplayEvent
}

/** The source of the events for one viewer. */
export interface ReplaySource {
  seq(): number
  /** Queues pending events for the live connections. */
  flush(): void
  messages: MessageStore
  messageEvent(type: 'new_message' | 'message_updated' | 'message_deleted', seq: number, row: MessageRow): RoomDown
  /** Everything but messages after `since`, for a client that last had the room at `after`. At most `limit` system messages. */
  otherSteps(since: number, after: number, limit: number): ReplayStep[]
}

/**
 * Sends everything after `after` to a connection that is not live yet, then makes it live and calls `ready` in the same turn, so
 * that nothing is missed between. Events that are added between two chunks have a higher seq and come in a later chunk.
 *
 * A message that was created after `after` comes once, in its present form. An older one that was edited or deleted since then
 * comes as that change.
 */
export async function replay<Data>(
  sockets: Sockets<Data>,
  connection: Connection<Data>,
  source: ReplaySource,
  after: number,
  ready: () => void,
): Promise<void> {
  const start = source.seq()
  let sent = after
  for (;;) {
    const chunk = nextChunk(source, after, sent, start)
    // No more than may wait for one socket: a slow client gets the rest when it has read this.
    let count = 0
    for (let length = 0; count < chunk.length && length < BOUNDS.resumeLength; count++) {
      length += sockets.send(connection, (chunk[count] as ReplayStep).event())
    }
    // Events that are pending or queued for the others in this turn are part of what was just read.
    source.flush()
    sockets.flush()
    if (count === chunk.length && count < BOUNDS.resumeChunk) break
    sent = (chunk[count - 1] as ReplayStep).seq
    await scheduler.wait(0)
    if (!(await whenDrained(sockets, connection))) return
  }
  connection.live = true
  ready()
}

function nextChunk(source: ReplaySource, after: number, sent: number, start: number): ReplayStep[] {
  const limit = BOUNDS.resumeChunk
  const { messages } = source
  const step = (
    type: 'new_message' | 'message_updated' | 'message_deleted',
    seq: number,
    row: MessageRow,
  ): ReplayStep => ({ seq, event: () => source.messageEvent(type, seq, row) })
  const created = messages.page({ after: sent, limit }).map((row) => step('new_message', row.id, row))
  // Changes of messages that the client had before, and of messages that this replay has already sent.
  const changed = [
    ...messages.changedSince(sent, after, limit),
    ...messages.changedSince(Math.max(sent, start), sent, limit).filter((row) => row.id > after),
  ].map((row) => step(row.deleted_at === null ? 'message_updated' : 'message_deleted', row.changed_seq as number, row))
  return [...created, ...changed, ...source.otherSteps(sent, after, limit)]
    .sort((a, b) => a.seq - b.seq)
    .slice(0, limit)
}
