/** What an actor owes its neighbours, on disk until they have it. */
import { BOUNDS, TIMES } from '../../config'
import { log } from '../../log/log'
import { currentTrace, newRequestId, withTrace } from '../../log/trace'
import { inParallel, inTime } from '../rpc/stubs'
import type { Alarm } from './alarm'
import { backoffAfter } from './backoff'

/** Delivers one debt. Must be safe to repeat: a delivery whose answer was lost comes again. */
export type Deliver = (payload: unknown) => Promise<unknown>

interface OutboxEntry extends Record<string, SqlStorageValue> {
  key: string
  payload: string
  attempts: number
  due: number
  revision: number
  /** The id of the request that made it. */
  cause: string | null
}

/**
 * Debts are states, not events: owing under a key that is already owed replaces what was owed, so the box stays as
 * small as the number of things there are to tell. The part of the key before the first colon names the recipient.
 *
 * Written in the same transaction as the change that causes it, delivered at once, and again by alarm with growing
 * pauses until the neighbour has it.
 */
export class Outbox {
  readonly #sql: SqlStorage
  readonly #alarm: Alarm
  readonly #recipients: Record<string, Deliver>
  readonly #order: string
  readonly #running = new Map<string, Promise<void>>()
  #timer: ReturnType<typeof setTimeout> | undefined

  /** Of what is due at the same time, those named first are told first. */
  constructor(sql: SqlStorage, alarm: Alarm, recipients: Record<string, Deliver>) {
    this.#sql = sql
    this.#alarm = alarm
    this.#recipients = recipients
    const places = Object.keys(recipients).map((name, place) => `WHEN '${name}' THEN ${place}`)
    this.#order = `CASE substr(key, 1, instr(key, ':') - 1) ${places.join(' ')} ELSE ${places.length} END`
  }

  /** Owes `payload` under `key` from now on. Durable with the writes of this turn. */
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
    // The alarm is for a life that ends before; this one tries as soon as the turn is over.
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined
      void this.deliver()
    }, 0)
  }

  /** What is owed under `key`, if anything. */
  pending(key: string): unknown {
    const [debt] = this.#sql.exec<{ payload: string }>('SELECT payload FROM outbox WHERE key = ?', key).toArray()
    return debt && JSON.parse(debt.payload)
  }

  /** Whether nothing is owed to anybody. */
  get isEmpty(): boolean {
    return this.#sql.exec('SELECT 1 FROM outbox LIMIT 1').toArray().length === 0
  }

  /** Tries everything that is due. Resolves when each has been delivered or put off; never rejects. */
  async deliver(): Promise<void> {
    const due = this.#sql
      .exec<{ key: string }>(`SELECT key FROM outbox WHERE due <= ? ORDER BY ${this.#order}, due LIMIT 500`, Date.now())
      .toArray()
    await inParallel(due, BOUNDS.callsAtOnce, ({ key }) => this.#deliverOne(key))
  }

  /** Asks the alarm to ring for the next debt, if any. To be called at the end of the actor's `alarm()`. */
  schedule(): void {
    const [next] = this.#sql.exec<{ due: number | null }>('SELECT min(due) AS due FROM outbox').toArray()
    if (typeof next?.due === 'number') this.#alarm.ringBy(Math.max(next.due, Date.now() + TIMES.outboxFirst))
  }

  async #deliverOne(key: string): Promise<void> {
    const running = this.#running.get(key)
    if (running) return running
    // Read when its turn comes: somebody else who is delivering may have got there first.
    const debt = this.#entry(key)
    if (!debt || debt.due > Date.now()) return
    // Under the id of what caused it, whatever is delivering it now.
    const trace = { ...currentTrace(), request_id: debt.cause ?? newRequestId() }
    const attempt = withTrace(trace, () => this.#attempt(debt)).finally(() => this.#running.delete(debt.key))
    this.#running.set(debt.key, attempt)
    await attempt
  }

  #entry(key: string): OutboxEntry | undefined {
    const [debt] = this.#sql
      .exec<OutboxEntry>('SELECT key, payload, attempts, due, revision, cause FROM outbox WHERE key = ?', key)
      .toArray()
    return debt
  }

  async #attempt({ key, payload, attempts, revision }: OutboxEntry): Promise<void> {
    const recipient = key.slice(0, key.indexOf(':'))
    const deliver = this.#recipients[recipient]
    try {
      if (!deliver) throw new Error(`Nobody is called ${recipient}`)
      await inTime(Promise.resolve(deliver(JSON.parse(payload))))
      // Kept if something newer has come to be owed under the same key meanwhile: whoever waits, waits for that too.
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
