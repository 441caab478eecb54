/** `/api/search`: asks each of the caller's rooms and merges the answers. A room that fails leaves those of the others. */
import { Hono } from 'hono'
import type * as z from 'zod'
import { COSTS } from '../../actor/budget/costs'
import { inParallel, inTime, roomStub, sidebarStub } from '../../actor/rpc/stubs'
import { BOUNDS, TIMES } from '../../config'
import { log } from '../../log/log'
import {
  ChatError,
  type FoundMessage,
  FoundPage,
  isRefused,
  type RoomId,
  type RoomInList,
  SearchQuery,
} from '../../protocol'
import { authenticateCaller, type SignedIn } from '../middleware/authenticate'
import { limitRate } from '../middleware/rate-limit'
import { query } from '../middleware/validate'
import { area, type Operation } from '../openapi/operation'
import { pageLink, readCursor } from '../presenters/pages'
import { charge, inBackground, spendWork } from '../usecases/spending'

export const search = new Hono<SignedIn>()

/** Rows that a search reads at most in all rooms together, and at least in each room. */
const MOST_READ = 60_000
const LEAST_READ = 1_000

/**
 * Newest first over all rooms. The position of a message is its time, then its room. Times are unique within a room, so
 * a cursor identifies one message.
 */
search.get('/', authenticateCaller, limitRate('search'), query(SearchQuery), async (c) => {
  const { q, limit, cursor, room, from, before, after, has } = c.req.valid('query')
  const { caller } = c.var
  const start = readCursor(cursor, 2)?.position
  // Only the caller's rooms are asked, and each checks the membership again.
  const rooms = await sidebarStub(c.env, caller.id).searchableRooms(caller.origin, BOUNDS.searchRooms, room)
  const most = Math.ceil(Math.max(MOST_READ / Math.max(1, rooms.length), LEAST_READ))
  const reservedWork = rooms.length * (COSTS.call + most * COSTS.rowRead)
  await spendWork(c.env, caller.id, reservedWork)
  const found: FoundMessage[] = []
  const unanswered: RoomId[] = []
  let read = 0
  // The latest time at which a room stopped reading: older messages may be missing.
  let until = Number.NEGATIVE_INFINITY
  await inParallel(rooms, BOUNDS.callsAtOnce, async ({ id, chat_name }: RoomInList) => {
    const searchQuery = {
      words: q,
      has,
      from,
      // One past the cursor's time, so that messages of other rooms in the same millisecond are not lost.
      sentBefore: Math.min(
        before ?? Number.MAX_SAFE_INTEGER,
        start ? (start[0] as number) + 1 : Number.MAX_SAFE_INTEGER,
      ),
      sentAfter: after,
      // One more shows whether there are more, another may be the cursor's own message.
      limit: limit + 2,
      most,
    }
    const answer = await inTime(roomStub(c.env, id).search(caller, searchQuery), TIMES.search).catch((error) => {
      log('warn', 'room.unsearched', { room_id: id, error })
      return null
    })
    if (answer === null) unanswered.push(id)
    if (answer === null || isRefused(answer)) return
    for (const message of answer.found) found.push({ ...message, chat_name })
    read += answer.read
    until = Math.max(until, answer.searchedSince ?? until)
  })
  if (unanswered.length > 0 && unanswered.length === rooms.length) throw new ChatError('unavailable', { retryAfter: 2 })
  inBackground(c, charge(c.env, caller.id, rooms.length * COSTS.call + read * COSTS.rowRead - reservedWork))
  const places = found
    .map((message) => ({ message, time: Date.parse(message.timestamp) }))
    .filter(({ message, time }) => !start || time < (start[0] as number) || message.room < (start[1] as number))
    .filter(({ time }) => time > until)
    .sort((a, b) => b.time - a.time || b.message.room - a.message.room)
  const shown = places.slice(0, limit)
  const last = shown.at(-1)
  const end =
    places.length > limit && last ? [last.time, last.message.room] : Number.isFinite(until) ? [until + 1, 0] : null
  return c.json({
    next: end && pageLink(c.req.url, { side: 'below', position: end }),
    previous: null,
    results: shown.map(({ message }) => message),
    ...(unanswered.length > 0 && { unanswered_rooms: unanswered }),
  } satisfies z.infer<typeof FoundPage>)
})

const describe = area('Messages')

/** The routes above, as `/api/schema/` describes them. */
export const searchOperations: Operation[] = [
  describe.get('/api/search/', 'Messages in all my rooms', { 200: FoundPage }, { query: SearchQuery }),
]
