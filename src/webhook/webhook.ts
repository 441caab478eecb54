/** One outgoing webhook: reads the changes of rooms above its cursors and sends them, each room's in order, until they arrive. */
import { DurableObject } from 'cloudflare:workers'
import type { RoomChange } from '../actor/rpc/room-change'
import { inParallel, inTime, roomStub } from '../actor/rpc/stubs'
import { traced } from '../actor/rpc/traced'
import { Alarm } from '../actor/store/alarm'
import { backoffAfter } from '../actor/store/backoff'
import { migrate } from '../actor/store/migrate'
import { BOUNDS, TIMES } from '../config'
import { changeWebhook, findWebhook, roomsAfter } from '../directory/operation/webhooks'
import type { WebhookRow } from '../directory/schema'
import { log } from '../log/log'
import type { RoomId, WebhookEvent } from '../protocol'
import { DeliveryStore } from './deliveries'
import { LineStore } from './lines'
import { migrations, snapshot } from './migrations'
import { type AttemptResult, attempt } from './receiver'
import type { DeliveryRow, LineRow } from './schema'

const GONE = 410

/** Addressed by the webhook's id. The directory has its settings; this object has what was delivered. */
export class Webhook extends DurableObject<Env> {
  static {
    traced(Webhook, 'webhook')
  }

