/**
 * Bugs to be planted, each with the trial that must catch it. `npm run torture -- PLANTS` plants one after another in a
 * copy of the project and runs its trial there: a gate that lets one through is no gate.
 */

import { ACCOUNT_PLANTS } from './account-plants.ts'
import { SECURITY_PLANTS } from './security-plants.ts'

/** One place in the source; `search` stands there exactly once. */
export interface Edit {
  file: string
  search: string
  replace: string
}

export interface Plant {
  /** What is wrong then. */
  bug: string
  trial: string
  edits: Edit[]
  /** What the trial is given instead of its short size, as on the command line. */
  size?: Record<string, number>
}

export const PLANTS: Plant[] = [
  {
    bug: 'a list that sleeps remembers only as long as it is in memory that it has to ask',
    trial: 'R2',
    edits: [
      {
        file: 'src/sidebar/following.ts',
        search: 'if (asking) asking.sure = false\n    this.#rooms.markStale(room)',
        replace: 'if (asking) asking.sure = false\n    this.#heard.set(room, Number.MAX_SAFE_INTEGER)',
      },
    ],
  },
  {
    bug: 'a room that wakes believes that everybody has been told',
    trial: 'R7',
    edits: [
      {
        file: 'src/room/context.ts',
        search: 'this.alarm.pending ? -1 : this.timeline.seq',
        replace: 'this.timeline.seq',
      },
      {
        file: 'src/room/sidebars.ts',
        search: 'if (!this.#armed) this.#known = -1',
        replace: '',
      },
    ],
  },
  {
    bug: 'a resume begins one too early',
    trial: 'R4',
    edits: [
      {
        file: 'src/room/messages.ts',
        search: "'SELECT * FROM messages WHERE id > ? AND id < ? ORDER BY id LIMIT ?'",
        replace: "'SELECT * FROM messages WHERE id >= ? AND id < ? ORDER BY id LIMIT ?'",
      },
    ],
  },
  {
    bug: 'a resume begins one too late',
    trial: 'R4',
    edits: [
      {
        file: 'src/room/messages.ts',
        search: "'SELECT * FROM messages WHERE id > ? AND id < ? ORDER BY id LIMIT ?'",
        replace: "'SELECT * FROM messages WHERE id > ? + 1 AND id < ? ORDER BY id LIMIT ?'",
      },
    ],
  },
  {
    bug: 'unread is only counted up',
    trial: 'R6',
    edits: [
      {
        file: 'src/room/unread.ts',
        search: `      if (message.id === newest) this.forget(user)
      else this.#kept.set(user, { count: count - 1, newest })`,
        replace: '',
      },
    ],
  },
  {
    bug: 'a repeated client_id is stored again',
    trial: 'R6',
    edits: [
      {
        file: 'src/room/conversation.ts',
        search: 'if (earlier) return { row: earlier, created: false }',
        replace: '',
      },
      {
        file: 'migrations/room/0000_initial.sql',
        search: 'CREATE UNIQUE INDEX `messages_client`',
        replace: 'CREATE INDEX `messages_client`',
      },
    ],
  },
  {
    bug: 'a debt is forgotten before it is paid',
    trial: 'R7',
    edits: [
      {
        file: 'src/actor/outbox.ts',
        search: 'await inTime(Promise.resolve(deliver(JSON.parse(payload))))',
        replace:
          "this.#sql.exec('DELETE FROM outbox WHERE key = ?', key)\n      await inTime(Promise.resolve(deliver(JSON.parse(payload))))",
      },
    ],
  },
  {
    bug: 'what is announced again counts again',
    trial: 'R7',
    edits: [
      {
        file: 'src/feed/notifications.ts',
        search:
          'if (known && occasion <= known.occasion) return occasion < known.occasion ? [] : this.#restate(known, news, as_of)',
        replace: '',
      },
    ],
  },
  {
    bug: 'a seat is taken some time after it was seen to be free',
    trial: 'R10',
    edits: [
      {
        file: 'src/room/entry.ts',
        search: '  join(caller: Caller, code: string, blocks: readonly RoomBlock[]): RoomRecord | Refused {',
        replace:
          '  async join(caller: Caller, code: string, blocks: readonly RoomBlock[]): Promise<RoomRecord | Refused> {',
      },
      {
        file: 'src/room/entry.ts',
        search: '    this.#doors.useLink(link.code)\n',
        replace: '    await scheduler.wait(1)\n    this.#doors.useLink(link.code)\n',
      },
    ],
  },
  {
    bug: 'an owner who leaves admins behind leaves no owner',
    trial: 'R10',
    edits: [
      {
        file: 'src/room/membership.ts',
        search: "(!members.hasAdmin() || member.role === 'owner')",
        replace: '!members.hasAdmin()',
      },
    ],
  },
  {
    bug: 'a page ends where what is left of it has been deleted',
    trial: 'R11',
    edits: [
      {
        file: 'src/room/present.ts',
        search: 'const more = rows.length > limit',
        replace:
          'const more = rows.filter((row) => (row as { deleted_at?: number | null }).deleted_at == null).length > limit',
      },
    ],
  },
  {
    bug: 'a step of a migration is no transaction',
    trial: 'R12',
    edits: [
      {
        file: 'src/actor/migrate.ts',
        search: 'storage.transactionSync(() => {\n      for (const statement',
        replace: '[0].forEach(() => {\n      for (const statement',
      },
    ],
  },
  {
    bug: 'a step with an older name than the newest that was taken is skipped',
    trial: 'R12',
    edits: [
      {
        file: 'src/actor/migrate.ts',
        search: 'steps.slice(applied.length).forEach((step, index) => {',
        replace:
          'steps.slice(applied.length).filter((step) => applied.every(({ id }) => id < step.id)).forEach((step, index) => {',
      },
    ],
  },
  {
    bug: 'a resume begins one too late',
    trial: 'R3',
    size: { messages: 2_000, deploys: 2 },
    edits: [
      {
        file: 'src/room/messages.ts',
        search: "'SELECT * FROM messages WHERE id > ? AND id < ? ORDER BY id LIMIT ?'",
        replace: "'SELECT * FROM messages WHERE id > ? + 1 AND id < ? ORDER BY id LIMIT ?'",
      },
    ],
  },
  {
    bug: 'nobody looks how much waits for a socket',
    trial: 'R5',
    size: { people: 8, rate: 60, size: 9_000, seconds: 4, patience: 60, timed: 0 },
    edits: [
      {
        file: 'src/actor/sockets.ts',
        search: 'socket.bufferedAmount > LIMITS.socketBacklogBytes',
        replace: 'socket.bufferedAmount < 0',
      },
    ],
  },
  {
    bug: 'a directory that does not answer is waited for',
    trial: 'R8',
    size: { requests: 20, stall: 12_000 },
    edits: [
      {
        file: 'src/api/app.ts',
        search: 'DIRECTORY: bounded(c.env.DIRECTORY, TIMES.directory)',
        replace: 'DIRECTORY: bounded(c.env.DIRECTORY, 10 * TIMES.directory)',
      },
    ],
  },
  {
    bug: 'a socket that says nothing any more is believed',
    trial: 'R9',
    size: { silence: 6_000 },
    edits: [
      {
        file: 'src/actor/sockets.ts',
        search: 'ping === 0 || Date.now() - ping < TIMES.silence',
        replace: 'ping >= 0',
      },
    ],
  },
  {
    bug: 'membership counts when a socket opens, and not after',
    trial: 'S4',
    size: { rounds: 1, sleep: 0 },
    edits: [
      {
        file: 'src/room/context.ts',
        search: 'for (const connection of this.sockets.of(user)) this.sockets.close(connection, code, reason)',
        replace: 'if (user < 0) this.sockets.close([...this.sockets.of(user)][0] as never, code, reason)',
      },
    ],
  },
  {
    bug: 'a frame that is no JSON throws',
    trial: 'S8',
    size: { frames: 500, requests: 0, timed: 0 },
    edits: [
      {
        file: 'src/actor/receive.ts',
        search: "  } catch {\n    return 'malformed_frame'\n  }",
        replace: '  } catch (error) {\n    throw error\n  }',
      },
    ],
  },
  ...ACCOUNT_PLANTS,
  ...SECURITY_PLANTS,
]
