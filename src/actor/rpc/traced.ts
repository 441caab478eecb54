/** Passes the trace of a request to the actors that it calls, without a parameter in any signature. */
import { DurableObject } from 'cloudflare:workers'
import { log } from '../../log/log'
import { currentTrace, newRequestId, type Trace, withTrace } from '../../log/trace'

const HEADER = 'x-request-id'

/** The last argument of every call. Only the Worker and actors make calls, never a client. */
interface Carried {
  parlour_trace: Trace
}

const isCarried = (value: unknown): value is Carried =>
  typeof value === 'object' && value !== null && 'parlour_trace' in value

/** Wraps a stub so that its calls carry the current trace. */
export function carrying<Stub extends object>(stub: Stub): Stub {
  const trace = currentTrace()
  if (!trace) return stub
  const { request_id, user_id } = trace
  const carried: Carried = { parlour_trace: { request_id, ...(user_id !== undefined && { user_id }) } }
  return new Proxy(stub, {
    get(actor, name) {
      const member: unknown = Reflect.get(actor, name)
      if (typeof member !== 'function') return member
      // Called by name on the stub: a method that is taken off a stub cannot be called without it.
      const call = actor as Record<string | symbol, (...args: unknown[]) => unknown>
      if (name !== 'fetch') return (...args: unknown[]) => call[name]?.(...args, carried)
      return (request: Request) => {
        const marked = new Request(request)
        marked.headers.set(HEADER, request_id)
        return call.fetch?.(marked)
      }
    },
  })
}

/** The runtime calls these for each frame. `receive` sets the trace of the frame's socket. */
const UNTRACED = new Set(['constructor', 'webSocketMessage', 'webSocketClose', 'webSocketError'])

const hooks = new WeakMap<DurableObjectState, () => void>()

/** Runs `hook` before each RPC method and each upgrade of the actor with this state. */
export function beforeEachCall(ctx: DurableObjectState, hook: () => void): void {
  hooks.set(ctx, hook)
}

interface Traceable {
  ctx: DurableObjectState
}
type Method = (this: Traceable, ...args: unknown[]) => unknown

/**
 * Runs every RPC method of an actor's class under the trace of its call, and logs errors with their stack, which RPC does
 * not carry back to the caller. Call it once, in the class's static block.
 */
export function traced(actorClass: { prototype: object }, actor: string): void {
  for (let prototype = actorClass.prototype; prototype !== DurableObject.prototype; ) {
    tracePrototype(prototype as Record<string, Method>, actor)
    prototype = Object.getPrototypeOf(prototype) as object
  }
}

function tracePrototype(prototype: Record<string, Method>, actor: string): void {
  for (const name of Object.getOwnPropertyNames(prototype)) {
    const method = Object.getOwnPropertyDescriptor(prototype, name)?.value as Method | undefined
    if (UNTRACED.has(name) || typeof method !== 'function') continue
    prototype[name] = function (...args) {
      const trace = causeOf(name, args)
      // A method that calls another method of the same object starts no new call.
      if (!trace) return method.apply(this, args)
      if (name !== 'alarm') hooks.get(this.ctx)?.()
      return withTrace({ ...trace, actor, actor_id: this.ctx.id.name ?? '' }, () =>
        logged(name, () => method.apply(this, args)),
      )
    }
  }
}

/** Separates the trace of a call from its other arguments. */
function causeOf(name: string, args: unknown[]): Trace | undefined {
  if (name === 'alarm') return { request_id: newRequestId() }
  const request = args[0]
  if (name === 'fetch' && request instanceof Request) {
    return { request_id: request.headers.get(HEADER) ?? newRequestId() }
  }
  const last = args.at(-1)
  if (!isCarried(last)) return undefined
  args.pop()
  return last.parlour_trace
}

function logged(method: string, work: () => unknown): unknown {
  const failed = (error: unknown): never => {
    log('error', 'actor.failed', { method, error })
    throw error
  }
  try {
    const answer = work()
    return answer instanceof Promise ? answer.catch(failed) : answer
  } catch (error) {
    return failed(error)
  }
}
