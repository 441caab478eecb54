/** A client's end of a socket: keeps what it hears, checks each frame against the contract, waits for what must come. */
import { expect } from 'vitest'
import { PATIENCE } from '../support/patience.ts'
import { asked } from './ask.ts'
import type { Person } from './cast.ts'
import type { Shape } from './shape.ts'
import { chatFrames, feedFrames, sidebarFrames } from './shapes.ts'
import { socketOrigin } from './target.ts'
import { Wire } from './wire.ts'

// biome-ignore lint/suspicious/noExplicitAny: the tests say what they expect in it
export type Frame = Record<string, any>

/** What tells a frame that is waited for: a type, fields it must have, or any test. */
export type Sought = string | Frame | ((frame: Frame) => boolean)

const open = new Set<Listener>()
const wrong: string[] = []

/** To be called after each test: closes its sockets and fails it when any frame was not as the contract says. */
export function closeListeners(): void {
  for (const listener of open) listener.close()
  open.clear()
  expect(wrong.splice(0)).toEqual([])
}

const tableFor = (path: string): Record<string, Shape> =>
  path.startsWith('/ws/chat/') ? chatFrames : path.startsWith('/ws/sidebar') ? sidebarFrames : feedFrames

export class Listener {
  /** Every event so far, in order; those that came in one array are taken apart. */
  readonly events: Frame[] = []
  /** Every text frame as it came. */
  readonly raw: string[] = []
  /** Resolves when the socket has closed. */
  readonly closed: Promise<{ code: number; at: number }>
  readonly #shapes: Record<string, Shape>
  readonly #taken = new Set<Frame>()
  readonly #waiting = new Set<() => void>()
  #wire: Wire | undefined
  #over: (closed: { code: number; at: number }) => void = () => {}

  private constructor(path: string) {
    this.#shapes = tableFor(path)
    this.closed = new Promise((resolve) => {
      this.#over = resolve
    })
    open.add(this)
  }

  /** Opens a socket at `path`, query included, for somebody. Resolves when the upgrade is done. */
  static async open(who: Person, path: string): Promise<Listener> {
    const { body } = await asked(201, 'POST', '/api/socket-ticket/', { token: who.access })
    return Listener.openWith(`${path}${path.includes('?') ? '&' : '?'}ticket=${body.ticket}`)
  }

  /** Opens a socket with the credentials that stand in `path` or `protocols`. */
  static async openWith(path: string, protocols: string[] = []): Promise<Listener> {
    const listener = new Listener(path)
    const headers: Record<string, string> = protocols.length ? { 'sec-websocket-protocol': protocols.join(', ') } : {}
    const wire = await Wire.connect(new URL(path, socketOrigin()), headers, {
      text: (text) => listener.#hear(text),
      closed: (code) => listener.#over({ code, at: performance.now() }),
    })
    if (!(wire instanceof Wire)) throw new Error(`The socket at ${path} was refused: ${wire.status} ${wire.text}`)
    listener.#wire = wire
    return listener
  }

  /** A room's socket that is ready. */
  static async inRoom(who: Person, roomId: number, query = ''): Promise<Listener> {
    const listener = await Listener.open(who, `/ws/chat/${roomId}/${query}`)
    await listener.next('ready')
    return listener
  }

  /** Somebody's sidebar, after its snapshot. */
  static async ofSidebar(who: Person): Promise<Listener> {
    const listener = await Listener.open(who, '/ws/sidebar/')
    await listener.next('snapshot')
    return listener
  }

  /** Somebody's notifications, after the first list. */
  static async ofFeed(who: Person): Promise<Listener> {
    const listener = await Listener.open(who, '/ws/notifications/')
    await listener.next('notification_list')
    return listener
  }

  get protocol(): string {
    return this.#wire?.protocol ?? ''
  }

  get isOpen(): boolean {
    return this.#wire?.isOpen === true
  }

  /** Sends an object as JSON, text and bytes as they are. */
  send(frame: object | string | Uint8Array): void {
    const asItIs = typeof frame === 'string' || frame instanceof Uint8Array
    this.#wire?.send(asItIs ? frame : JSON.stringify(frame))
  }

  close(): void {
    this.#wire?.close()
  }

  /** The first frame of this kind that has not been answered here before; waits for it. */
  async next(sought: Sought): Promise<Frame> {
    const find = () => this.events.find((event) => !this.#taken.has(event) && matches(event, sought))
    const found = await this.#until(find)
    if (!found) {
      const heard = this.events.map((event) => JSON.stringify(event).slice(0, 200)).join('\n')
      throw new Error(`No ${typeof sought === 'function' ? sought : JSON.stringify(sought)} came. What came:\n${heard}`)
    }
    this.#taken.add(found)
    return found
  }

  /** Sends a command and waits for the answer that carries its `ref`. */
  ask(frame: object): Promise<Frame> {
    const ref = `ref-${Math.random()}`
    this.send({ ...frame, ref })
    return this.next({ ref })
  }

  /** Sends `ping` as it is and waits for `pong` as it is. */
  async ping(): Promise<void> {
    const before = this.raw.filter((text) => text === 'pong').length
    this.send('ping')
    const came = await this.#until(() => this.raw.filter((text) => text === 'pong').length > before || undefined)
    if (!came) throw new Error('No pong came')
  }

  /** Everything heard of this kind. */
  heard(sought: Sought): Frame[] {
    return this.events.filter((event) => matches(event, sought))
  }

  #hear(text: string): void {
    this.raw.push(text)
    if (text !== 'pong') {
      const told: unknown = JSON.parse(text)
      for (const event of Array.isArray(told) ? (told as Frame[]) : [told as Frame]) {
        wrong.push(...(this.#shapes[event.type]?.(event, event.type) ?? []))
        this.events.push(event)
      }
    }
    for (const look of this.#waiting) look()
  }

  async #until<T>(find: () => T | undefined): Promise<T | undefined> {
    const already = find()
    if (already !== undefined) return already
    return new Promise((resolve) => {
      const done = (found: T | undefined) => {
        clearTimeout(timer)
        this.#waiting.delete(look)
        resolve(found)
      }
      const look = () => {
        const found = find()
        if (found !== undefined) done(found)
      }
      const timer = setTimeout(() => done(undefined), PATIENCE)
      this.#waiting.add(look)
    })
  }
}

/**
 * Expects all to close with `code` within a second of `since` (`performance.now()` before the act). Where the machine is so busy
 * that an answer takes about as long, they close before the next answer comes.
 */
export async function expectClosed(sockets: Listener[], code: number, since: number): Promise<void> {
  await asked(200, 'GET', '/api/limits/')
  const most = Math.max(since + 1_000, performance.now())
  for (const socket of sockets) {
    const closed = await socket.closed
    expect(closed.code).toBe(code)
    expect(closed.at).toBeLessThan(most)
  }
}

function matches(event: Frame, sought: Sought): boolean {
  if (typeof sought === 'function') return sought(event)
  if (typeof sought === 'string') return event.type === sought
  return Object.entries(sought).every(([name, value]) => JSON.stringify(event[name]) === JSON.stringify(value))
}

/** Waits without a reason but the passing of time: for what must not come. */
export const pause = (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds))

/** Asks for an upgrade and answers the HTTP status, 101 included; the body is that of a refusal. */
export async function upgradeStatus(path: string, headers: Record<string, string> = {}) {
  const wire = await Wire.connect(new URL(path, socketOrigin()), headers, { text: () => {}, closed: () => {} })
  if (!(wire instanceof Wire)) return { status: wire.status, body: JSON.parse(wire.text) as Frame }
  wire.close()
  return { status: 101, body: null }
}
