/** One connection: what it asks for, how long it waits, when it comes back and when it does not. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Connection, type Frame } from '../../src/client/connection/connection'
import { backoffAfter } from '../../src/client/connection/retry'
import type { ConnectionState } from '../../src/client/connection/state'
import { ChatError } from '../../src/client/error'
import { Wire } from './wire'

class Probe extends Connection {
  readonly states: ConnectionState[] = []
  readonly heard: string[] = []
  seq = 0
  refusal: ChatError | undefined
  probes = 0

  say(frame: object): boolean {
    return this.send(frame)
  }

  protected path(): string {
    return `/ws/chat/7/?after=${this.seq}`
  }

  protected receive(frame: Frame): void {
    this.heard.push(frame.type)
    if (frame.type === 'ready') this.synced()
  }

  protected changed(state: ConnectionState): void {
    this.states.push(state)
  }

  protected async prepare(upgradeRefused: boolean): Promise<void> {
    if (!upgradeRefused) return
    this.probes++
    if (this.refusal) throw this.refusal
  }
}

let token: () => string | Promise<string>
let asked: string[]
let device: { onLine: boolean }
const returns = new Map<string, Set<() => void>>()

const credentials = {
  token: async () => {
    asked.push('token')
    return token()
  },
  renew: async (refused: string) => {
    asked.push(`another than ${refused}`)
    return token()
  },
}

const connect = () => new Probe({ socketUrl: 'wss://parlour.test', WebSocket: Wire, credentials })

/** Lets everything run that is due within `ms`. */
const pass = (ms = 0) => vi.advanceTimersByTimeAsync(ms)

async function online(): Promise<Probe> {
  const connection = connect()
  connection.open()
  await pass()
  Wire.last.opens()
  Wire.last.says({ type: 'ready' })
  return connection
}

beforeEach(() => {
  vi.useFakeTimers()
  vi.spyOn(Math, 'random').mockReturnValue(0.5)
  Wire.all = []
  asked = []
  token = () => `token-${asked.length}`
  device = { onLine: true }
  returns.clear()
  vi.stubGlobal('navigator', device)
  vi.stubGlobal('addEventListener', (type: string, listener: () => void) => {
    returns.set(type, (returns.get(type) ?? new Set()).add(listener))
  })
  vi.stubGlobal('removeEventListener', (type: string, listener: () => void) => returns.get(type)?.delete(listener))
})

afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
})

