/**
 * The sweep: calls rooms and people's actors one after the other, however long nobody used them. An actor that is called sets
 * its alarm for whatever is pending, so work whose alarm was lost is done within a minute of the sweep.
 */
import { inParallel, inTime, roomStub, sidebarStub, uploadsStub } from '../../actor/rpc/stubs'
import { BOUNDS } from '../../config'
import { nextToSweep, peopleWithOverdueEntries, recordSweep, type SweptKind } from '../../directory/operation/sweeps'
import { log } from '../../log/log'
import { deliverPending } from './outbox'

/** Since when an actor's oldest pending work is overdue (ms since 1970). */
type Ask = (env: Env, id: number) => Promise<number | null>

const ASK: Record<SweptKind, Ask> = {
  room: (env, id) => inTime(roomStub(env, id).overdueSince()),
  async user(env, id) {
    const times = await Promise.all([
      inTime(sidebarStub(env, id).overdueSince()),
      inTime(uploadsStub(env, id).overdueSince()),
    ])
    return oldest(times)
  },
}

/** Pending work that is overdue for longer than this is logged, in milliseconds. */
const LATE = 60_000

export async function sweep(env: Env): Promise<void> {
  const now = Date.now()
  for (const kind of Object.keys(ASK) as SweptKind[]) await sweepKind(env, kind, now)
  const people = await peopleWithOverdueEntries(env.DIRECTORY, BOUNDS.swept, now)
  await inParallel(people, BOUNDS.callsAtOnce, (user) =>
    deliverPending(env, user).catch((error) => log('error', 'sweep.failed', { user_id: user, error })),
  )
}

async function sweepKind(env: Env, kind: SweptKind, now: number): Promise<void> {
  const ids = await nextToSweep(env.DIRECTORY, kind, BOUNDS.swept, now)
  const times: (number | null)[] = []
  await inParallel(ids, BOUNDS.callsAtOnce, async (id) => {
    try {
      const since = await ASK[kind](env, id)
      times.push(since)
      if (since !== null && since < now - LATE) log('warn', 'sweep.late', { kind, id, since: new Date(since) })
    } catch (error) {
      // An actor that does not answer has whatever it owes still before it.
      times.push(now)
      log('error', 'sweep.failed', { kind, id, error })
    }
  })
  const last = ids.length === BOUNDS.swept ? (ids.at(-1) ?? 0) : 0
  await recordSweep(env.DIRECTORY, kind, { last, at: now, overdueSince: oldest(times) })
}

function oldest(times: (number | null)[]): number | null {
  const known = times.filter((time) => time !== null)
  return known.length === 0 ? null : Math.min(...known)
}
