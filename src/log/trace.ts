/** On whose behalf something happens: one id from the request through every actor it reaches, without an argument for it. */
import { AsyncLocalStorage } from 'node:async_hooks'

/** What every line of the log says of where it comes from. It crosses from Worker to actor, so it is plain data. */
export interface Trace {
  /** The request that caused it; an alarm, which nobody caused, gets one of its own. */
  request_id: string
  user_id?: number
  room_id?: number
  /** The kind of actor; absent in the Worker itself. */
  actor?: string
  /** The name by which the actor was addressed: a room's or a person's id. */
  actor_id?: string
}

/**
 * The runtime hands the current trace to every continuation: awaits, timers and `waitUntil`
 * (developers.cloudflare.com/workers/runtime-apis/nodejs/asynclocalstorage).
 */
const traces = new AsyncLocalStorage<Trace>()

/** The trace of the frame that is being handled at this moment. */
let frame: Trace | undefined

export const currentTrace = (): Trace | undefined => frame ?? traces.getStore()

/** Runs `work`, and whatever it starts, under a trace. */
export const withTrace = <T>(trace: Trace, work: () => T): T => traces.run(trace, () => withFrameTrace(undefined, work))

/**
 * Runs `work` under a trace while it does not wait. For frames: entering the runtime's own storage takes microseconds
 * (5 of them, measured in workerd), which is dear where thousands arrive in a second, and setting a variable takes none.
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

/** The rest of this request is about these. */
export function addToTrace(known: Pick<Trace, 'user_id' | 'room_id'>): void {
  const trace = currentTrace()
  if (trace) Object.assign(trace, known)
}

export const newRequestId = (): string => crypto.randomUUID()