describe('a connection', () => {
  it('goes from connecting to online when it has been synced, with its token outside the URL', async () => {
    const connection = connect()
    expect(connection.state).toEqual({ status: 'idle' })
    connection.open()
    await pass()
    expect(Wire.last).toMatchObject({ url: 'wss://parlour.test/ws/chat/7/?after=0', protocols: ['bearer', 'token-1'] })
    Wire.last.opens()
    expect(connection.state).toEqual({ status: 'connecting' })
    Wire.last.says([{ type: 'new_message' }, { type: 'ready' }])
    expect(connection.heard).toEqual(['new_message', 'ready'])
    expect(connection.states.map(({ status }) => status)).toEqual(['connecting', 'online'])
  })

  it('opens one socket however often it is opened', async () => {
    const connection = connect()
    connection.open()
    connection.open()
    await pass()
    connection.open()
    await pass()
    expect(Wire.all).toHaveLength(1)
  })

  it.each([1000, 1001, 1006, 1011, 1012, 4408])(
    'comes back after code %i, from where it was, with a new token',
    async (code) => {
      const connection = await online()
      connection.seq = 42
      Wire.last.ends(code)
      expect(connection.state).toMatchObject({ status: 'reconnecting', retryInMs: 1_000 })
      await pass(999)
      expect(Wire.all).toHaveLength(1)
      await pass(1)
      expect(Wire.all).toHaveLength(2)
      expect(Wire.last).toMatchObject({
        url: 'wss://parlour.test/ws/chat/7/?after=42',
        protocols: ['bearer', 'token-2'],
      })
      expect(connection.probes).toBe(0)
      Wire.last.opens()
      Wire.last.says({ type: 'ready' })
      expect(connection.state).toEqual({ status: 'online' })
    },
  )

  it.each([
    [4400, 'refused'],
    [4403, 'removed'],
    [4404, 'gone'],
    [4429, 'too-many'],
  ])('stays closed after code %i', async (code, reason) => {
    const connection = await online()
    Wire.last.ends(code)
    expect(connection.state).toMatchObject({ status: 'closed', reason })
    await pass(600_000)
    expect(Wire.all).toHaveLength(1)
    expect(asked).toHaveLength(1)
  })

  it('waits any time up to a bound that doubles with each failure, to a minute at most', () => {
    const waits = Array.from({ length: 7 }, (_, failures) => backoffAfter(failures))
    expect(waits).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000])
    vi.mocked(Math.random).mockReturnValueOnce(0).mockReturnValueOnce(0.999)
    expect([backoffAfter(9), backoffAfter(9)]).toEqual([0, 59_940])
  })

  it('waits as long as the server says, and up to twice as long, so that all do not come at once', async () => {
    const connection = await online()
    Wire.last.ends(1013, 'Try again in 12 s.')
    expect(connection.state).toMatchObject({ retryInMs: 18_000 })
    await pass(18_000)
    Wire.last.ends(1006)
    expect(connection.state).toMatchObject({ retryInMs: 2_000 })
    // The refusal of an upgrade reaches no browser: REST says how long.
    connection.refusal = new ChatError('unavailable', 'Not now.', { status: 503, retryAfter: 30 })
    await pass(2_000)
    expect(connection.state).toMatchObject({ retryInMs: 45_000 })
  })

  it('begins with the shortest wait again once it has been synced', async () => {
    const connection = await online()
    Wire.last.ends(1006)
    await pass(1_000)
    Wire.last.ends(1006)
    expect(connection.state).toMatchObject({ retryInMs: 2_000 })
    await pass(2_000)
    Wire.last.opens()
    Wire.last.says({ type: 'ready' })
    Wire.last.ends(1006)
    expect(connection.state).toMatchObject({ retryInMs: 1_000 })
  })

  it('sends nothing while there is no socket, and says so', async () => {
    const connection = connect()
    expect(connection.say({ type: 'typing' })).toBe(false)
    connection.open()
    await pass()
    expect(connection.say({ type: 'typing' })).toBe(false)
    Wire.last.opens()
    expect(connection.say({ type: 'typing' })).toBe(true)
    expect(Wire.last.sent).toContain('{"type":"typing"}')
  })

  it('hears nothing of a socket that was given up', async () => {
    const connection = await online()
    const old = Wire.last
    connection.close()
    old.says({ type: 'new_message' })
    old.ends(1006)
    expect(connection.heard).toEqual(['ready'])
    expect(connection.state).toMatchObject({ status: 'closed', reason: 'by-you' })
    await pass(60_000)
    expect(Wire.all).toHaveLength(1)
    expect([...returns.values()].every((listeners) => listeners.size === 0)).toBe(true)
  })
})

