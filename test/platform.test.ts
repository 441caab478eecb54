/** What the local runtime lets pass and the platform does not: each bound has its constant, each road its one door. */
import { describe, expect, it } from 'vitest'
import { BOUNDS, LIMITS, TIMES } from '../src/config'
import { payInFull } from './support/light-passwords'

payInFull()

const sources = import.meta.glob<string>('../src/**/*.{ts,tsx}', { query: '?raw', import: 'default', eager: true })
const server = Object.entries(sources)
  .map(([path, text]) => ({ file: path.replace('../', ''), text: text.replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '') }))
  .filter(({ file }) => !/^src\/(web|client)\//.test(file))

const filesWith = (what: RegExp) => server.filter(({ text }) => what.test(text)).map(({ file }) => file)

const MIB = 1024 * 1024
/** Memory of one isolate; the same isolate may hold several actors. */
const ISOLATE = 128 * MIB

describe('work that the platform refuses', () => {
  it('is not asked of it for passwords: no PBKDF2, and scrypt within its cost and far within an isolate', () => {
    expect(filesWith(/pbkdf2/i)).toEqual([])
    const { N, r, p } = BOUNDS.scrypt
    expect(N * r * p).toBeLessThanOrEqual(2 ** 20)
    expect(128 * N * r).toBeLessThanOrEqual(ISOLATE / 4)
  })

  it('is not asked of it by SQL: no list of placeholders, at most a hundred in one statement, no LIKE', () => {
    // A list of columns is as long as it is written; a list of values is as long as somebody makes it.
    const lists = server.flatMap(({ text }) => text.match(/\S+\.map\(\(\) => '\?'\)/g) ?? [])
    expect(lists.filter((each) => !/^\W*(COLUMNS|columns)\b/.test(each))).toEqual([])
    const most = server
      .flatMap(({ text }) => text.match(/`[^`]*`|'[^'\n]*'/g) ?? [])
      .map((each) => each.split('?').length - 1)
    expect(Math.max(...most)).toBeLessThanOrEqual(100)
    expect(filesWith(/\bLIKE\s*[?'$(]|\blike\(/)).toEqual([])
  })

  it('is not asked of it for transactions: the one of drizzle commits too early in an actor, and D1 refuses it', () => {
    expect(filesWith(/\.transaction\(/)).toEqual([])
  })

  it('is not asked of it by calls: six at once, none for longer than an answer may take', () => {
    expect(BOUNDS.callsAtOnce).toBeLessThanOrEqual(6)
    expect(TIMES.call).toBeLessThanOrEqual(10_000)
    expect(TIMES.directory).toBeLessThan(5_000)
    expect(TIMES.media).toBeLessThan(5_000)
    // 1,000 calls to other services in one request of the paid plan.
    expect(BOUNDS.searchRooms + BOUNDS.presenceRooms).toBeLessThan(1_000)
  })
})

describe('memory that the platform has not got', () => {
  it('is not taken by sockets that do not read, by resumes, or by uploads', () => {
    expect(LIMITS.socketBacklogBytes * 100).toBeLessThan(ISOLATE)
    expect(BOUNDS.resumeLength * 4).toBeLessThanOrEqual(LIMITS.socketBacklogBytes)
    expect(BOUNDS.uploadMemory).toBeLessThan(ISOLATE / 2)
    // R2 takes parts of at least 5 MiB.
    expect(BOUNDS.uploadPart).toBeGreaterThanOrEqual(5 * MIB)
  })

  it('is asked about before anything is sent: one place sends, and it looks', () => {
    expect(filesWith(/\bsocket\.send\(/)).toEqual(['src/actor/sockets/sockets.ts'])
    expect(server.find(({ file }) => file === 'src/actor/sockets/sockets.ts')?.text).toContain('bufferedAmount')
  })
})

describe('what would keep an actor awake, or make one for nothing', () => {
  it('is not there: sockets are accepted inside the actor so that they hibernate, and nothing ticks', () => {
    expect(filesWith(/\.acceptWebSocket\(/)).toEqual(['src/actor/sockets/sockets.ts'])
    // `shed-load.ts` accepts a socket only to close it with a reason.
    expect(filesWith(/upgradeWebSocket|\bserver\.accept\(\)|setInterval\(/)).toEqual([
      'src/api/middleware/shed-load.ts',
    ])
  })

  it('has one door: an id becomes an actor where ids have been authorised before', () => {
    expect(filesWith(/\b(getByName|idFromName|idFromString|newUniqueId)\(/)).toEqual(['src/actor/rpc/stubs.ts'])
  })
})
