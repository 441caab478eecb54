/**
 * The directory, asked from outside the Worker: as a D1 database, so that the Worker's own queries run over it.
 *
 * Three doors. Of a local server that runs, its own: two processes that write one SQLite file can end the server
 * (workers-sdk#14916). Of one that does not run, Wrangler over its store. Of the deployed one, Wrangler over Cloudflare.
 */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { Trouble } from './steps.mjs'
import { environment, ROOT, wranglerCommand } from './wrangler.mjs'

/** Bytes of rows that Wrangler may print: far more than any question here is answered with. */
const OUTPUT_MOST = 64 * 2 ** 20

type Value = string | number | null
type Row = Record<string, Value>

interface Result {
  results: Row[]
  meta: { changes: number }
}

/** Runs statements in one transaction and gives their rows. */
export type Door = (statements: string[]) => Promise<Result[]>

/** The part of a D1 database that the directory's queries use. */
export class Directory {
  readonly #door: Door

  constructor(door: Door) {
    this.#door = door
  }

  prepare(sql: string): Statement {
    return new Statement(this.#door, sql, [])
  }

  async batch(statements: Statement[]): Promise<Result[]> {
    return this.#door(statements.map((statement) => statement.text))
  }
}

class Statement {
  readonly #door: Door
  readonly #sql: string
  readonly #values: Value[]

  constructor(door: Door, sql: string, values: Value[]) {
    this.#door = door
    this.#sql = sql
    this.#values = values
  }

  get text(): string {
    return written(this.#sql, this.#values)
  }

  bind(...values: Value[]): Statement {
    return new Statement(this.#door, this.#sql, values)
  }

  async all(): Promise<Result> {
    return (await this.#door([this.text]))[0] as Result
  }

  run(): Promise<Result> {
    return this.all()
  }

  async first(column?: string): Promise<Row | Value> {
    const [row] = (await this.all()).results
    if (!row) return null
    return column === undefined ? row : (row[column] ?? null)
  }
}

/** Parts of a statement in which a question mark is no parameter, and parameters. */
const PARAMETER = /'(?:[^']|'')*'|"(?:[^"]|"")*"|\?(\d*)/g

/** A statement with its values written into it: not every door takes them apart. */
export function written(sql: string, values: readonly Value[]): string {
  let next = 0
  return sql.replace(PARAMETER, (found, place?: string) =>
    place === undefined ? found : literal(values[place === '' ? next++ : Number(place) - 1]),
  )
}

/** Text is written in hexadecimal, so that nothing in it can be anything but text. */
function literal(value: Value | undefined): string {
  if (value === undefined) throw new Error('A parameter without a value')
  if (value === null) return 'NULL'
  if (typeof value === 'number') return String(value)
  return `CAST(X'${Buffer.from(value, 'utf8').toString('hex')}' AS TEXT)`
}

/** Where nothing listens the answer is immediate; one that is only busy must not be taken for none. In milliseconds. */
const PATIENCE = 20_000

/** Of the local server at `url`; undefined when none answers there. */
export async function runningDoor(url: string): Promise<Door | undefined> {
  const databases = `${url}/cdn-cgi/local/explorer/api/d1/database`
  const [found] = await fetch(databases, { signal: AbortSignal.timeout(PATIENCE) })
    .then(async (answer) => ((await answer.json()) as { result: { uuid: string }[] }).result)
    .catch(() => [])
  if (!found) return undefined
  return async (statements) => {
    const answer = await fetch(`${databases}/${encodeURIComponent(found.uuid)}/raw`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ batch: statements.map((sql) => ({ sql })) }),
    })
    const { success, errors, result } = (await answer.json()) as RawAnswer
    if (!success) throw new Error(errors[0]?.message ?? `The directory answered ${answer.status}`)
    return result.map(({ results: { columns, rows }, meta }) => ({
      meta,
      results: rows.map((row) => Object.fromEntries(row.map((value, place) => [columns[place], value]))),
    }))
  }
}

interface RawAnswer {
  success: boolean
  errors: { message: string }[]
  result: { results: { columns: string[]; rows: Value[][] }; meta: { changes: number } }[]
}

/** Of a store that no server is using. */
export const storeDoor = (persistTo: string): Door => wranglerDoor(['--local', '--persist-to', persistTo])

/** Of the deployed directory, with the rights of whoever is signed in to Wrangler. */
export const remoteDoor = (): Door => wranglerDoor(['--remote'])

const wranglerDoor =
  (where: string[]): Door =>
  async (statements) => {
    const sql = statements.join(';\n')
    const [command, args] = wranglerCommand([
      'd1',
      'execute',
      'DIRECTORY',
      ...where,
      '--json',
      '--yes',
      '--command',
      sql,
    ])
    const options = { cwd: ROOT, env: { ...environment(), CI: '1', NO_COLOR: '1' }, maxBuffer: OUTPUT_MOST }
    try {
      const { stdout } = await promisify(execFile)(command, args, options)
      return JSON.parse(stdout) as Result[]
    } catch (error) {
      const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string }
      throw new Trouble('Wrangler could not ask the directory.', 'What it printed stands above.', `${stdout}${stderr}`)
    }
  }