describe('credentials', () => {
  it('are asked for anew when the session is said to have ended', async () => {
    const connection = await online()
    Wire.last.ends(4401)
    expect(connection.state.status).toBe('reconnecting')
    await pass(1_000)
    expect(asked).toEqual(['token', 'another than token-1'])
    expect(Wire.last.protocols).toEqual(['bearer', 'token-2'])
  })

  it('that are not to be had close the connection: somebody has to sign in', async () => {
    const connection = await online()
    token = () => {
      throw new ChatError('signed_out', 'Sign in first.', { status: 401 })
    }
    Wire.last.ends(4401)
    await pass(1_000)
    expect(connection.state).toMatchObject({ status: 'closed', reason: 'signed-out' })
    await pass(60_000)
    expect(Wire.all).toHaveLength(1)
  })

  it('that cannot be fetched now are fetched with the next attempt', async () => {
    const connection = connect()
    token = () => {
      throw new Error('fetch failed')
    }
    connection.open()
    await pass()
    expect(connection.state).toMatchObject({ status: 'reconnecting', retryInMs: 1_000 })
    token = () => 'late'
    await pass(1_000)
    expect(Wire.last.protocols).toEqual(['bearer', 'late'])
  })

  it('are not asked for while the device is offline', async () => {
    device.onLine = false
    const connection = connect()
    connection.open()
    await pass(60_000)
    expect(asked).toEqual([])
    device.onLine = true
    for (const back of [...(returns.get('online') ?? [])]) back()
    await pass()
    expect(asked).toEqual(['token'])
    expect(Wire.all).toHaveLength(1)
    connection.close()
  })
})

describe('an attempt that is not let in', () => {
  const notLetIn = async () => {
    const connection = connect()
    connection.open()
    await pass()
    Wire.last.ends(1006)
    return connection
  }

  it.each([
    [401, 'signed_out', 'signed-out'],
    [403, 'forbidden', 'removed'],
    [404, 'not_found', 'gone'],
  ])('is explained by REST: %i', async (status, code, reason) => {
    const connection = await notLetIn()
    connection.refusal = new ChatError(code, 'No.', { status })
    await pass(1_000)
    expect(connection.state).toMatchObject({ status: 'closed', reason })
    expect(Wire.all).toHaveLength(1)
  })

  it('is repeated when REST finds nothing wrong, and is no longer explained once it was let in', async () => {
    const connection = await notLetIn()
    await pass(1_000)
    expect(connection.probes).toBe(1)
    expect(Wire.all).toHaveLength(2)
    Wire.last.opens()
    Wire.last.ends(1006)
    await pass(2_000)
    expect(connection.probes).toBe(1)
    expect(Wire.all).toHaveLength(3)
  })

  it('is given up after ten seconds', async () => {
    const connection = connect()
    connection.open()
    await pass(9_999)
    expect(connection.state.status).toBe('connecting')
    await pass(1)
    expect(connection.state.status).toBe('reconnecting')
    expect(Wire.last.readyState).toBe(3)
  })
})

describe('an open connection', () => {
  it('is asked for a sign of life every 25 seconds, and replaced when it gives none in ten', async () => {
    const connection = await online()
    // The first as soon as it opens.
    expect(Wire.last.sent).toEqual(['ping'])
    Wire.last.says('pong')
    await pass(25_000)
    expect(Wire.last.sent).toEqual(['ping', 'ping'])
    Wire.last.says('pong')
    await pass(25_000)
    expect(Wire.last.sent).toHaveLength(3)
    await pass(9_999)
    expect(connection.state.status).toBe('online')
    await pass(1)
    expect(connection.state.status).toBe('reconnecting')
    await pass(1_000)
    expect(Wire.all).toHaveLength(2)
  })

  it('is asked as often while it speaks, and whatever it says is a sign of life', async () => {
    const connection = await online()
    for (let second = 0; second < 90; second += 5) {
      await pass(5_000)
      Wire.last.says({ type: 'presence' })
    }
    // The server takes somebody by whom pings came, and then come no more, for gone.
    expect(Wire.last.sent).toEqual(['ping', 'ping', 'ping', 'ping'])
    expect(connection.state.status).toBe('online')
  })

  it('is asked at once when the network or the person is back, and a waiting one tries at once', async () => {
    const connection = await online()
    const back = () => {
      for (const listener of [...(returns.get('online') ?? [])]) listener()
    }
    Wire.last.says('pong')
    back()
    expect(Wire.last.sent).toEqual(['ping', 'ping'])
    Wire.last.ends(1006)
    expect(connection.state.status).toBe('reconnecting')
    back()
    expect(connection.state).toEqual({ status: 'connecting' })
    await pass()
    expect(Wire.all).toHaveLength(2)
  })
})
