/** A directory that answers soon or counts as down: D1 can stall for a minute, and nobody should wait that long. */
import { ChatError } from '../protocol'

/** Steps in which the time is counted. */
const STEPS = 4

/**
 * What `work` gives, or `unavailable` after `limit` milliseconds without it. The time is counted in steps, each begun
 * when the last one has been noticed: while hashing passwords keeps the isolate busy, no answer can arrive, and that
 * time is not D1's.
 */
async function answerWithin<T>(work: Promise<T>, limit: number): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_, reject) => {
    const step = (left: number) => {
      if (left === 0) reject(new ChatError('unavailable', { retryAfter: Math.ceil(limit / 1_000) }))
      else timer = setTimeout(step, limit / STEPS, left - 1)
    }
    step(STEPS)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}

const QUERY_METHODS = new Set<string | symbol>(['first', 'run', 'all', 'raw'])

// biome-ignore lint/suspicious/noExplicitAny: whatever D1's methods take and give is passed through
type Method = (...args: any[]) => any

function boundedStatement(statement: D1PreparedStatement, limit: number): D1PreparedStatement {
  return new Proxy(statement, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name)
      if (typeof value !== 'function') return value
      const method = value.bind(target) as Method
      if (name === 'bind') return (...values: unknown[]) => boundedStatement(method(...values), limit)
      return QUERY_METHODS.has(name) ? (...args: unknown[]) => answerWithin(method(...args), limit) : method
    },
  })
}

/** The same database, each of whose answers comes within `limit` milliseconds or fails with `unavailable`. */
export function withDeadline(db: D1Database, limit: number): D1Database {
  return new Proxy(db, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name)
      if (typeof value !== 'function') return value
      const method = value.bind(target) as Method
      if (name === 'prepare') return (sql: string) => boundedStatement(method(sql), limit)
      return name === 'batch' ? (statements: unknown[]) => answerWithin(method(statements), limit) : method
    },
  })
}
