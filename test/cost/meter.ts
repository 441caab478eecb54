/** Counts what the platform bills, while the product runs as it is: from the runtime's own cursors, results and calls. */
import { env } from 'cloudflare:workers'
import { vi } from 'vitest'
import { app } from '../../src/api/app'
import { Budget } from '../../src/budget/budget'
import { Feed } from '../../src/feed/feed'
import { currentTrace } from '../../src/log/trace'
import { Room } from '../../src/room/room'
import { Sidebar } from '../../src/sidebar/sidebar'
import { Uploads } from '../../src/uploads/uploads'
import { CPU, GIGABYTES, PRICES, TAKES } from './prices'

/** What one operation took. Rows of actors are told apart by kind; setting an alarm is a row written. */
export interface Bill {
  /** Calls and upgrades that reached an actor, and alarms that rang: each a billed request. */
  requests: number
  /** WebSocket messages that reached an actor: twenty are a billed request. */
  frames: number
  alarms: number
  roomWritten: number
  roomRead: number
  otherWritten: number
  otherRead: number
  d1Written: number
  d1Read: number
  /** Operations on stored objects: writes and lists (A), reads (B). */
  r2A: number
  r2B: number
  /** Requests to the Worker, and lines that are logged. */
  worker: number
  lines: number
  /** Seconds that actors run, or wait for something and so cannot hibernate. */
  awake: number
  /** Calls by what was called: `sidebar.roomChanged`. */
  calls: Record<string, number>
}

const NAMESPACES = { ROOMS: 'room', SIDEBARS: 'sidebar', FEEDS: 'feed', UPLOADS: 'uploads', BUDGETS: 'budget' } as const

/** Tables that only a room has. */
const OF_ROOM = /\b(messages|members|search|versions|reactions|attached|bans|links|room)\b/
const OF_OTHERS = /\b(rooms|owner|open_targets|ended_sessions|notifications|dismissed|removals|object_references)\b/

interface Counted {
  sql: SqlStorage
  cursor: { rowsRead: number; rowsWritten: number }
}

export class Meter {
  #cursors: Counted[] = []
  #kinds = new WeakMap<SqlStorage, 'room' | 'other'>()
  #calls: Record<string, number> = {}
  #frames = 0
  #alarms = 0
  #alarmsSet = 0
  #d1 = { written: 0, read: 0 }
  #r2 = { a: 0, b: 0 }
  #worker = 0
  #lines = 0
  /** Answers that actors waited for, and seconds of timers that they had set. */
  #waited = 0
  #timed = 0

  /** From now on everything is counted, until the spies are restored. */
  async install(): Promise<void> {
    await this.#watchActors()
    this.#watchCalls()
    this.#watchDirectory()
    this.#watchObjects()
    this.#watchWorker()
    this.#watchTimers()
  }

  reset(): void {
    this.#cursors = []
    this.#calls = {}
    this.#frames = this.#alarms = this.#alarmsSet = 0
    this.#d1 = { written: 0, read: 0 }
    this.#r2 = { a: 0, b: 0 }
    this.#worker = this.#lines = this.#waited = this.#timed = 0
  }

  bill(): Bill {
    const rows = { room: { written: 0, read: 0 }, other: { written: 0, read: 0 } }
    for (const { sql, cursor } of this.#cursors) {
      const kind = rows[this.#kinds.get(sql) ?? 'other']
      kind.written += cursor.rowsWritten
      kind.read += cursor.rowsRead
    }
    const calls = Object.values(this.#calls).reduce((sum, count) => sum + count, 0)
    const events = calls + this.#alarms + this.#frames
    return {
      requests: calls + this.#alarms,
      frames: this.#frames,
      alarms: this.#alarms,
      roomWritten: rows.room.written,
      roomRead: rows.room.read,
      otherWritten: rows.other.written + this.#alarmsSet,
      otherRead: rows.other.read,
      d1Written: this.#d1.written,
      d1Read: this.#d1.read,
      r2A: this.#r2.a,
      r2B: this.#r2.b,
      worker: this.#worker,
      lines: this.#lines,
      awake: events * TAKES.event + this.#waited * TAKES.answer + this.#timed,
      calls: { ...this.#calls },
    }
  }

  async #watchActors(): Promise<void> {
    for (const { prototype } of [Room, Sidebar, Feed, Uploads, Budget] as unknown as {
      prototype: Record<string, unknown>
    }[]) {
      this.#tally(prototype, 'alarm', () => this.#alarms++)
      this.#tally(prototype, 'webSocketMessage', () => this.#frames++)
    }
    const { runInDurableObject } = await import('cloudflare:test')
    const [sql, storage] = await runInDurableObject(env.FEEDS.getByName('1'), (_, ctx) => [
      Object.getPrototypeOf(ctx.storage.sql) as SqlStorage,
      Object.getPrototypeOf(ctx.storage) as DurableObjectStorage,
    ])
    this.#tally(storage as unknown as Record<string, unknown>, 'setAlarm', () => this.#alarmsSet++)
    const meter = this
    const exec = sql.exec
    vi.spyOn(sql, 'exec').mockImplementation(function (this: SqlStorage, query, ...values) {
      const cursor = exec.call(this, query, ...values)
      // The others first: a list has a column that is called like a table of the room.
      if (OF_OTHERS.test(query)) meter.#kinds.set(this, 'other')
      else if (OF_ROOM.test(query)) meter.#kinds.set(this, 'room')
      meter.#cursors.push({ sql: this, cursor })
      return cursor as never
    })
  }

  #tally(on: Record<string, unknown>, name: string, count: () => void): void {
    const method = on[name]
    if (typeof method !== 'function') return
    vi.spyOn(on as Record<string, () => unknown>, name).mockImplementation(function (
      this: unknown,
      ...args: unknown[]
    ) {
      count()
      return method.apply(this, args)
    } as never)
  }

  #watchCalls(): void {
    for (const [binding, kind] of Object.entries(NAMESPACES)) {
      const namespace = env[binding as keyof typeof NAMESPACES] as unknown as Record<string, unknown>
      const getByName = (namespace.getByName as (name: string) => object).bind(namespace)
      const counted = (name: string) =>
        new Proxy(getByName(name), {
          get: (stub, method) => {
            const member = Reflect.get(stub, method) as unknown
            if (typeof member !== 'function') return member
            return (...args: unknown[]) => {
              const call = `${kind}.${String(method)}`
              this.#calls[call] = (this.#calls[call] ?? 0) + 1
              this.#waits()
              return (stub as Record<string | symbol, (...all: unknown[]) => unknown>)[method]?.(...args)
            }
          },
        })
      Object.assign(env, { [binding]: { getByName: counted } })
    }
  }

