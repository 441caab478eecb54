/** Keyset listings: the last row of a part, and the `Link` header to the next part (RFC 8288). */
import type { Context } from 'hono'
import { ChatError } from '../../protocol'

/** The values by which a list is sorted, which identify a row. */
export type Key = readonly (string | number)[]

/** The requested part of a list. */
interface Part {
  limit: number
  cursor?: string | undefined
}

/**
 * The rows of a part, of which one more was read than requested. If it exists, the `Link` header leads to the rows
 * after the last shown one.
 */
export function listPart<Row>(c: Context, asked: Part, rows: Row[], keyOf: (row: Row) => Key): Row[] {
  const last = rows[asked.limit - 1]
  if (rows.length > asked.limit && last !== undefined) linkNextPart(c, asked, keyOf(last))
  return rows.slice(0, asked.limit)
}

/** Sets the `Link` header to the part after `key`. */
export function linkNextPart(c: Context, { limit }: Part, key: Key): void {
  const next = new URL(c.req.url)
  next.searchParams.set('limit', String(limit))
  next.searchParams.set('cursor', encodeKey(key))
  // The cursor replaces the offset.
  next.searchParams.delete('offset')
  c.header('Link', `<${next}>; rel="next"`)
}

/**
 * The key of the cursor, or undefined without one.
 * @throws {ChatError} `invalid` when the cursor is not ours, or of a list with keys of other types
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

/** base64url of UTF-8, because names are in any script. */
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
