/** Takes a frame from the wire to its handler. A faulty frame is answered with an error, and the socket stays open. */
import type * as z from 'zod'
import { CLOSE, LIMITS } from '../../config'
import { log } from '../../log/log'
import { withFrameTrace } from '../../log/trace'
import { ChatError, type RateName, REFUSALS, type RefusalCode, wellFormedIn } from '../../protocol'
import type { Connection } from './connection'
import type { Sockets } from './sockets'

/** A parsed frame that has not been validated. */
export type RawFrame = Record<string, unknown>

/** One function per command. A command without a function does not compile. */
export type Handlers<Up, Name extends keyof Up, Data> = {
  [Command in Up[Name] & string]: (frame: Extract<Up, Record<Name, Command>>, from: Connection<Data>) => void
}

/** The rate class of each command. A command without a class does not compile. */
export type FrameRates<Up, Name extends keyof Up> = Record<Up[Name] & string, RateName>

/** The commands of one kind of socket. */
export interface Dialect<Up, Name extends keyof Up & string, Data> {
  schema: z.ZodType<Up>
  /** The field that names the command. */
  name: Name
  handlers: Handlers<Up, Name, Data>
  rates: FrameRates<Up, Name>
  /** Validates the most frequent frames as the schema does, but faster; undefined for every other frame. */
  plain?: (frame: RawFrame) => Up | undefined
  /** Rewrites short forms that older clients send. */
  expand?: (frame: RawFrame) => RawFrame
  /** The most units of work that a command may cause beyond the cost of its class. */
  workOf?: (frame: Up) => number
  /** Whether a command has been carried out before. A repeated command is answered at any rate. */
  isRepeat?: (frame: Up, from: Connection<Data>) => boolean
  /** Asks a neighbour before a command is handled; undefined when nothing has to be asked (any more). */
  prepare?: (frame: Up, from: Connection<Data>) => Promise<void> | undefined
}

/**
 * Reads one frame and runs its handler, unless the session has ended. Never throws.
 * @returns a promise when the user's budget or a neighbour has to be asked first. Nothing has happened then, and the caller
 * passes the same frame again when the promise resolves.
 */
export function receive<Up, Name extends keyof Up & string, Data>(
  sockets: Sockets<Data>,
  from: Connection<Data>,
  data: string | ArrayBuffer,
  dialect: Dialect<Up, Name, Data>,
): Promise<void> | undefined {
  if (from.state.caller.sessionEnds <= Date.now()) {
    sockets.endSession(from)
    return undefined
  }
  const { leases } = sockets
  const { hasCredit: isAmple } = from
  const turn = leases.take(from.userId, 'frames', isAmple)
  if (turn instanceof Promise) return turn
  const raw = parse(data)
  const ref = typeof raw === 'object' && isRef(raw.ref) ? raw.ref : undefined
  const fail = (code: RefusalCode, detail: string = REFUSALS[code][1], retry_after?: number): undefined => {
    sockets.send(from, { type: 'error', code, detail, status: REFUSALS[code][0], ref, retry_after })
  }

  from.tooSoon = Math.max(0, from.tooSoon + (turn ? 1 : -1))
  if (turn) {
    fail(turn.refused, turn.detail, turn.retryAfter)
    if (from.tooSoon >= LIMITS.refusedFrames) sockets.close(from, CLOSE.tooMany, 'Too many frames.')
    return undefined
  }

  if (typeof raw === 'string') {
    from.malformed += 1
    fail(raw)
  } else {
    const frame = dialect.expand?.(raw) ?? raw
    const command = frame[dialect.name]
    const plain = dialect.plain?.(frame)
    const result = plain ? { success: true as const, data: plain } : dialect.schema.safeParse(frame)
    if (result.success) {
      const rate = dialect.rates[command as keyof typeof dialect.rates]
      let next = leases.take(from.userId, rate, isAmple)
      if (next === null) {
        next = leases.cover(from.userId, dialect.workOf?.(result.data) ?? 0)
        if (next !== null) leases.giveBack(from.userId, rate)
      }
      if (next && !dialect.isRepeat?.(result.data, from)) {
        if (!(next instanceof Promise)) return fail(next.refused, next.detail, next.retryAfter)
        leases.giveBack(from.userId, 'frames')
        return next
      }
      const asked = dialect.prepare?.(result.data, from)
      if (asked) {
        for (const rate of ['frames', dialect.rates[command as keyof typeof dialect.rates]] as const) {
          leases.giveBack(from.userId, rate)
        }
        return asked
      }
      from.malformed = 0
      try {
        const handle = dialect.handlers[command as keyof typeof dialect.handlers] as (
          frame: Up,
          from: Connection<Data>,
        ) => void
        withFrameTrace(from.trace, () => handle(result.data, from))
      } catch (error) {
        if (error instanceof ChatError) fail(error.code, error.message, error.retryAfter)
        else {
          withFrameTrace(from.trace, () => log('error', 'frame.failed', { frame: command, ref, error }))
          // Only this error is in the log, so only this one carries the request id.
          sockets.send(from, {
            type: 'error',
            ...new ChatError('internal').toBody(),
            status: REFUSALS.internal[0],
            ref,
            request_id: from.trace.request_id,
          })
        }
      }
      return undefined
    }
    from.malformed += 1
    if (typeof command !== 'string' || !Object.hasOwn(dialect.handlers, command)) fail('unknown_frame')
    else fail('invalid', describe(result.error))
  }
  if (from.malformed >= LIMITS.malformedFrames) sockets.close(from, CLOSE.abuse, 'Too many malformed frames.')
  return undefined
}

