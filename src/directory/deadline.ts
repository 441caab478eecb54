/** A D1 database with a deadline: D1 can stall for a minute, and requests must fail sooner. */
import { ChatError } from '../protocol'

/** The steps in which the time is measured. */
const STEPS = 4

/**
 * The result of `work`, or `unavailable` after `limit` milliseconds. The time is measured in steps, each started when
 * the previous one was noticed: while hashing passwords blocks the isolate, no answer can arrive, and D1 is not to
 * blame.
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

/** The same database. Each of its answers arrives within `limit` milliseconds or fails with `unavailable`. */
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
