/** Mutations that lose, repeat or delay something, each with the trial of reliability that must catch it. */
import type { Edit, Mutation } from './mutation.ts'

const RESUME = { symbol: 'MessageStore.page', search: 'WHERE id > ? AND id < ? ORDER BY id LIMIT ?' }
const RESUME_TOO_LATE: Edit = { ...RESUME, replace: 'WHERE id > ? + 1 AND id < ? ORDER BY id LIMIT ?' }

export const RELIABILITY: Mutation[] = [
  {
    bug: 'the sidebar remembers only in memory that it must ask a room again, and forgets it when it is evicted',
    trial: 'R2',
    edits: [
      {
        symbol: 'RoomSync.unsubscribe',
        search: 'this.#rooms.$mark($room)',
        replace: 'this.#reportedAt.set($room, Number.MAX_SAFE_INTEGER)',
      },
    ],
  },
  {
    bug: 'a room that wakes takes every sidebar for up to date',
    trial: 'R7',
    edits: [
      { symbol: 'SidebarPush', search: 'alarm.pending ? -1 : stores.timeline.seq', replace: 'stores.timeline.seq' },
      { symbol: 'PushStates.onAlarm', search: 'if (!$armed) $known = -1', replace: '' },
    ],
  },
  {
    bug: 'a resume begins one event too early',
    trial: 'R4',
    edits: [{ ...RESUME, replace: 'WHERE id >= ? AND id < ? ORDER BY id LIMIT ?' }],
  },
  { bug: 'a resume begins one event too late', trial: 'R4', edits: [RESUME_TOO_LATE] },
  {
    bug: 'the unread count never goes down when a message is deleted',
    trial: 'R6',
    edits: [
      { symbol: 'UnreadCounts.deleted', search: 'if ($message === $newest) …count - 1, $newest })', replace: '' },
    ],
  },
  {
    bug: 'a room stores a repeated client_id again',
    trial: 'R6',
    edits: [
      { symbol: 'Messages.#store', search: 'if ($earlier) return { row: $earlier, created: false }', replace: '' },
      {
        file: 'migrations/room/0000_initial.sql',
        search: 'CREATE UNIQUE INDEX `messages_client`',
        replace: 'CREATE INDEX `messages_client`',
      },
    ],
  },
  {
    bug: 'the outbox deletes an entry before it is delivered',
    trial: 'R7',
    edits: [
      {
        symbol: 'Outbox.#attempt',
        search: 'await $inTime(Promise.resolve($deliver(JSON.parse($payload))))',
        replace: `this.#sql.exec('DELETE FROM outbox WHERE key = ?', key)
      await $inTime(Promise.resolve($deliver(JSON.parse($payload))))`,
      },
    ],
  },
  {
    bug: 'the feed counts a repeated announcement again',
    trial: 'R7',
    edits: [
      {
        symbol: 'Announcements.add',
        search: 'if ($known && $now <= $known.subject_version) {\n      return …as_of)\n    }',
        replace: '',
      },
    ],
  },
  {
    bug: 'a room gives a seat away some time after it saw that the seat was free',
    trial: 'R10',
    edits: [
      {
        symbol: 'Links.join',
        search: 'join(…): RoomRecord | Refused {',
        replace:
          'async join(caller: Caller, code: string, blocks: readonly RoomBlock[]): Promise<RoomRecord | Refused> {',
      },
      {
        symbol: 'Links.join',
        search: '$countUse($link.code)',
        replace: 'await scheduler.wait(1)\n    $countUse($link.code)',
      },
    ],
  },
  {
    bug: 'an owner who leaves admins behind leaves a group without an owner',
    trial: 'R10',
    edits: [
      {
        symbol: 'Members.depart',
        search: "(!$hasAdmin() || $member.role === 'owner')",
        replace: '!$hasAdmin()',
      },
    ],
  },
  {
    bug: 'a page ends where the rest of it consists of deleted messages',
    trial: 'R11',
    edits: [
      {
        symbol: 'pageOf',
        search: 'const $more = $rows.length > $limit\n  const $shown',
        replace:
          'const $more = rows.filter((row) => (row as { deleted_at?: number | null }).deleted_at == null).length > $limit\n  const $shown',
      },
    ],
  },
  {
    bug: 'a step of a migration is no transaction',
    trial: 'R12',
    edits: [
      {
        symbol: 'take',
        search: '$transaction(() => {\n    for (const $statement',
        replace: '[0].forEach(() => {\n    for (const $statement',
      },
    ],
  },
  {
    bug: 'a migration skips a step whose name is older than the newest that was applied',
    trial: 'R12',
    edits: [
      {
        symbol: 'migrate',
        search: 'of $steps.slice($applied.length))',
        replace: 'of $steps.slice($applied.length).filter((each) => $applied.every(({ id }) => id < each.id)))',
      },
    ],
  },
  {
    bug: 'a sidebar tells no room that its person is called otherwise',
    trial: 'R17',
    options: { times: 3, only: 1 },
    edits: [
      {
        symbol: 'OwnerProfile.enqueueFor',
        search: 'for (const $room of $rooms) this.#enqueue($room)',
        replace: 'void rooms',
      },
    ],
  },
  {
    bug: 'the SDK leaves a person who is renamed under their former name on loaded messages',
    trial: 'C1',
    options: { rounds: 4, steps: 60, rooms: 4 },
    edits: [{ symbol: 'withMember', search: 'withPerson($state.timeline, $user)', replace: '$state.timeline' }],
  },
  {
    bug: 'after a deploy a resume begins one event too late',
    trial: 'R3',
    edits: [RESUME_TOO_LATE],
  },
  {
    bug: 'an actor never looks how many bytes wait for a socket',
    trial: 'R5',
    options: { patience: 60 },
    edits: [
      {
        symbol: 'Sockets.#transmit',
        search: '$socket.bufferedAmount > LIMITS.socketBacklogBytes',
        replace: '$socket.bufferedAmount < 0',
      },
    ],
  },
  {
    bug: 'the Worker waits ten times as long for a silent directory',
    trial: 'R8',
    options: { stall: 12_000 },
    edits: [{ symbol: 'boundedDirectory', search: ', TIMES.directory)', replace: ', 10 * TIMES.directory)' }],
  },
  {
    bug: 'an actor takes a socket without pings for alive',
    trial: 'R9',
    edits: [
      {
        symbol: 'Sockets.closeSilent',
        search: '$ping === 0 || Date.now() - $ping < TIMES.silentSocket',
        replace: '$ping >= 0',
      },
    ],
  },
  {
    bug: 'a room checks membership when a socket opens, and leaves the socket of a removed member open',
    trial: 'S4',
    options: { sleep: 0 },
    edits: [
      {
        symbol: 'Publisher.close',
        search: 'for (const $connection of $of($user)) $close($connection, $code, $reason)',
        replace: 'if ($user < 0) $close([...$of($user)][0] as never, $code, $reason)',
      },
    ],
  },
  {
    bug: 'a frame that is no JSON throws',
    trial: 'S8',
    options: { frames: 500, requests: 0 },
    edits: [
      {
        symbol: 'parse',
        search: "} catch {\n    return 'malformed_frame'",
        replace: '} catch (error) {\n    throw error',
      },
    ],
  },
]
