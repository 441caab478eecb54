/** Faults to put into the product, each of which the simulation must find: what it would be worth otherwise. */
import type { Change } from './bundle.ts'

export interface Plant extends Change {
  /** The mistake, as somebody might make it. */
  mistake: string
}

export const PLANTS: readonly Plant[] = [
  {
    mistake: 'acknowledges a message before it is written',
    file: 'src/room/messages.ts',
    from: 'add(id: MessageId, now: number, message: NewMessage): MessageRow {',
    to: `add(id: MessageId, now: number, message: NewMessage): MessageRow {
      setTimeout(() => this.write(id, now, message), 100)
      return { id, ...message, created_at: now, edited_at: null, deleted_at: null, changed_seq: null }
    }
    write(id: MessageId, now: number, message: NewMessage): MessageRow {`,
  },
  {
    mistake: 'does not look whether a message was sent before',
    file: 'src/room/conversation.ts',
    from: 'if (earlier) return',
    to: 'if (false) return',
  },
  {
    mistake: 'resumes one event too late',
    file: 'src/room/replay.ts',
    from: 'let sent = after',
    to: 'let sent = after + 1',
  },
  {
    mistake: 'counts its places anew from the newest message on waking',
    file: 'src/room/context.ts',
    from: 'this.messages.lastChange(),',
    to: '0,',
  },
  {
    mistake: 'leaves the sockets of somebody removed open',
    file: 'src/room/membership.ts',
    from: 'this.#context.expel(row.user_id)',
    to: '',
  },
  {
    mistake: 'lets a read cursor go back',
    file: 'src/room/conversation.ts',
    from: 'if (read > member.read_to) {',
    to: 'if (read > 0 && read !== member.read_to) {',
  },
  {
    mistake: 'keeps a count of what is unread when a message is deleted',
    file: 'src/room/conversation.ts',
    from: 'unread.deleted(row)',
    to: '',
  },
  {
    mistake: 'pays a debt off before it is delivered',
    file: 'src/actor/outbox.ts',
    from: 'if (!deliver) throw',
    to: `this.#sql.exec('DELETE FROM outbox WHERE key = ?', key)
      if (!deliver) throw`,
  },
  {
    mistake: 'pays off what has come to be owed since with what was owed before',
    file: 'src/actor/outbox.ts',
    from: 'DELETE FROM outbox WHERE key = ? AND revision = ?',
    to: 'DELETE FROM outbox WHERE key = ? AND revision >= 0 * ?',
  },
  {
    mistake: 'puts a list to sleep that has asked since',
    file: 'src/room/sidebars.ts',
    from: 'if (told.asked === asked) this.#source',
    to: 'this.#source',
  },
  {
    mistake: 'takes a list that did not answer for told',
    file: 'src/room/sidebars.ts',
    from: 'told.failures += 1',
    to: 'told.version = state.version',
  },
  {
    mistake: 'takes an older state of a room for the newest',
    file: 'src/sidebar/rooms.ts',
    from: 'row.version > state.version',
    to: 'row.version > state.version + 1_000_000',
  },
  {
    mistake: 'goes to sleep without remembering to ask',
    file: 'src/sidebar/following.ts',
    from: 'if (asking) asking.sure = false\n    this.#rooms.markStale(room)',
    to: '',
  },
  {
    mistake: 'tells the feed nothing again after it failed',
    file: 'src/sidebar/following.ts',
    from: 'await this.#feed.tell(state.room)',
    to: 'await this.#feed.tell(state.room).catch(() => undefined)',
  },
  {
    mistake: 'quotes what was said last, whoever said it',
    file: 'src/room/context.ts',
    from: 'newestUnread === newest?.id ? newest : this.messages.get(newestUnread ?? 0)',
    to: 'newest',
  },
  {
    mistake: 'lets the directory take an older membership for the newest',
    file: 'src/directory/projection.ts',
    from: 'WHERE excluded.version > memberships.version',
    to: 'WHERE excluded.version > 0',
  },
  {
    mistake: 'takes the goodbye of somebody who has come back since for their last word',
    file: 'src/room/membership.ts',
    from: 'this.#context.sidebars.joined(person.id)',
    to: '',
  },
  {
    mistake: 'lets the feed believe what was sent to its former life',
    file: 'src/feed/feed.ts',
    from: 'if (sentTo && sentTo !== mine) return { life: mine, taken: false }',
    to: '',
  },
]
