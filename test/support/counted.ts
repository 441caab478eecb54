/** The real directory, which notes what it is asked. */
import { env } from 'cloudflare:workers'

/** Bindings for one or more requests, and the statements that the directory was asked in them, in order. */
export function counted(): { env: Partial<Env>; sql: string[] } {
  const sql: string[] = []
  const directory = new Proxy(env.DIRECTORY, {
    get(of, name) {
      const value: unknown = Reflect.get(of, name)
      if (name !== 'prepare') return typeof value === 'function' ? value.bind(of) : value
      return (text: string) => {
        sql.push(text)
        return of.prepare(text)
      }
    },
  })
  return { env: { DIRECTORY: directory }, sql }
}