  #watchDirectory(): void {
    const add = ({ meta }: D1Result) => {
      this.#waits()
      this.#d1.read += meta.rows_read
      this.#d1.written += meta.rows_written
    }
    const database = Object.getPrototypeOf(env.DIRECTORY) as D1Database
    const batch = database.batch
    vi.spyOn(database, 'batch').mockImplementation(async function (this: D1Database, statements) {
      const results = await batch.call(this, statements)
      results.forEach(add)
      return results as never
    })
    const statement = Object.getPrototypeOf(env.DIRECTORY.prepare('SELECT 1')) as D1PreparedStatement
    const all = statement.all
    const counted = async function (this: D1PreparedStatement) {
      const result = await all.call(this)
      add(result)
      return result
    }
    vi.spyOn(statement, 'all').mockImplementation(counted as never)
    vi.spyOn(statement, 'run').mockImplementation(counted as never)
    vi.spyOn(statement, 'first').mockImplementation(async function (this: D1PreparedStatement, column?: string) {
      const [row] = (await counted.call(this)).results as Record<string, unknown>[]
      return (row === undefined ? null : column === undefined ? row : row[column]) as never
    } as never)
  }

  #watchObjects(): void {
    const bucket = Object.getPrototypeOf(env.MEDIA) as Record<string, unknown>
    for (const name of ['put', 'list', 'createMultipartUpload']) this.#tally(bucket, name, () => this.#r2.a++)
    for (const name of ['get', 'head']) this.#tally(bucket, name, () => this.#r2.b++)
  }

  #watchWorker(): void {
    this.#tally(app as unknown as Record<string, unknown>, 'fetch', () => this.#worker++)
    for (const name of ['log', 'warn', 'error'] as const) {
      vi.spyOn(console, name).mockImplementation((line: unknown) => {
        if (typeof line === 'string' && line.startsWith('{"level"')) this.#lines += 1
      })
    }
  }

  /** An actor waits for an answer; the Worker's own waiting costs nothing. */
  #waits(): void {
    if (currentTrace()?.actor !== undefined) this.#waited += 1
  }

  #watchTimers(): void {
    const set = globalThis.setTimeout
    const counted = (work: () => void, wait = 0) => {
      if (currentTrace()?.actor === undefined) return set(work, wait)
      return set(() => {
        // Those that are taken back before they ring are there in case an answer does not come, which is counted.
        this.#timed += wait / 1_000
        work()
      }, wait)
    }
    vi.spyOn(globalThis, 'setTimeout').mockImplementation(counted as never)
  }
}

/** A bill in units: millionths of a dollar, at list price. */
export function priced(
  { requests, frames, worker, lines, awake, r2A, r2B, ...rows }: Bill,
  cpu: number = CPU.request,
): number {
  const written = rows.roomWritten + rows.otherWritten + rows.d1Written
  const read = rows.roomRead + rows.otherRead + rows.d1Read
  const dollars =
    requests * PRICES.request +
    frames * PRICES.frame +
    worker * (PRICES.worker + cpu * PRICES.cpu) +
    lines * PRICES.log +
    awake * GIGABYTES * PRICES.duration +
    written * PRICES.written +
    read * PRICES.read +
    r2A * PRICES.classA +
    r2B * PRICES.classB
  return dollars * 1e6
}
