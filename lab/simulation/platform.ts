/**
 * The globals of the platform in a simulated world. The product is loaded onto them once, and plays in one world at a
 * time.
 */
import { createRequire } from 'node:module'
import type { Actor, ActorClass } from './actor.ts'
import { GLOBALS } from './bundle.ts'
import { SocketPair } from './socket.ts'
import type { World } from './world.ts'

export interface Product {
  Room: ActorClass
  Sidebar: ActorClass
  Feed: ActorClass
  upgradeRequest(url: URL, upgrade: object): unknown
}

/** The variables of the deployment: a script sends faster than people may. */
export const SETTINGS = {
  ENVIRONMENT: 'development',
  RATE_LIMITS: 'off',
  AUTH_SECRET: 'the secret of one simulated world',
}

const require = createRequire(import.meta.url)

let world: World | undefined

/** From now on the product plays in this world. */
export function playIn(next: World): void {
  world = next
}

const clockNow = (): number => (world as World).clock.now
const turning = (): Actor => {
  const actor = world?.current
  if (!actor) throw new Error('Nobody has the turn')
  return actor
}

class SimulatedDate extends Date {
  constructor(...given: unknown[]) {
    super(...((given.length === 0 ? [clockNow()] : given) as [number]))
  }
  static override now(): number {
    return clockNow()
  }
}

class DurableObject {
  readonly ctx: object
  readonly env: object
  constructor(ctx: object, env: object) {
    this.ctx = ctx
    this.env = env
  }
}

/** Node's own refuses the status that an upgrade is answered with. */
class UpgradeResponse {
  readonly status: number
  readonly webSocket: unknown
  constructor(_: unknown, { status, webSocket }: { status: number; webSocket?: unknown }) {
    this.status = status
    this.webSocket = webSocket
  }
}

const quiet = () => undefined

const platform: Record<(typeof GLOBALS)[number], unknown> = {
  Date: SimulatedDate,
  console: {
    log: quiet,
    info: quiet,
    warn: quiet,
    error: quiet,
    debug: quiet,
  },
  setTimeout: (work: () => void, wait?: number) => turning().setTimeout(work, wait),
  clearTimeout: (timer: object | undefined) => turning().clearTimeout(timer),
  scheduler: { wait: (wait: number) => new Promise<void>((done) => void turning().setTimeout(done, wait)) },
  Request,
  Response: UpgradeResponse,
  WebSocket,
  WebSocketPair: SocketPair,
  WebSocketRequestResponsePair: class {},
}

/** Runs what `bundle` has made, once. */
export function load(script: string): Product {
  const module = { exports: {} as Product }
  const evaluate = new Function('module', 'exports', 'require', ...GLOBALS, script)
  const provide = (name: string) =>
    name === 'cloudflare:workers' ? { DurableObject, env: SETTINGS } : (require(name) as unknown)
  evaluate(module, module.exports, provide, ...GLOBALS.map((name) => platform[name]))
  return module.exports
}
