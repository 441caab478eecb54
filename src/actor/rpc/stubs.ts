/**
 * The only place that turns an id into an actor. Ids must have been authorised before: naming an actor creates it.
 * Every call carries the trace of the request or frame that causes it.
 */
import { TIMES } from '../../config'
import type { RoomId, UserId } from '../../protocol'
import { carrying } from './traced'

export const roomStub = (env: Pick<Env, 'ROOMS'>, id: RoomId) => carrying(env.ROOMS.getByName(String(id)))
export const sidebarStub = (env: Pick<Env, 'SIDEBARS'>, id: UserId) => carrying(env.SIDEBARS.getByName(String(id)))
export const feedStub = (env: Pick<Env, 'FEEDS'>, id: UserId) => carrying(env.FEEDS.getByName(String(id)))
export const budgetStub = (env: Pick<Env, 'BUDGETS'>, name: UserId | string) =>
  carrying(env.BUDGETS.getByName(String(name)))
export const webhookStub = (env: Pick<Env, 'WEBHOOKS'>, id: number) => carrying(env.WEBHOOKS.getByName(String(id)))
export const uploadsStub = (env: Pick<Env, 'UPLOADS'>, id: UserId) => carrying(env.UPLOADS.getByName(String(id)))

/**
 * A neighbour's answer, or a failure after `TIMES.call`: an actor that hangs must not block this one.
 * @throws {Error} after the time limit, or the neighbour's own error
 */
export async function inTime<P extends Promise<unknown>>(call: P, limit: number = TIMES.call): Promise<Awaited<P>> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`No answer within ${limit} ms`)), limit)
  })
  try {
    return await Promise.race([call, late])
  } finally {
    clearTimeout(timer)
  }
}

/** Consecutive calls before other arrived events get a turn. */
const BREATH = 2

/** Runs `work` over `items`, at most `width` at a time: the platform allows six open connections per event. */
export async function inParallel<T>(
  items: Iterable<T>,
  width: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const queue = items[Symbol.iterator]()
  const lane = async () => {
    let done = 0
    for (let next = queue.next(); !next.done; next = queue.next()) {
      await work(next.value)
      // When the neighbours run in this process, hundreds of consecutive calls would keep it from reading its sockets.
      if (++done % BREATH === 0) await scheduler.wait(0)
    }
  }
  await Promise.all(Array.from({ length: width }, lane))
}
