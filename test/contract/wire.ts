/**
 * A WebSocket client as plain as RFC 6455 allows, which tells when the server's Close frame arrives. Those at hand tell
 * it only once the connection below has ended too, and workerd ends that seconds later for a socket that never spoke.
 */
import { randomBytes } from 'node:crypto'
import http from 'node:http'
import type { Duplex } from 'node:stream'

const TEXT = 0x1
const BINARY = 0x2
const CLOSE = 0x8
const PING = 0x9
const PONG = 0xa

/** Sent when a client closes without saying why. */
const NORMAL = 1000
/** What stands for a connection that ended without a Close frame. */
const ABNORMAL = 1006

export interface Handlers {
  text(text: string): void
  /** The socket is over, for the reason that the server gave. Called once. */
  closed(code: number): void
}

/** An answer that is no upgrade. */
export interface Refusal {
  status: number
  headers: http.IncomingHttpHeaders
  text: string
}

export class Wire {
  readonly protocol: string
  /** The connection below, to be paused or destroyed. */
  readonly stream: Duplex
  /** Bytes that have arrived. */
  received = 0
  readonly #handlers: Handlers
  #buffer: Buffer = Buffer.alloc(0)
  #isOpen = true

  private constructor(stream: Duplex, head: Buffer, protocol: string, handlers: Handlers) {
    this.stream = stream
    this.#handlers = handlers
    this.protocol = protocol
    stream.on('data', (chunk: Buffer) => this.#receive(chunk))
    stream.on('error', () => this.#end(ABNORMAL))
    stream.on('close', () => this.#end(ABNORMAL))
    // What came with the upgrade's own answer, once the caller holds the wire.
    if (head.length > 0) queueMicrotask(() => this.#receive(head))
  }

  /** Asks for an upgrade; a refusal is an answer like any other. */
  static connect(url: URL, headers: Record<string, string>, handlers: Handlers): Promise<Wire | Refusal> {
    return new Promise((resolve, reject) => {
      const request = http.get(new URL(url.href.replace(/^ws/, 'http')), {
        headers: {
          connection: 'Upgrade',
          upgrade: 'websocket',
          'sec-websocket-version': '13',
          'sec-websocket-key': randomBytes(16).toString('base64'),
          ...headers,
        },
      })
      request.on('upgrade', (response, stream, head) => {
        resolve(new Wire(stream, head, response.headers['sec-websocket-protocol'] ?? '', handlers))
      })
      request.on('response', (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk) => chunks.push(chunk))
        const { headers } = response
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, headers, text: Buffer.concat(chunks).toString() }),
        )
      })
      request.on('error', reject)
    })
  }

  get isOpen(): boolean {
    return this.#isOpen
  }

  send(data: string | Uint8Array): void {
    if (typeof data === 'string') this.#write(TEXT, Buffer.from(data))
    else this.#write(BINARY, Buffer.from(data))
  }

  /** Sends bytes as a text, whether or not they are one. */
  sendAsText(bytes: Uint8Array): void {
    this.#write(TEXT, Buffer.from(bytes))
  }

  close(): void {
    if (!this.#isOpen) return
    this.#write(CLOSE, twoBytes(NORMAL))
    this.#end(NORMAL)
  }

  #end(code: number): void {
    if (!this.#isOpen) return
    this.#isOpen = false
    this.stream.end()
    this.#handlers.closed(code)
  }

  #receive(chunk: Buffer): void {
    this.received += chunk.length
    this.#buffer = this.#buffer.length === 0 ? chunk : Buffer.concat([this.#buffer, chunk])
    for (let frame = this.#nextFrame(); frame && this.#isOpen; frame = this.#nextFrame()) {
      const { opcode, payload } = frame
      if (opcode === TEXT) this.#handlers.text(payload.toString())
      else if (opcode === PING) this.#write(PONG, payload)
      else if (opcode === CLOSE) {
        this.#write(CLOSE, payload.subarray(0, 2))
        this.#end(payload.length >= 2 ? payload.readUInt16BE() : 1005)
      }
    }
  }

  /** Takes the next whole frame off what has been received. Servers neither mask nor, here, split their frames. */
  #nextFrame(): { opcode: number; payload: Buffer } | undefined {
    const [first, second] = this.#buffer
    if (first === undefined || second === undefined) return undefined
    const extra = second === 126 ? 2 : second === 127 ? 8 : 0
    const begin = 2 + extra
    if (this.#buffer.length < begin) return undefined
    const length =
      extra === 0 ? second : extra === 2 ? this.#buffer.readUInt16BE(2) : Number(this.#buffer.readBigUInt64BE(2))
    if (this.#buffer.length < begin + length) return undefined
    const payload = this.#buffer.subarray(begin, begin + length)
    this.#buffer = this.#buffer.subarray(begin + length)
    return { opcode: first & 0x0f, payload }
  }

  #write(opcode: number, payload: Buffer): void {
    if (!this.stream.writable) return
    const mask = randomBytes(4)
    const masked = Buffer.from(payload.map((byte, place) => byte ^ (mask[place % 4] as number)))
    const { length } = payload
    const head =
      length < 126
        ? Buffer.from([0x80 | length])
        : length < 0x1_0000
          ? Buffer.concat([Buffer.from([0x80 | 126]), twoBytes(length)])
          : Buffer.concat([Buffer.from([0x80 | 127, 0, 0, 0, 0]), fourBytes(length)])
    this.stream.write(Buffer.concat([Buffer.from([0x80 | opcode]), head, mask, masked]))
  }
}

function twoBytes(number: number): Buffer {
  const bytes = Buffer.alloc(2)
  bytes.writeUInt16BE(number)
  return bytes
}

function fourBytes(number: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(number)
  return bytes
}
