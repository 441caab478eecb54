/**
 * One client socket of a benchmark. It sends messages in the protocol of its subject and finds them again in the frames
 * that arrive.
 */
import { WebSocket } from 'ws'

/** Every text begins with this, then three digits for who said it and seven for which of theirs it is. */
const MARK = Buffer.from('"content":"#')
const MESSAGE = '"message":{"id":'
const SENDER_DIGITS = 3
const PLACE_DIGITS = 7
const ZERO = 48

/** What a message says: who, which of theirs, and padding up to `length` characters. */
export const textOf = (sender: number, index: number, length = 40): string =>
  `#${String(sender).padStart(SENDER_DIGITS, '0')}${String(index).padStart(PLACE_DIGITS, '0')}`.padEnd(length, '.')

/** How a subject is spoken to. */
export interface Protocol {
  url: string
  /** Resolves when the socket has joined; before that, nothing that arrives is a delivery. */
  join(socket: WebSocket): Promise<void>
  /** The frame that sends a text. */
  frame(sender: number, index: number): string
  /** Frames to answer at once, whatever else happens. */
  answers?: Record<string, string>
}

export type OnDelivery = (sender: number, index: number) => void

export class BenchSocket {
  /** Called for each message that arrives, in the order of arrival. */
  delivered: OnDelivery = () => {}
  /** Why it is closed, once it is. */
  closed: string | undefined
  readonly #socket: WebSocket
  readonly #protocol: Protocol
  /** The last frame with a message in it. */
  #last: Buffer | undefined

  private constructor(socket: WebSocket, protocol: Protocol) {
    this.#socket = socket
    this.#protocol = protocol
  }

  static async open(protocol: Protocol): Promise<BenchSocket> {
    const socket = new WebSocket(protocol.url, { perMessageDeflate: false, skipUTF8Validation: true })
    const line = new BenchSocket(socket, protocol)
    const failed = new Promise<never>((_, reject) => socket.once('error', reject))
    await Promise.race([protocol.join(socket), failed])
    socket.on('error', () => {})
    socket.on('close', (code) => {
      line.closed = `closed with ${code}`
    })
    socket.on('message', (data) => line.#read(data as Buffer))
    return line
  }

  /** The id of the newest message received, where ids are numbers; 0 before any. */
  get newest(): number {
    const at = this.#last?.lastIndexOf(MESSAGE) ?? -1
    if (at < 0) return 0
    const from = at + MESSAGE.length
    return Number.parseInt(this.#last?.toString('latin1', from, from + 16) ?? '', 10)
  }

  sendMessage(sender: number, index: number): void {
    this.#socket.send(this.#protocol.frame(sender, index))
  }

  send(frame: string): void {
    this.#socket.send(frame)
  }

  /** Takes the connection away without a word. */
  cut(): void {
    this.#socket.terminate()
  }

  #read(data: Buffer): void {
    const answer = data.length < 64 ? this.#protocol.answers?.[data.toString()] : undefined
    if (answer !== undefined) this.#socket.send(answer)
    for (let at = data.indexOf(MARK); at >= 0; at = data.indexOf(MARK, at)) {
      this.#last = data
      at += MARK.length
      const sender = number(data, at, SENDER_DIGITS)
      const index = number(data, at + SENDER_DIGITS, PLACE_DIGITS)
      at += SENDER_DIGITS + PLACE_DIGITS
      this.delivered(sender, index)
    }
  }
}

function number(data: Buffer, from: number, digits: number): number {
  let value = 0
  for (let at = from; at < from + digits; at++) value = value * 10 + (data[at] as number) - ZERO
  return value
}

/** Resolves with the first frame that `matches`. */
export function frameMatching(socket: WebSocket, matches: (frame: string) => boolean): Promise<string> {
  return new Promise((resolve, reject) => {
    const hear = (data: unknown) => {
      const frame = String(data)
      if (!matches(frame)) return
      socket.off('message', hear)
      resolve(frame)
    }
    socket.on('message', hear)
    socket.once('unexpected-response', (_, response) =>
      reject(new Error(`The upgrade answered ${response.statusCode}`)),
    )
    socket.once('close', (code) => reject(new Error(`Closed with ${code} before it had joined`)))
  })
}
