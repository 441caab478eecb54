/** One person's place in a room: a socket that speaks, listens, can be cut and comes back where it left. */
import type { Message, RoomDown } from '../src/protocol'

/** How long an answer may take, in milliseconds. */
const PATIENCE = 15_000

interface Waiting {
  resolve(seq: number): void
  reject(error: Error): void
}

export class Seat {
  /** What has been received so far, over all connections, in the order of arrival. */
  readonly messages: Message[] = []
  readonly #url: string
  #socket: WebSocket | undefined
  /** The newest `seq` seen: where a reconnect goes on. */
  #seq = 0
  readonly #acks = new Map<string, Waiting>()
  readonly #arrivals: { seq: number; resolve(): void }[] = []

  /** @param url of the room's socket, credentials included */
  constructor(url: string) {
    this.#url = url
  }

  get seq(): number {
    return this.#seq
  }

  /** Opens the socket, after a cut with `?after=`, and resolves when the room says `ready`. */
  async sit(): Promise<void> {
    const socket = new WebSocket(this.#seq === 0 ? this.#url : `${this.#url}&after=${this.#seq}`)
    this.#socket = socket
    await new Promise<void>((resolve, reject) => {
      socket.addEventListener('message', ({ data }) => {
        // Whatever was on its way when the socket was cut counts as lost.
        if (this.#socket === socket && this.#hear(JSON.parse(String(data))) === 'ready') resolve()
      })
      socket.addEventListener('close', ({ code, reason }) => {
        const error = new Error(`The socket was closed (${code} ${reason})`)
        reject(error)
        if (this.#socket === socket) for (const waiting of this.#acks.values()) waiting.reject(error)
      })
    })
  }

  /** Loses the connection. */
  cut(): void {
    const socket = this.#socket
    this.#socket = undefined
    socket?.close()
  }

  /** Sends one message and resolves with its `seq` when it is acknowledged, which is when it is on disk. */
  say(content: string, clientId: string): Promise<number> {
    const acknowledged = new Promise<number>((resolve, reject) => this.#acks.set(clientId, { resolve, reject }))
    this.#socket?.send(JSON.stringify({ type: 'send_message', content, client_id: clientId, ref: clientId }))
    return within(`acknowledging ${clientId}`, acknowledged)
  }

  /** Resolves when everything up to `seq` has been received. */
  hasHeard(seq: number): Promise<void> {
    if (this.#seq >= seq) return Promise.resolve()
    return within(`receiving ${seq}`, new Promise<void>((resolve) => this.#arrivals.push({ seq, resolve })))
  }

  #hear(event: RoomDown): RoomDown['type'] {
    if (event.type === 'new_message') this.messages.push(event.message)
    if (event.type === 'message.ack') this.#acks.get(event.client_id ?? '')?.resolve(event.seq)
    else if (event.type === 'error') this.#acks.get(String(event.ref))?.reject(new Error(event.detail))
    // An acknowledgement overtakes the message itself and says nothing about what has been received.
    else if ('seq' in event) this.#seq = Math.max(this.#seq, event.seq)
    for (const arrival of this.#arrivals) if (this.#seq >= arrival.seq) arrival.resolve()
    return event.type
  }
}

async function within<T>(what: string, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} took more than ${PATIENCE / 1000} s`)), PATIENCE)
  })
  return Promise.race([work, late]).finally(() => clearTimeout(timer))
}
