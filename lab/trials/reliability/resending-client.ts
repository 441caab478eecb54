/** A client that sends again what was not acknowledged, and resumes where its connection was lost. */
import type { Random } from '../../harness/random.ts'
import type { ClientLog, Sent } from './logs.ts'

/** Messages under way at once, at most. */
const WIDEST = 16
/** Between two tries to connect, in milliseconds. */
const AGAIN = 100
/** A try that has not come to `ready` by then is given up, in milliseconds. */
const READY_WITHIN = 2_000

export interface ClientEvents {
  acked(): void
}

export class ResendingClient {
  readonly log: ClientLog
  /** Messages that were sent more than once. */
  resent = 0
  /** Connections that were lost, for whatever reason. */
  lost = 0
  /** From each loss to the next `ready`, in milliseconds. */
  readonly absences: number[] = []
  readonly #url: string
  readonly #random: Random
  readonly #events: ClientEvents
  readonly #width: number
  readonly #sentBefore = new Set<string>()
  readonly #answered = new Set<string>()
  #socket: WebSocket | undefined
  #isReady = false
  #lostAt: number | undefined
  #stopped = false
  /** How many messages may have been sent by now. */
  #allowed = Number.POSITIVE_INFINITY
  /** The first message that is not acknowledged, and the next one to send on this connection. */
  #unacked = 0
  #next = 0
  /** The newest event received: where a reconnect goes on. */
  #seq = 0

  /** @param url of the room's socket, credentials included; `who` speaks, and in which room */
  constructor(url: string, who: { user: number; room: number }, said: Sent[], random: Random, events: ClientEvents) {
    this.#url = url
    this.#random = random
    this.#events = events
    this.#width = random.between(1, WIDEST)
    this.log = { user: who.user, room: who.room, sent: said, acked: [], received: [] }
  }

  /** Whether everything said is acknowledged. */
  get isDone(): boolean {
    return this.#unacked === this.log.sent.length
  }

  /** The id of the newest message received. */
  get heardUpTo(): number {
    return this.log.received.at(-1)?.id ?? 0
  }

  /** Connects, and does so again whenever the connection is lost, until `stop`. */
  start(): void {
    if (this.#stopped) return
    const socket = new WebSocket(`${this.#url}&after=${this.#seq}`)
    this.#socket = socket
    this.#isReady = false
    const late = setTimeout(() => this.cut(), READY_WITHIN)
    socket.addEventListener('message', ({ data }) => {
      // Whatever was on its way when the connection was cut counts as lost.
      if (this.#socket !== socket) return
      this.#hear(JSON.parse(String(data)))
      if (this.#isReady) clearTimeout(late)
    })
    // An error is always followed by a close.
    socket.addEventListener('error', () => {})
    socket.addEventListener('close', () => {
      clearTimeout(late)
      if (this.#socket === socket) this.#again()
    })
  }

  /** Sends no more than the first `count` messages, until more are allowed. */
  allow(count: number): void {
    this.#allowed = count
    this.#fill()
  }

  /** Loses the connection on purpose. */
  cut(): void {
    const socket = this.#socket
    this.#socket = undefined
    socket?.close()
    this.#again()
  }

  stop(): void {
    this.#stopped = true
    const socket = this.#socket
    this.#socket = undefined
    socket?.close()
  }

  #again(): void {
    if (this.#isReady) {
      this.lost += 1
      this.#lostAt = performance.now()
    }
    this.#socket = undefined
    this.#isReady = false
    setTimeout(() => this.start(), this.#random.between(AGAIN / 2, AGAIN))
  }

  #hear(event: {
    type: string
    seq?: number
    id: number
    client_id: string | null
    detail?: string
    message: { id: number; client_id: string | null; content: string | null; sender: { id: number } }
  }): void {
    if (event.type === 'error') throw new Error(`The server refused a message: ${event.detail}`)
    if (event.type === 'message.ack') this.#acknowledged(event.client_id ?? '', event.id)
    // Only what was received moves the place to come back to: an acknowledgement tells where a message is, not that
    // it was received.
    else if (event.seq !== undefined) this.#seq = Math.max(this.#seq, event.seq)
    if (event.type === 'new_message') {
      const { id, client_id, content, sender } = event.message
      this.log.received.push({ id, client_id, content, sender: sender.id })
    }
    if (event.type !== 'ready') return
    this.#isReady = true
    if (this.#lostAt !== undefined) this.absences.push(performance.now() - this.#lostAt)
    this.#lostAt = undefined
    this.#next = this.#unacked
    this.#fill()
  }

  #acknowledged(clientId: string, id: number): void {
    this.log.acked.push({ client_id: clientId, id })
    this.#answered.add(clientId)
    while (this.#unacked < this.log.sent.length && this.#answered.has(this.log.sent[this.#unacked]?.client_id ?? '')) {
      this.#unacked += 1
    }
    this.#next = Math.max(this.#next, this.#unacked)
    this.#events.acked()
    this.#fill()
  }

  /** Sends in order, so that what the server has is always a beginning of what was said. */
  #fill(): void {
    const most = Math.min(this.log.sent.length, this.#allowed)
    while (this.#isReady && this.#next < most && this.#next - this.#unacked < this.#width) {
      const { client_id, content } = this.log.sent[this.#next] as Sent
      if (this.#sentBefore.has(client_id)) this.resent += 1
      this.#sentBefore.add(client_id)
      this.#next += 1
      this.#socket?.send(JSON.stringify({ type: 'send_message', content, client_id }))
    }
  }
}

/** What one client will say: mostly short, sometimes long, in several scripts. */
export function speech(user: number, count: number, random: Random): Sent[] {
  const words = ['tea', 'muffins', 'Algernon', 'ბატონო', '你好', '🎩', 'ça va', '<b>']
  return Array.from({ length: count }, (_, n) => {
    const length = random.next() < 0.01 ? 800 : random.between(1, 20)
    const text = Array.from({ length }, () => random.pick(words)).join(' ')
    return { n, client_id: `${user}-${n}`, content: `${n} ${text}` }
  })
}
