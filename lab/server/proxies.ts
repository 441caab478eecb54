/** Wraps the directory, R2 and actors, so that a function runs around each call. */
// biome-ignore lint/suspicious/noExplicitAny: whatever the platform's methods take and give is passed through
export type Method = (...args: any[]) => any

/** Makes one call, and may do something before and after it, or not make it. */
export type Around = (call: () => Promise<unknown>, statements: string[]) => Promise<unknown>

/** `target` with some methods replaced; `replace` answers undefined for those that stay. */
export function withMethods<T extends object>(
  target: T,
  replace: (name: string, method: Method) => Method | undefined,
): T {
  return new Proxy(target, {
    get(original, name) {
      const value: unknown = Reflect.get(original, name)
      if (typeof value !== 'function') return value
      const method = value.bind(original) as Method
      return replace(String(name), method) ?? method
    },
  })
}

const QUERYING = ['first', 'run', 'all', 'raw']

/** D1 keeps the text of a statement here. */
const textOf = (statement: unknown): string => (statement as { statement: string }).statement

/** The same database, each of whose queries and batches goes through `through`. */
export function throughDirectory(db: D1Database, through: Around): D1Database {
  const statement = (prepared: D1PreparedStatement): D1PreparedStatement =>
    withMethods(prepared, (name, method) => {
      if (name === 'bind') return (...values) => statement(method(...values))
      if (!QUERYING.includes(name)) return undefined
      return (...args) => through(() => method(...args), [textOf(prepared)])
    })
  return withMethods(db, (name, method) => {
    if (name === 'prepare') return (sql) => statement(method(sql))
    if (name === 'batch') return (all: unknown[]) => through(() => method(all), all.map(textOf))
    return undefined
  })
}

/** The same actors; each call of a method of theirs goes through `through`. */
export function throughActors<Namespace extends object>(
  namespace: Namespace,
  through: (call: () => unknown, of: { actor: string; method: string; args: unknown[] }) => unknown,
): Namespace {
  return withMethods(namespace, (name, method) => {
    if (name !== 'getByName') return undefined
    return (actor: string) =>
      new Proxy(method(actor), {
        get(stub, property) {
          const member: unknown = Reflect.get(stub, property)
          if (typeof member !== 'function') return member
          // By name: what a stub gives for a method can be called through the stub only.
          return (...args: unknown[]) =>
            through(() => (stub as Record<string | symbol, Method>)[property]?.(...args), {
              actor,
              method: String(property),
              args,
            })
        },
      })
  })
}