  readonly #id = Number(this.ctx.id.name)
  readonly #alarm = new Alarm(this.ctx)
  readonly #lines: LineStore
  readonly #deliveries: DeliveryStore
  /** Rooms that are being delivered, and those that changed meanwhile. */
  readonly #running = new Map<RoomId, Promise<void>>()
  readonly #changed = new Set<RoomId>()
  #settings: { row: WebhookRow | null; until: number } | undefined

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env)
    const { storage } = ctx
    this.#lines = new LineStore(storage.sql)
    this.#deliveries = new DeliveryStore(storage.sql)
    void ctx.blockConcurrencyWhile(async () => {
      migrate(storage, migrations, snapshot)
      await this.#alarm.load()
      this.#alarm.covers(() => this.#lines.nextDue())
      this.#alarm.covers(() => (this.#rolloutAfter() === null ? null : Date.now()))
      this.#alarm.arm()
    })
  }

  /** A room has changes above `since`. @returns false when there is no such webhook (any more) */
  async changed(room: RoomId, since: number): Promise<boolean> {
    const row = await this.#read()
    if (!row || (row.room_id !== null && row.room_id !== room)) return false
    this.#lines.wake(room, since, Date.now())
    this.#alarm.ringBy(Date.now() + TIMES.outboxFirst)
    this.ctx.waitUntil(this.#deliver(room))
    return true
  }

  /** The webhook was made: tells its room, or every room. Resolves after `TIMES.call` at the latest; the alarm continues. */
  async begin(): Promise<void> {
    this.ctx.storage.sql.exec('INSERT OR REPLACE INTO rollout (id, after_room) VALUES (0, 0)')
    this.#alarm.ringBy(Date.now() + TIMES.outboxFirst)
    await inTime(this.#rollOut()).catch(() => undefined)
  }

  /** The settings have changed. */
  async refresh(): Promise<void> {
    this.#settings = undefined
    const row = await this.#read()
    if (row && row.disabled_at === null) {
      this.#lines.wakeAll(Date.now())
      this.#alarm.ringBy(Date.now())
    } else this.#lines.idleAll()
  }

  /** Sends a `webhook.test` now. */
  async sendTest(): Promise<AttemptResult> {
    const row = await this.#read()
    if (!row) return { status: null, error: 'There is no such webhook.' }
    const event: WebhookEvent = {
      type: 'webhook.test',
      timestamp: new Date().toISOString(),
      room_id: null,
      seq: null,
      data: {},
    }
    return attempt(this.env, receiverOf(row), `evt_${this.#id}_test_${Date.now()}`, JSON.stringify(event))
  }

  deliveries(status: DeliveryRow['status'] | null, before: number, limit: number): DeliveryRow[] {
    return this.#deliveries.page(status, before, limit)
  }

  /** Sends one delivery again, now. Null when it or its change is no longer stored. */
  async resend(id: string): Promise<DeliveryRow | null> {
    const [row, delivery] = [await this.#read(), this.#deliveries.get(id)]
    if (!row || !delivery) return null
    const [change] = await roomStub(this.env, delivery.room_id).changesAfter(delivery.seq - 1, 1, row.origin)
    if (change?.seq !== delivery.seq || change.body === null) return null
    return this.#send(row, delivery.room_id, change, true)
  }

  /** Delivers the changes of a room above `after` again. */
  replay(room: RoomId, after: number): void {
    this.#lines.rewind(room, after, Date.now())
    this.#alarm.ringBy(Date.now() + TIMES.outboxFirst)
    this.ctx.waitUntil(this.#deliver(room))
  }

  override async alarm(): Promise<void> {
    await this.#alarm.ring({
      rollout: () => this.#rollOut(),
      lines: () =>
        inParallel(this.#lines.due(Date.now(), BOUNDS.webhookLines), BOUNDS.callsAtOnce, (room) => this.#deliver(room)),
    })
  }

  async #read(): Promise<WebhookRow | null> {
    const now = Date.now()
    if (!this.#settings || this.#settings.until < now) {
      this.#settings = { row: await findWebhook(this.env.DIRECTORY, this.#id), until: now + TIMES.webhookSettings }
    }
    return this.#settings.row
  }

  #rolloutAfter(): RoomId | null {
    const [row] = this.ctx.storage.sql.exec<{ after_room: number }>('SELECT after_room FROM rollout').toArray()
    return row?.after_room ?? null
  }

  async #rollOut(): Promise<void> {
    for (let after = this.#rolloutAfter(); after !== null; after = this.#rolloutAfter()) {
      const row = await this.#read()
      const rooms =
        row?.room_id === null
          ? await roomsAfter(this.env.DIRECTORY, after, BOUNDS.webhookLines)
          : row && after === 0
            ? [row.room_id]
            : []
      await inParallel(rooms, BOUNDS.callsAtOnce, async (room) =>
        inTime(roomStub(this.env, room).beginWebhook(this.#id)),
      )
      const last = rooms.at(-1)
      if (last === undefined) this.ctx.storage.sql.exec('DELETE FROM rollout')
      else this.ctx.storage.sql.exec('UPDATE rollout SET after_room = ?', last)
    }
  }

  /** Delivers what a room has above the cursor, until there is nothing left or an attempt fails. Never rejects. */
  #deliver(room: RoomId): Promise<void> {
    const running = this.#running.get(room)
    this.#changed.add(room)
    if (running) return running
    const run = this.#deliverAll(room)
      .catch((error) => {
        log('warn', 'webhook.failed', { room_id: room, error })
        this.#failed(this.#lines.get(room))
      })
      .finally(() => this.#running.delete(room))
    this.#running.set(room, run)
    return run
  }

  async #deliverAll(room: RoomId): Promise<void> {
    for (;;) {
      const row = await this.#read()
      const line = this.#lines.get(room)
      if (!line || line.due === null || line.due > Date.now()) return
      if (!row || row.disabled_at !== null) return this.#lines.idle(room)
      this.#changed.delete(room)
      const changes = await inTime(roomStub(this.env, room).changesAfter(line.cursor, BOUNDS.webhookPage, row.origin))
      if (changes.length === 0 && !this.#changed.has(room)) return this.#lines.idle(room)
      for (const change of changes) {
        const { seq, type } = change
        // A replay that was asked for meanwhile has moved the cursor.
        if ((this.#lines.get(room)?.cursor ?? seq) >= seq) break
        if (change.body !== null && isWanted(row, type) && !(await this.#arrived(row, room, change))) return
        this.#lines.advance(room, seq)
      }
    }
  }

  /** @returns whether the line goes on: the change was delivered */
  async #arrived(row: WebhookRow, room: RoomId, change: RoomChange): Promise<boolean> {
    const line = this.#lines.get(room)
    const isOld = (time: number) => Date.now() - time >= TIMES.webhookRetries
    const isDead = isOld(line?.failing_since ?? Date.now()) && isOld(change.at)
    const { status } = await this.#send(row, room, change, isDead)
    if (status === 'delivered') return true
    if (isDead) this.#lines.skip(room, change.seq)
    this.#failed(this.#lines.get(room))
    return false
  }

  #failed(line: LineRow | undefined): void {
    if (!line || line.due === null) return
    const now = Date.now()
    const due = now + backoffAfter(line.attempts + 1)
    this.#lines.fail(line, now, due)
    this.#alarm.ringBy(due)
  }

  async #send(row: WebhookRow, room: RoomId, { seq, type, body }: RoomChange, isDead: boolean): Promise<DeliveryRow> {
    const id = `evt_${this.#id}_${room}_${seq}`
    const { status, error } = await attempt(this.env, receiverOf(row), id, body ?? '')
    if (status === GONE) await this.#switchOff()
    return this.#deliveries.save({
      id,
      type,
      room_id: room,
      seq,
      status: error === null ? 'delivered' : 'failed',
      is_dead: error !== null && isDead ? 1 : 0,
      response_status: status,
      error,
      updated_at: Date.now(),
    })
  }

  /** The receiver answered that it is gone for good. */
  async #switchOff(): Promise<void> {
    await changeWebhook(this.env.DIRECTORY, this.#id, { disabled_at: Date.now(), disabled_reason: 'gone' })
    this.#settings = undefined
    this.#lines.idleAll()
  }
}

const isWanted = ({ events }: WebhookRow, type: string): boolean =>
  events === null || (JSON.parse(events) as string[]).includes(type)

const receiverOf = ({ url, salt, previous_salt, previous_until }: WebhookRow) => ({
  url,
  salts: previous_salt !== null && (previous_until ?? 0) > Date.now() ? [salt, previous_salt] : [salt],
})
