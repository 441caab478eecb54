/** Mutations of the actors, which the simulation must catch. */
import type { Mutation } from './mutation.ts'

/** Enough worlds to find each from seed 1; the rarest shows itself in the 370th. */
const SIM = { trial: 'SIM', options: { worlds: 600 } }

export const SIMULATION: Mutation[] = [
  {
    ...SIM,
    bug: 'a room acknowledges a message before it writes it',
    edits: [
      {
        symbol: 'MessageStore.add',
        search: 'add(id: MessageId, now: number, message: NewMessage): MessageRow {',
        replace: `add(id: MessageId, now: number, message: NewMessage): MessageRow {
      setTimeout(() => this.write(id, now, message), 100)
      return { id, ...message, created_at: now, edited_at: null, deleted_at: null, changed_seq: null }
    }
    write(id: MessageId, now: number, message: NewMessage): MessageRow {`,
      },
    ],
  },
  {
    ...SIM,
    bug: 'a room does not look whether a message was sent before',
    edits: [{ symbol: 'Messages.#store', search: 'if ($earlier) return { row', replace: 'if (false) return { row' }],
  },
  {
    ...SIM,
    bug: 'a replay begins one event too late',
    edits: [{ symbol: 'replay', search: 'let sent = $after', replace: 'let sent = $after + 1' }],
  },
  {
    ...SIM,
    bug: 'a room that wakes numbers changes anew from the newest message',
    edits: [{ symbol: 'RoomStores.#newest', search: '$messages.lastChangeSeq(),', replace: '0,' }],
  },
  {
    ...SIM,
    bug: 'a room leaves the sockets of a removed member open',
    edits: [{ symbol: 'Members.revoke', search: '$publisher.close($row.user_id)', replace: '' }],
  },
  {
    ...SIM,
    bug: 'a read cursor may go back',
    edits: [
      {
        symbol: 'Receipts.#write',
        search: 'if ($read > $member.read_to) {',
        replace: 'if ($read > 0 && $read !== $member.read_to) {',
      },
    ],
  },
  {
    ...SIM,
    bug: 'a room keeps its unread count when a message is deleted',
    edits: [{ symbol: 'Messages.deleteMessage', search: '$unread.deleted($row)', replace: '' }],
  },
  {
    ...SIM,
    bug: 'the outbox deletes an entry before it calls its recipient',
    edits: [
      {
        symbol: 'Outbox.#attempt',
        search: 'if (!$deliver) throw',
        replace: `this.#sql.exec('DELETE FROM outbox WHERE key = ?', key)
      if (!$deliver) throw`,
      },
    ],
  },
  {
    ...SIM,
    bug: 'the outbox deletes with an entry what was enqueued under its key since',
    edits: [
      {
        symbol: 'Outbox.#attempt',
        search: 'DELETE FROM outbox WHERE key = ? AND revision = ?',
        replace: 'DELETE FROM outbox WHERE key = ? AND revision >= 0 * ?',
      },
    ],
  },
  {
    ...SIM,
    bug: 'a room unsubscribes a sidebar that has asked since',
    edits: [
      {
        symbol: 'SidebarPush.#push',
        search: 'if ($state.generation === $asked) {',
        replace: '{',
      },
    ],
  },
  {
    ...SIM,
    bug: 'a room takes a sidebar that did not answer for up to date',
    edits: [
      {
        symbol: 'SidebarPush.#push',
        search: '$state.failures += 1',
        replace: '$state.delivered = report.state.version',
      },
    ],
  },
  {
    ...SIM,
    bug: 'the sidebar takes an older state of a room for the newest',
    edits: [
      {
        symbol: 'RoomStore.apply',
        search: '$row.version > $state.version',
        replace: '$row.version > $state.version + 1_000_000',
      },
    ],
  },
  {
    ...SIM,
    bug: 'the sidebar unsubscribes from a room without remembering to ask it again',
    edits: [
      {
        symbol: 'RoomSync.unsubscribe',
        search: 'if ($asking) $asking.isSure = false\n    $mark($room)',
        replace: '',
      },
    ],
  },
  {
    ...SIM,
    bug: 'the sidebar tells the feed nothing again after it failed',
    edits: [
      {
        symbol: 'RoomSync.#apply',
        search: 'await $tell($state.room)',
        replace: 'await $tell($state.room).catch(() => undefined)',
      },
    ],
  },
  {
    ...SIM,
    bug: 'a summary quotes the newest message, whether or not it is unread',
    edits: [
      {
        symbol: 'RoomSummaries.of',
        search: '$unread === $newest?.id ? $newest : $get($unread ?? 0)',
        replace: '$newest',
      },
    ],
  },
  {
    ...SIM,
    bug: 'the directory takes an older membership for the newest',
    edits: [
      {
        symbol: 'projectRoom',
        search: 'WHERE excluded.version > memberships.version',
        replace: 'WHERE excluded.version > 0',
      },
    ],
  },
  {
    ...SIM,
    bug: 'a room takes the removal that a sidebar confirms for the last word about a member who has come back since',
    edits: [{ symbol: 'Members.grant', search: '$sidebars.onJoin($person.id)', replace: '' }],
  },
  {
    ...SIM,
    bug: 'the feed accepts what was sent to its former life',
    edits: [
      {
        symbol: 'Feed.unreadChanged',
        search: 'if ($sentTo && $sentTo !== $mine) return { $mine, accepted: false }',
        replace: '',
      },
    ],
  },
]
