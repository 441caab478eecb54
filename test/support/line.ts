/** An open socket as a client has it: what it received so far, and waiting for what is still to come. */
import { exports } from 'cloudflare:workers'
import { ORIGIN, type Someone } from './api'
import { PATIENCE } from './patience'

// biome-ignore lint/suspicious/noExplicitAny: tests say what they expect in it
export type Frame = Record<string, any>

/** A command without effect for each kind of socket: its answer comes after everything that was sent before it. */
const BARRIERS: [path: RegExp, command: Frame][] = [
  // No message is ever the first event of a room.
  [/^\/ws\/chat\//, { type: 'delivered', message_id: 1 }],
  [/^\/ws\/sidebar/, { type: 'get_snapshot' }],
  [/^\/ws\/notifications/, { action: 'get_unread' }],
]

export class Line {
  /** Every event received, one by one. */
  readonly frames: Frame[] = []
  /** Every WebSocket frame received, as it came. */
  readonly wire: string[] = []
  ended: { code: number; reason: string } | undefined
  readonly #socket: WebSocket
  readonly #barrier: Frame
  readonly #waiting = new Set<() => void>()
  #taken = 0
  #refs = 0

  constructor(socket: WebSocket, path: string) {
    this.#socket = socket
    this.#barrier = BARRIERS.find(([pattern]) => pattern.test(path))?.[1] ?? {}
    socket.addEventListener('message', ({ data }) => {
      this.wire.push(String(data))
      if (data !== 'pong') this.frames.push(...[JSON.parse(String(data))].flat())
      this.#wake()
    })
    socket.addEventListener('close', ({ code, reason }) => {
      this.ended = { code, reason }
      this.#wake()
    })
    socket.accept()
  }

  /** Sends an object as JSON, anything else as it is. */
  send(frame: Frame | string | ArrayBuffer): void {
    const asIs = typeof frame === 'string' || frame instanceof ArrayBuffer
    this.#socket.send(asIs ? frame : JSON.stringify(frame))
  }

  /** Sends a command with a `ref` and gives the answer to it. */
  answer(command: Frame): Promise<Frame> {
    const ref = command.ref ?? `ref-${++this.#refs}`
    const from = this.frames.length
    this.send({ ...command, ref })
    return this.#until(`the answer to ${JSON.stringify(command)}`, () =>
      this.frames.slice(from).find((frame) => frame.ref === ref),
    )
  }

  /** The next event of this type, from where the last one was taken; those between are passed over. */
  next(type: string, matches: (frame: Frame) => boolean = () => true): Promise<Frame> {
    return this.#until(type, () => {
      const place = this.frames.findIndex(
        (frame, index) => index >= this.#taken && frame.type === type && matches(frame),
      )
      if (place < 0) return undefined
      this.#taken = place + 1
      return this.frames[place]
    })
  }

  /**
   * Every event received since it was last asked or `next` passed, once all that was sent until now has arrived:
   * without answers, and without presence, which comes in its own time.
   */
  async heard(): Promise<Frame[]> {
    await this.answer(this.#barrier)
    const heard = this.frames.slice(this.#taken).filter(({ ref, type }) => ref === undefined && type !== 'presence')
    this.#taken = this.frames.length
    return heard
  }

  /** The types of what was heard, in order. */
  async heardTypes(): Promise<string[]> {
    return (await this.heard()).map((frame) => frame.type)
  }

  /** The code and reason with which the other end closed. */
  closed(): Promise<{ code: number; reason: string }> {
    return this.#until('the close', () => this.ended)
  }

  /** Waits until what was received satisfies a condition. */
  until<T>(what: string, condition: () => T | undefined): Promise<T> {
    return this.#until(what, condition)
  }

  close(): void {
    this.#socket.close(1000, 'bye')
  }

  #wake(): void {
    for (const wake of this.#waiting) wake()
  }

  #until<T>(what: string, condition: () => T | undefined): Promise<T> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(check)
        const got = this.frames.slice(-10).map((frame) => JSON.stringify(frame))
        reject(new Error(`${what} did not come. Closed: ${JSON.stringify(this.ended)}. The last:\n${got.join('\n')}`))
      }, PATIENCE)
      const check = () => {
        const met = condition()
        if (met === undefined) return
        clearTimeout(timer)
        this.#waiting.delete(check)
        resolve(met)
      }
      this.#waiting.add(check)
      check()
    })
  }
}

/** Asks for a socket. @returns the line, or the refusal's status and body. */
export async function tryConnect(who: Someone, path: string): Promise<Line | { status: number; body: Frame }> {
  const url = new URL(path, ORIGIN)
  url.searchParams.set('token', who.access)
  const answer = await exports.default.fetch(url.href, { headers: { Upgrade: 'websocket' } })
  if (answer.webSocket) return new Line(answer.webSocket, url.pathname)
  return { status: answer.status, body: await answer.json() }
}

/** Opens a socket. @throws {Error} when it is refused. */
export async function connect(who: Someone, path: string): Promise<Line> {
  const line = await tryConnect(who, path)
  if (line instanceof Line) return line
  throw new Error(`${who.username} could not open ${path}: ${JSON.stringify(line)}`)
}