/** A frame is UTF-8, so half a surrogate pair can only be written as an escape. */
const MALFORMED = /\\ud[89a-f]/i

/** Receives a frame and waits for the user's budget if needed. Frames may overtake each other, unlike in an `Inbox`. */
export async function receiveOrWait<Up, Name extends keyof Up & string, Data>(
  sockets: Sockets<Data>,
  from: Connection<Data>,
  data: string | ArrayBuffer,
  dialect: Dialect<Up, Name, Data>,
): Promise<void> {
  for (let wait = receive(sockets, from, data, dialect); wait; wait = receive(sockets, from, data, dialect)) {
    const size = bytesOf(data)
    from.waitingBytes += size
    if (from.waitingBytes > LIMITS.heldBytes) return sockets.close(from, CLOSE.tooMany, 'Too many frames.')
    await wait
    from.waitingBytes -= size
    if (sockets.get(from.socket) !== from) return
  }
}

/** The memory of a waiting frame, in bytes: its characters and its bookkeeping. */
export const bytesOf = (data: string | ArrayBuffer): number =>
  (typeof data === 'string' ? data.length : data.byteLength) + 64

/** The frame's object, or the code of its fault. */
function parse(data: string | ArrayBuffer): RawFrame | RefusalCode {
  if (typeof data !== 'string') return 'malformed_frame'
  if (tooLong(data)) return 'too_large'
  try {
    const parsed: unknown = JSON.parse(data)
    const value = MALFORMED.test(data) ? wellFormedIn(parsed) : parsed
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as RawFrame)
      : 'malformed_frame'
  } catch {
    return 'malformed_frame'
  }
}

/** Counts the bytes only if the number of characters does not decide. */
function tooLong(text: string): boolean {
  if (text.length > LIMITS.frameBytes) return true
  return text.length * 3 > LIMITS.frameBytes && new TextEncoder().encode(text).length > LIMITS.frameBytes
}

const isRef = (value: unknown): value is string | number =>
  typeof value === 'number' || (typeof value === 'string' && value.length <= 64)

function describe(error: z.ZodError): string {
  const [issue] = error.issues
  return issue ? `${issue.path.join('.') || 'frame'}: ${issue.message}` : REFUSALS.invalid[1]
}
