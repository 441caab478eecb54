/** What an answer took: passwords hashed and statements run until it left, told in a header to a trial that asks for it. */
import { hashesMade } from '../../src/auth/passwords'
import { withMethods } from './faults'

/** With this header a request asks for the work of its answer, and finds it there. */
export const WORK = 'x-trial-work'

/** Characters of each statement: enough to tell them apart. */
const SHOWN = 70

/** Answers by `answer`, and says what was done until then. What is done after an answer shows in no answer. */
export async function measured(env: Env, answer: (env: Env) => Promise<Response> | Response): Promise<Response> {
  const statements: string[] = []
  const before = hashesMade
  const response = await answer({ ...env, DIRECTORY: noting(env.DIRECTORY, statements) })
  const headers = new Headers(response.headers)
  headers.set(WORK, [`${hashesMade - before} hashed`, ...statements].join(' | '))
  return new Response(response.body, { status: response.status, headers })
}

/** D1 keeps the text of a statement here. */
const textOf = (statement: unknown): string =>
  (statement as { statement: string }).statement.replaceAll(/\s+/g, ' ').trim().slice(0, SHOWN)

const RUNNING = ['first', 'run', 'all', 'raw']

const noted = (statement: D1PreparedStatement, statements: string[]): D1PreparedStatement =>
  withMethods(statement, (name, method) => {
    if (name === 'bind') return (...values) => noted(method(...values), statements)
    if (!RUNNING.includes(name)) return undefined
    return (...args) => {
      statements.push(textOf(statement))
      return method(...args)
    }
  })

const noting = (db: D1Database, statements: string[]): D1Database =>
  withMethods(db, (name, method) => {
    if (name === 'prepare') return (sql) => noted(method(sql), statements)
    if (name !== 'batch') return undefined
    return (all: unknown[]) => {
      statements.push(...all.map(textOf))
      return method(all)
    }
  })
