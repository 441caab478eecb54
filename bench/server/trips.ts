/** Counts how often a request asks the directory and calls an actor: each is a way to another place and back. */

import type { Trips } from '../trips'

const ASKING = new Set<string | symbol>(['first', 'run', 'all', 'raw'])

// biome-ignore lint/suspicious/noExplicitAny: whatever the platform's methods take and give is passed through
type Method = (...args: any[]) => any

/** The same environment; what the Worker asks of it is counted. What actors ask of each other is not the request's. */
export function counted(env: Env, request: Request): { env: Env; trips: Trips } {
  const trips: Trips = {
    request: `${request.method} ${new URL(request.url).pathname}`,
    directory: 0,
    actors: 0,
    inTurn: 0,
    directoryInTurn: 0,
  }
  /** Counts a way when it begins; what begins after it has ended stands behind it in the row. */
  const way = async (to: 'directory' | 'actors', answer: () => unknown): Promise<unknown> => {
    trips[to] += 1
    const place = trips.inTurn + 1
    const placeInDirectory = trips.directoryInTurn + 1
    try {
      return await answer()
    } finally {
      trips.inTurn = Math.max(trips.inTurn, place)
      if (to === 'directory') trips.directoryInTurn = Math.max(trips.directoryInTurn, placeInDirectory)
    }
  }
  const asking = (call: Method): Method => {
    return (...args) => way('directory', () => call(...args))
  }
  const statement = (prepared: D1PreparedStatement): D1PreparedStatement =>
    watched(prepared, (name, method) => {
      if (name === 'bind') return (...values) => statement(method(...values))
      return ASKING.has(name) ? asking(method) : method
    })
  const directory = watched(env.DIRECTORY, (name, method) => {
    if (name === 'prepare') return (sql) => statement(method(sql))
    return name === 'batch' ? asking(method) : method
  })
  const actor = <Stub extends object>(stub: Stub): Stub =>
    new Proxy(stub, {
      get(target, name) {
        const member: unknown = Reflect.get(target, name)
        if (typeof member !== 'function') return member
        // By name, because what a stub gives for a method is itself a way to call it only through the stub.
        const call = target as Record<string | symbol, Method>
        return (...args: unknown[]) => way('actors', () => call[name]?.(...args))
      },
    })
  const actors = <Namespace extends object>(namespace: Namespace): Namespace =>
    watched(namespace, (name, method) => (name === 'getByName' ? (id) => actor(method(id)) : method))
  const { ROOMS, SIDEBARS, FEEDS, UPLOADS } = env
  return {
    env: {
      ...env,
      DIRECTORY: directory,
      ROOMS: actors(ROOMS),
      SIDEBARS: actors(SIDEBARS),
      FEEDS: actors(FEEDS),
      UPLOADS: actors(UPLOADS),
    },
    trips,
  }
}

/** The same object, each of whose methods `wrap` may put another in the place of. */
function watched<Target extends object>(
  target: Target,
  wrap: (name: string | symbol, method: Method) => Method,
): Target {
  return new Proxy(target, {
    get(object, name) {
      const value: unknown = Reflect.get(object, name)
      return typeof value === 'function' ? wrap(name, value.bind(object) as Method) : value
    },
  })
}
