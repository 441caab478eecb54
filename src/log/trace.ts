/** Carries a request's id through every actor that it reaches, without an argument in each function. */
import { AsyncLocalStorage } from 'node:async_hooks'

/** The origin that each log line names. Plain data, because it crosses from the Worker to actors. */
export interface Trace {
  /** The request that caused the work; an alarm gets an id of its own. */
  request_id: string
  user_id?: number
  room_id?: number
  /** The kind of actor; absent in the Worker itself. */
  actor?: string
  /** The actor's name: a room's or a user's id. */
  actor_id?: string
}

/**
 * The runtime hands the current trace to every continuation: awaits, timers and `waitUntil`
 * (developers.cloudflare.com/workers/runtime-apis/nodejs/asynclocalstorage).
 */
const traces = new AsyncLocalStorage<Trace>()

/** The trace of the frame that is being handled now. */
let frame: Trace | undefined

export const currentTrace = (): Trace | undefined => frame ?? traces.getStore()

/** Runs `work`, and everything asynchronous that it starts, under a trace. */
export const withTrace = <T>(trace: Trace, work: () => T): T => traces.run(trace, () => withFrameTrace(undefined, work))

/**
 * Runs synchronous `work` under a trace. For frames, of which thousands arrive in a second: entering the runtime's own
 * storage takes 5 µs (measured in workerd), and setting a variable takes none.
 */
export function withFrameTrace<T>(trace: Trace | undefined, work: () => T): T {
  const outer = frame
  frame = trace
  try {
    return work()
  } finally {
    frame = outer
  }
}

/** Adds the user or the room to the current trace. */
export function addToTrace(known: Pick<Trace, 'user_id' | 'room_id'>): void {
  const trace = currentTrace()
  if (trace) Object.assign(trace, known)
}

export const newRequestId = (): string => crypto.randomUUID()
