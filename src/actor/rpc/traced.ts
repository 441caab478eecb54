/** How the trace of a request reaches the actors that it calls, without standing in any signature. */
import { DurableObject } from 'cloudflare:workers'
import { log } from '../../log/log'
import { currentTrace, newRequestId, type Trace, withTrace } from '../../log/trace'

const HEADER = 'x-request-id'

/** The last argument of every call from here. Calls come from the Worker and from actors only, never from a client. */
interface Carried {
  parlour_trace: Trace
}

const isCarried = (value: unknown): value is Carried =>
  typeof value === 'object' && value !== null && 'parlour_trace' in value

/** The same stub; its calls carry the current trace. */
export function carrying<Stub extends object>(stub: Stub): Stub {
  const trace = currentTrace()
  if (!trace) return stub
  const { request_id, user_id } = trace
  const carried: Carried = { parlour_trace: { request_id, ...(user_id !== undefined && { user_id }) } }
  return new Proxy(stub, {
    get(actor, name) {
      const member: unknown = Reflect.get(actor, name)
      if (typeof member !== 'function') return member
      // By name, because what a stub gives for a method is itself a way to call it only through the stub.
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

/** The runtime calls these for each frame; a frame's trace is its socket's, which `receive` knows. */
const UNTRACED = new Set(['constructor', 'webSocketMessage', 'webSocketClose', 'webSocketError'])

interface Traceable {
  ctx: DurableObjectState
}
type Method = (this: Traceable, ...args: unknown[]) => unknown

/**
 * Runs every method of an actor's class that a call can reach under the trace that came with it, and logs what it
 * throws, with the stack that the way back to the caller loses. To be called once, in the class's static block.
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
      // One method that calls another of its own is not a new call.
      if (!trace) return method.apply(this, args)
      return withTrace({ ...trace, actor, actor_id: this.ctx.id.name ?? '' }, () =>
        logged(name, () => method.apply(this, args)),
      )
    }
  }
}

/** Takes the trace that came with a call away from its arguments. */
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
