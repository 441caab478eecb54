/** Two people who talk to each other while a trial does something else; counts what arrives, and how soon. */
import type { ApiClient } from '../../harness/api-client.ts'
import { RawSocket } from '../../harness/raw-socket.ts'
import { typicalP99 } from '../../harness/statistics.ts'
import { pause } from '../../harness/waiting.ts'

/** Between two messages, in milliseconds. Not a divisor of anything: nothing shall beat in time with it. */
const EVERY = 23
/** Messages that one p99 is taken of. */
const WINDOW = 100

export class Bystanders {
  readonly room: number
  readonly #sockets: RawSocket[]
  readonly #sent = new Map<string, number>()
  readonly #received = new Set<string>()
  readonly #timer: NodeJS.Timeout
  #delays: number[] = []
  #said = 0

  private constructor(room: number, sockets: RawSocket[]) {
    this.room = room
    this.#sockets = sockets
    const [speaker, listener] = sockets as [RawSocket, RawSocket]
    listener.onText = (text) => {
      const event = JSON.parse(text) as { type: string; message?: { client_id: string } }
      const id = event.type === 'new_message' ? event.message?.client_id : undefined
      const sent = id === undefined ? undefined : this.#sent.get(id)
      if (id === undefined || sent === undefined) return
      this.#received.add(id)
      this.#delays.push(performance.now() - sent)
    }
    this.#timer = setInterval(() => {
      const id = `b${this.#said++}`
      this.#sent.set(id, performance.now())
      speaker.send(JSON.stringify({ type: 'send_message', content: id, client_id: id }))
    }, EVERY)
  }

  static async start({ api }: { api: ApiClient }): Promise<Bystanders> {
    const people = await api.registerAll(['bystander', 'bystander'])
    const room = await api.group(...people)
    const sockets = await Promise.all(people.map((who) => RawSocket.open(api.socketUrl(`/ws/chat/${room}/`, who))))
    return new Bystanders(room, sockets)
  }

  /** Milliseconds within which 99 of 100 messages arrived since this was last asked: of windows, the middle one. */
  p99(): number {
    const delays = this.#delays
    this.#delays = []
    return typicalP99(delays, WINDOW)
  }

  /** Stops talking. @returns how much was said, and how much of it never arrived */
  async end(): Promise<{ said: number; lost: number }> {
    clearInterval(this.#timer)
    await pause(1_000)
    for (const socket of this.#sockets) socket.destroy()
    return { said: this.#said, lost: this.#said - this.#received.size }
  }
}
