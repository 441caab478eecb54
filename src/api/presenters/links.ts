/** Lists that go on: where a part of one ends, and the `Link` header that leads on from there (RFC 8288). */
import type { Context } from 'hono'
import { ChatError } from '../../protocol'

/** By what a row stands where it stands in its list. */
export type Key = readonly (string | number)[]

/** How much of a list was asked for. */
interface Part {
  limit: number
  cursor?: string | undefined
}

/**
 * The rows of a part of a list, of which one more was read than asked for: if it is there, the list goes on after the
 * last that is shown.
 */
export function listPart<Row>(c: Context, asked: Part, rows: Row[], keyOf: (row: Row) => Key): Row[] {
  const last = rows[asked.limit - 1]
  if (rows.length > asked.limit && last !== undefined) linkNextPart(c, asked, keyOf(last))
  return rows.slice(0, asked.limit)
}

/** Says where the list goes on: after `key`. */
export function linkNextPart(c: Context, { limit }: Part, key: Key): void {
  const next = new URL(c.req.url)
  next.searchParams.set('limit', String(limit))
  next.searchParams.set('cursor', encodeKey(key))
  // The cursor is of where this part ended, wherever it began.
  next.searchParams.delete('offset')
  c.header('Link', `<${next}>; rel="next"`)
}

/**
 * The key that a cursor holds; undefined without one.
 * @throws {ChatError} `invalid` when it is not one of ours, of a list with keys of these types.
 */
export function cursorKey<Types extends readonly ('string' | 'number')[]>(
  { cursor }: Part,
  ...types: Types
): { [At in keyof Types]: Types[At] extends 'string' ? string : number } | undefined {
  if (cursor === undefined) return undefined
  const key = decodeKey(cursor)
  if (!Array.isArray(key) || key.length !== types.length || types.some((type, at) => typeof key[at] !== type)) {
    throw new ChatError('invalid', { fields: { cursor: ['This cursor is not one of ours.'] } })
  }
  return key as never
}

/** As base64url of UTF-8: names are in any script. */
const encodeKey = (key: Key): string =>
  btoa(String.fromCharCode(...new TextEncoder().encode(JSON.stringify(key))))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '')

function decodeKey(cursor: string): unknown {
  try {
    const bytes = atob(cursor.replaceAll('-', '+').replaceAll('_', '/'))
    return JSON.parse(new TextDecoder().decode(Uint8Array.from(bytes, (char) => char.charCodeAt(0))))
  } catch {
    return null
  }
}
