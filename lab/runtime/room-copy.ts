/** A room as a client keeps it: it applies every event that carries a `seq`. Written from the protocol alone. */
import type { Frame } from '../../test/support/line'

export class RoomCopy {
  /** The newest event taken: where a reconnect goes on. */
  seq: number
  readonly messages = new Map<number, Frame>()
  readonly members = new Map<number, Frame>()
  /** How far each person has read. */
  readonly read = new Map<number, number>()
  name: string | undefined
  /** What may never happen: an event that came twice, or before an earlier one. */
  readonly faults: string[] = []

  constructor(seq = 0) {
    this.seq = seq
  }

  take(frame: Frame): void {
    if (frame.type === 'ready') {
      this.#ready(frame)
      return
    }
    // An acknowledgement repeats where a message is; the message itself comes as an event.
    if (frame.seq === undefined || frame.type === 'message.ack') return
    if (frame.seq <= this.seq) this.faults.push(`${frame.type} ${frame.seq} came after ${this.seq}`)
    this.seq = Math.max(this.seq, frame.seq)
    switch (frame.type) {
      case 'new_message':
        if (this.messages.has(frame.message.id)) this.faults.push(`message ${frame.message.id} came as new twice`)
        this.messages.set(frame.message.id, frame.message)
        break
      case 'message_updated':
      case 'message_deleted':
        this.messages.set(frame.message.id, frame.message)
        break
      case 'member_added':
      case 'member_updated':
        this.members.set(frame.user.id, frame.user)
        break
      case 'member_removed':
        this.members.delete(frame.user.id)
        break
      case 'message.read':
        this.read.set(frame.reader.id, frame.message_id)
        break
      case 'room_updated':
        this.name = frame.room.room_name
        break
    }
  }

  /** The room is told to be at a seq that a client following it has come to, or passes now. */
  #ready({ seq, cursors }: Frame): void {
    if (seq < this.seq) this.faults.push(`ready at ${seq} after ${this.seq}`)
    this.seq = Math.max(this.seq, seq)
    for (const { user_id, read } of cursors) this.read.set(user_id, read)
  }
}
