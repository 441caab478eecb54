/** The wire as JSON Schema: a change of the contract shows here before it reaches a client. */
import { describe, expect, it, test } from 'vitest'
import * as z from 'zod'
import * as protocol from '../../src/protocol'
import {
  FeedDown,
  FeedUp,
  PROTOCOL_VERSION,
  REFUSALS,
  RoomDown,
  RoomUp,
  SidebarDown,
  SidebarUp,
} from '../../src/protocol'
import { ask } from '../support/api'

test.each(Object.entries({ RoomUp, RoomDown, SidebarUp, SidebarDown, FeedUp, FeedDown }))(
  'the frames of %s are as they were',
  (name, schema) => {
    // A command is described before its transforms, an event as it arrives.
    const json = z.toJSONSchema(schema, { io: name.endsWith('Up') ? 'input' : 'output', unrepresentable: 'any' })
    expect(json).toMatchSnapshot()
  },
)

/** The digest of the wire in each version. Entries are added, never changed. */
const DIGESTS: Record<number, string> = {
  1: '37eb283938caf155f254c20072e50e9c',
  2: '979ad22b28837354fd8eaa6b6f4b90ce',
  3: '719cce0a43a8b760212bd96c931b4450',
  4: '98863d86ac72db83a66c0514565d7fec',
  5: '3500601bd8fda74e29788be4427d6b07',
  6: '03533f7679f4f0f5d636c2fa011dadfb',
  7: 'f05118e9594ff066a874a3e8e7ea31d6',
  8: '907f9eaa2f2c360b986799dee8914913',
  9: '9475991794f2fb933780d9693fe432e9',
  10: '874087b30c00c494bbd82a80cd869de8',
}

/** The file format of backups is no part of the wire and has a version of its own, `BACKUP_VERSION`. */
const isOfBackupFile = (name: string) => /^(Backup|ObjectReference)/.test(name)

const schemas = Object.entries(protocol as Record<string, unknown>).flatMap(([name, value]) =>
  value instanceof z.ZodType && !isOfBackupFile(name) ? [value as z.ZodType] : [],
)

/** The same object with its keys and its lists of words in order: their order means nothing to a client. */
function ordered(value: unknown): unknown {
  if (Array.isArray(value))
    return value.every((each) => typeof each === 'string') ? value.toSorted() : value.map(ordered)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(entries.map(([key, each]) => [key, ordered(each)]))
}

/** A schema without the names and descriptions that the code gives it: an empty registry knows none. */
const shapeOf = (schema: z.ZodType, io: 'input' | 'output') =>
  JSON.stringify(ordered(z.toJSONSchema(schema, { io, unrepresentable: 'any', metadata: z.registry() })))

/** @param routes method and path of each */
async function digestOf(shapes: readonly z.ZodType[], routes: readonly string[]): Promise<string> {
  const parts = [
    ...shapes.flatMap((schema) => [shapeOf(schema, 'input'), shapeOf(schema, 'output')]),
    ...Object.entries(REFUSALS).map(([code, [status]]) => `${status} ${code}`),
    ...routes,
  ]
  const text = [...new Set(parts)].sort().join('\n')
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)))
  return Array.from(hash.slice(0, 16), (byte) => byte.toString(16).padStart(2, '0')).join('')
}

async function routesNow(): Promise<string[]> {
  const { body } = await ask('GET', '/api/schema/')
  return Object.entries<object>(body.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method} ${path}`),
  )
}

describe('the protocol version', () => {
  it('is raised when the wire changes', async () => {
    const digest = await digestOf(schemas, await routesNow())
    const recorded = DIGESTS[PROTOCOL_VERSION]
    if (recorded === undefined) expect.fail(`version ${PROTOCOL_VERSION} is new: add its digest '${digest}' to DIGESTS`)
    expect(digest, 'the wire changed: raise PROTOCOL_VERSION').toBe(recorded)
  })

  it('does not depend on descriptions, on names of schemas and on the order of fields', async () => {
    const shape = { id: z.int(), kind: z.enum(['a', 'b']) }
    const digest = await digestOf([z.object(shape)], [])
    const described = z.object({ kind: z.enum(['b', 'a']), id: z.int().describe('An id.') }).meta({ id: 'Described' })
    expect(await digestOf([described.describe('A thing.')], [])).toBe(digest)
  })

  it.each([
    ['a new field', { id: z.int(), more: z.string() }],
    ['a field less', {}],
    ['another type', { id: z.string() }],
    ['a field that may be absent', { id: z.int().optional() }],
    ['another bound', { id: z.int().max(7) }],
  ])('depends on %s', async (_, shape) => {
    expect(await digestOf([z.object(shape)], [])).not.toBe(await digestOf([z.object({ id: z.int() })], []))
  })

  it('depends on routes and on the fields of frames', async () => {
    const routes = await routesNow()
    const digest = await digestOf(schemas, routes)
    expect(await digestOf(schemas, routes.slice(1))).not.toBe(digest)
    const frames = RoomDown.options.map((each) =>
      each === RoomDown.options[0] ? each.extend({ more: z.int() }) : each,
    )
    expect(
      await digestOf(
        schemas.map((each) => (each === RoomDown ? z.union(frames) : each)),
        routes,
      ),
    ).not.toBe(digest)
  })

  it('is told by /health', async () => {
    const { body } = await ask('GET', '/health')
    expect(body.protocol_version).toBe(PROTOCOL_VERSION)
  })
})
