/** Runs a function around calls between actors and around queries of the directory, in the isolate that all of them share. */
import { env } from 'cloudflare:workers'
import { vi } from 'vitest'

type Method = (...args: unknown[]) => Promise<unknown>

/** What is called: a method of the actor of this name. */
export interface Called {
  actor: string
  method: string
  args: unknown[]
}

/** Calls of tests go through `around` as well: they come from the same stubs. */
export function spyOnActors(around: (call: () => Promise<unknown>, called: Called) => Promise<unknown>): void {
  // All namespaces share it.
  const prototype = Object.getPrototypeOf(env.ROOMS) as typeof env.ROOMS
  const { getByName } = prototype
  vi.spyOn(prototype, 'getByName').mockImplementation(function (this: typeof env.ROOMS, actor: string) {
    return new Proxy(getByName.call(this, actor), {
      get(stub, method) {
        // A stub takes any name for a method of its actor, so it has to be called as what it is.
        const methods = stub as unknown as Record<string, Method>
        if (typeof method !== 'string' || method === 'constructor') return Reflect.get(stub, method)
        if (typeof methods[method] !== 'function') return methods[method]
        return (...args: unknown[]) => around(async () => methods[method]?.(...args), { actor, method, args })
      },
    })
  })
}

const QUERIES = { database: ['batch'], statement: ['first', 'run', 'all', 'raw'] }

/** Batches, and single statements too unless `batches` alone are named. */
export function spyOnDirectory(around: (query: () => Promise<unknown>) => Promise<unknown>, only?: 'batches'): void {
  const prototypes = { database: env.DIRECTORY, statement: env.DIRECTORY.prepare('SELECT 1') }
  for (const kind of only ? (['database'] as const) : (['database', 'statement'] as const)) {
    const prototype = Object.getPrototypeOf(prototypes[kind]) as Record<string, Method>
    for (const name of QUERIES[kind]) {
      const method = prototype[name] as Method
      vi.spyOn(prototype, name).mockImplementation(function (this: unknown, ...args: unknown[]) {
        return around(() => method.apply(this, args))
      })
    }
  }
}
