/** The real directory, slowed down so that requests truly overlap: a race that is left to chance proves little. */
import { env } from 'cloudflare:workers'

/**
 * Holds every answer to a statement matching `statement` back until `count` of them have been read, so that each of
 * `count` requests has read before any of them goes on to write. Later ones pass.
 */
export function meetAfter(count: number, statement: RegExp): Partial<Env> {
  let read = 0
  let open = () => {}
  const met = new Promise<void>((resolve) => {
    open = resolve
  })
  const held = <T extends object>(target: T): T =>
    new Proxy(target, {
      get(of, name) {
        const value: unknown = Reflect.get(of, name)
        if (typeof value !== 'function') return value
        const method = value.bind(of) as (...args: unknown[]) => object
        if (name === 'bind') return (...args: unknown[]) => held(method(...args))
        return async (...args: unknown[]) => {
          const answer = await method(...args)
          if (++read >= count) open()
          await met
          return answer
        }
      },
    })
  const directory = new Proxy(env.DIRECTORY, {
    get(of, name) {
      const value: unknown = Reflect.get(of, name)
      if (name === 'prepare') {
        return (sql: string) => (statement.test(sql) ? held(of.prepare(sql)) : of.prepare(sql))
      }
      return typeof value === 'function' ? value.bind(of) : value
    },
  })
  return { DIRECTORY: directory }
}
