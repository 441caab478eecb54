/** Counts what the product does: passwords hashed, statements, questions to the directory, calls to actors. */

import type { RoomReport } from '../../src/actor/rpc/summary'
import { hashesMade } from '../../src/auth/passwords'
import type { Push, Trips } from './doors'
import { throughActors, throughDirectory } from './proxies'

/** A request with this header finds there what its answer took; its trips are kept until somebody asks for them. */
export const COUNT = 'x-lab-count'

/** Characters of each statement: enough to tell them apart. */
const SHOWN = 70

/** Of each request that was counted, until somebody asks. */
export const trips: Trips[] = []

/** Answers by `answer`, and says in a header what was done until then. What actors ask of each other is not counted. */
export async function counted(
  env: Env,
  request: Request,
  answer: (env: Env) => Promise<Response> | Response,
): Promise<Response> {
  const own = { request: `${request.method} ${new URL(request.url).pathname}` }
  const trip: Trips = { ...own, directory: 0, actors: 0, inTurn: 0, directoryInTurn: 0 }
  trips.push(trip)
  const statements: string[] = []
  const before = hashesMade
  /** Counts a way when it begins; what begins after it has ended stands behind it in the row. */
  const way = async (to: 'directory' | 'actors', call: () => unknown): Promise<unknown> => {
    trip[to] += 1
    const [index, indexInDirectory] = [trip.inTurn + 1, trip.directoryInTurn + 1]
    try {
      return await call()
    } finally {
      trip.inTurn = Math.max(trip.inTurn, index)
      if (to === 'directory') trip.directoryInTurn = Math.max(trip.directoryInTurn, indexInDirectory)
    }
  }
  const actors = <Namespace extends object>(namespace: Namespace): Namespace =>
    throughActors(namespace, (call) => way('actors', call))
  const { ROOMS, SIDEBARS, FEEDS, UPLOADS } = env
  const response = await answer({
    ...env,
    DIRECTORY: throughDirectory(env.DIRECTORY, (query, some) => {
      statements.push(...some.map((text) => text.replaceAll(/\s+/g, ' ').trim().slice(0, SHOWN)))
      return way('directory', query)
    }),
    ROOMS: actors(ROOMS),
    SIDEBARS: actors(SIDEBARS),
    FEEDS: actors(FEEDS),
    UPLOADS: actors(UPLOADS),
  })
  if (response.webSocket) return response
  const headers = new Headers(response.headers)
  headers.set(COUNT, [`${hashesMade - before} hashed`, ...statements].join(' | '))
  return new Response(response.body, { status: response.status, headers })
}

/** What rooms pushed to sidebars, until somebody asks. */
export const pushes: Push[] = []

/** The same sidebars; what rooms push to them is noted in `pushes` when the call begins. */
export const notePushes = (sidebars: Env['SIDEBARS']): Env['SIDEBARS'] =>
  throughActors(sidebars, (call, { actor, method, args }) => {
    const [report] = args as [RoomReport]
    if (method === 'roomChanged') pushes.push({ user: Number(actor), room: report.state.room, at: Date.now() })
    return call()
  })
