/** Durable deliveries to an actor's neighbours, retried until each one has succeeded. */
import { BOUNDS, TIMES } from '../../config'
import { log } from '../../log/log'
import { currentTrace, newRequestId, withTrace } from '../../log/trace'
import { inParallel, inTime } from '../rpc/stubs'
import type { Alarm } from './alarm'
import { backoffAfter } from './backoff'

/** Delivers one payload. It must be safe to repeat: a delivery whose answer was lost is repeated. */
export type Deliver = (payload: unknown) => Promise<unknown>

interface OutboxEntry extends Record<string, SqlStorageValue> {
  key: string
  payload: string
  attempts: number
  due: number
  revision: number
  /** The id of the request that enqueued it. */
  cause: string | null
}

/**
 * An entry is a state, not an event: enqueuing under a key that is pending replaces its payload, so the table stays small. The
 * part of the key before the first colon names the recipient.
 *
 * An entry is written in the transaction of the change that causes it, delivered at once, and retried by alarm with back-off.
 */
export class Outbox {
  readonly #sql: SqlStorage
  readonly #alarm: Alarm
  readonly #recipients: Record<string, Deliver>
  readonly #order: string
  readonly #running = new Map<string, Promise<void>>()
  #timer: ReturnType<typeof setTimeout> | undefined

  /** Entries that are due at the same time are delivered in the order of `recipients`. */
  constructor(sql: SqlStorage, alarm: Alarm, recipients: Record<string, Deliver>) {
    this.#sql = sql
    this.#alarm = alarm
    this.#recipients = recipients
    const ranks = Object.keys(recipients).map((name, rank) => `WHEN '${name}' THEN ${rank}`)
    alarm.covers(() => this.#nextDue())
    this.#order = `CASE substr(key, 1, instr(key, ':') - 1) ${ranks.join(' ')} ELSE ${ranks.length} END`
  }

  /** Enqueues `payload` under `key`. Durable with the writes of this turn. */
  enqueue(key: string, payload: unknown): void {
    this.#sql.exec(
      `INSERT INTO outbox (key, payload, attempts, due, revision, cause) VALUES (?, ?, 0, ?, 1, ?)
       ON CONFLICT (key) DO UPDATE SET payload = excluded.payload, attempts = 0, due = excluded.due,
         revision = revision + 1, cause = excluded.cause`,
      key,
      JSON.stringify(payload),
      Date.now(),
      currentTrace()?.request_id ?? null,
    )
    this.#alarm.ringBy(Date.now() + TIMES.outboxFirst)
    // The timer delivers as soon as the turn is over. The alarm covers an instance that ends before.
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined
      void this.deliver()
    }, 0)
  }

  /** The payload that is pending under `key`, if there is one. */
  pending(key: string): unknown {
    const [entry] = this.#sql.exec<{ payload: string }>('SELECT payload FROM outbox WHERE key = ?', key).toArray()
    return entry && JSON.parse(entry.payload)
  }

  /** Whether no entry is pending. */
  get isEmpty(): boolean {
    return this.#sql.exec('SELECT 1 FROM outbox LIMIT 1').toArray().length === 0
  }

  /** Delivers all entries that are due. Resolves when each has been delivered or has failed; never rejects. */
  async deliver(): Promise<void> {
    const due = this.#sql
      .exec<{ key: string }>(`SELECT key FROM outbox WHERE due <= ? ORDER BY ${this.#order}, due LIMIT 500`, Date.now())
      .toArray()
    await inParallel(due, BOUNDS.callsAtOnce, ({ key }) => this.#deliverOne(key))
  }

  #nextDue(): number | null {
    return this.#sql.exec<{ due: number | null }>('SELECT min(due) AS due FROM outbox').one().due
  }

  async #deliverOne(key: string): Promise<void> {
    const running = this.#running.get(key)
    if (running) return running
    // Read now: a concurrent delivery may have taken the entry meanwhile.
    const entry = this.#entry(key)
    if (!entry || entry.due > Date.now()) return
    // Logged under the request that enqueued it, not under the one that delivers it.
    const trace = { ...currentTrace(), request_id: entry.cause ?? newRequestId() }
    const attempt = withTrace(trace, () => this.#attempt(entry)).finally(() => this.#running.delete(entry.key))
    this.#running.set(entry.key, attempt)
    await attempt
  }

  #entry(key: string): OutboxEntry | undefined {
    const [entry] = this.#sql
      .exec<OutboxEntry>('SELECT key, payload, attempts, due, revision, cause FROM outbox WHERE key = ?', key)
      .toArray()
    return entry
  }

  async #attempt({ key, payload, attempts, revision }: OutboxEntry): Promise<void> {
    const recipient = key.slice(0, key.indexOf(':'))
    const deliver = this.#recipients[recipient]
    try {
      if (!deliver) throw new Error(`There is no recipient ${recipient}`)
      await inTime(Promise.resolve(deliver(JSON.parse(payload))))
      // A newer payload under the same key stays, and is delivered before this delivery counts as finished.
      this.#sql.exec('DELETE FROM outbox WHERE key = ? AND revision = ?', key, revision)
      const newer = this.#entry(key)
      if (newer) await this.#attempt(newer)
    } catch (error) {
      const pause = backoffAfter(attempts + 1)
      this.#sql.exec('UPDATE outbox SET attempts = attempts + 1, due = ? WHERE key = ?', Date.now() + pause, key)
      this.#alarm.ringBy(Date.now() + pause)
      log('warn', 'outbox.failed', { recipient, attempts: attempts + 1, error })
    }
  }
}
