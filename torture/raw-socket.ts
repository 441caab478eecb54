/**
 * A WebSocket by hand, for what a well-behaved client cannot do: stop reading, send what is no text, and see the server's
 * Close at the moment it comes, not when the runtime lets go of the connection.
 */
import { randomBytes } from 'node:crypto'
import net from 'node:net'

const TEXT = 1
const BINARY = 2
const CLOSE = 8

/** How the server ended it: its code, 1006 when the connection just broke, and when, by `performance.now()`. */
export interface Ended {
  code: number
  at: number
}

export class RawSocket {
  /** Called with each text that comes. */
  onText: (text: string) => void = () => {}
  ended: Ended | undefined
  /** Bytes that have arrived. */
  received = 0
  readonly #socket: net.Socket
  readonly #closed: Promise<Ended>
  #end: (ended: Ended) => void = () => {}
  /** What has come and is not a whole frame yet. */
  #buffer: Buffer<ArrayBufferLike>

  private constructor(socket: net.Socket, head: Buffer) {
    this.#socket = socket
    this.#buffer = head
    this.received = head.length
    this.#closed = new Promise((resolve) => {
      this.#end = (ended) => {
        this.ended ??= ended
        resolve(this.ended)
      }
    })
    socket.on('data', (data: Buffer) => {
      this.received += data.length
      this.#buffer = this.#buffer.length === 0 ? data : Buffer.concat([this.#buffer, data])
      this.#read()
    })
    socket.on('error', () => {})
    socket.on('close', () => this.#end({ code: 1006, at: performance.now() }))
    // After the constructor, so that whoever opened it can listen first; more may have come by then.
    setImmediate(() => this.#read())
  }

  /** @throws {Error} when the upgrade is refused */
  static open(url: string): Promise<RawSocket> {
    const { hostname, port, pathname, search } = new URL(url)
    const socket = net.connect({ host: hostname, port: Number(port), noDelay: true })
    const lines = [
      `GET ${pathname}${search} HTTP/1.1`,
      `Host: ${hostname}:${port}`,
      'Upgrade: websocket',
      'Connection: Upgrade',
      `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`,
      'Sec-WebSocket-Version: 13',
    ]
    socket.write(`${lines.join('\r\n')}\r\n\r\n`)
    return new Promise((resolve, reject) => {
      let head = Buffer.alloc(0)
      const hear = (data: Buffer) => {
        head = Buffer.concat([head, data])
        const end = head.indexOf('\r\n\r\n')
        if (end < 0) return
        socket.off('data', hear)
        const status = /^HTTP\/1\.1 (\d+)/.exec(head.toString('latin1'))?.[1]
        if (status === '101') resolve(new RawSocket(socket, head.subarray(end + 4)))
        else {
          socket.destroy()
          reject(new Error(`The upgrade was answered ${status}`))
        }
      }
      socket.on('data', hear)
      socket.on('error', reject)
    })
  }

  /** Resolves when the server has said Close, or the connection broke. */
  closed(): Promise<Ended> {
    return this.#closed
  }

  send(text: string): void {
    this.sendBytes(Buffer.from(text), TEXT)
  }

  /** Sends bytes as they are, as a text unless told otherwise: nothing checks that they are one. */
  sendBytes(bytes: Buffer, opcode: typeof TEXT | typeof BINARY = TEXT): void {
    const mask = randomBytes(4)
    const length = bytes.length
    const head =
      length < 126
        ? Buffer.from([0x80 | opcode, 0x80 | length])
        : length < 65_536
          ? Buffer.from([0x80 | opcode, 0x80 | 126, length >> 8, length & 255])
          : Buffer.concat([Buffer.from([0x80 | opcode, 0x80 | 127, 0, 0, 0, 0]), uint32(length)])
    const masked = Buffer.from(bytes)
    for (let place = 0; place < length; place++) masked[place] = (bytes[place] ?? 0) ^ (mask[place & 3] ?? 0)
    this.#socket.write(Buffer.concat([head, mask, masked]))
  }

  sendBinary(bytes: Buffer): void {
    this.sendBytes(bytes, BINARY)
  }

  /** Stops reading: what comes fills the buffers on the way, and then waits at the server. */
  freeze(): void {
    this.#socket.pause()
  }

  /** Reads again. */
  thaw(): void {
    this.#socket.resume()
  }

  destroy(): void {
    this.#socket.destroy()
  }

  #read(): void {
    let place = 0
    for (;;) {
      const frame = frameAt(this.#buffer, place)
      if (!frame) break
      place = frame.end
      if (frame.opcode === TEXT) this.onText(frame.payload.toString())
      else if (frame.opcode === CLOSE) {
        this.#end({ code: frame.payload.length >= 2 ? frame.payload.readUInt16BE(0) : 1005, at: performance.now() })
      }
    }
    this.#buffer = this.#buffer.subarray(place)
  }
}

function uint32(number: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(number)
  return bytes
}

/** The frame that begins at `place`, if all of it is there. The server masks nothing and parts nothing. */
function frameAt(buffer: Buffer, place: number) {
  if (buffer.length < place + 2) return undefined
  const short = (buffer[place + 1] ?? 0) & 127
  const extra = short === 126 ? 2 : short === 127 ? 8 : 0
  const begin = place + 2 + extra
  if (buffer.length < begin) return undefined
  const length =
    extra === 2 ? buffer.readUInt16BE(place + 2) : extra === 8 ? Number(buffer.readBigUInt64BE(place + 2)) : short
  const end = begin + length
  if (buffer.length < end) return undefined
  return { opcode: (buffer[place] ?? 0) & 15, payload: buffer.subarray(begin, end), end }
}
