/** Cursor pages: the content of a cursor, and the links with it. */
import { ChatError } from '../../protocol'

/** The beginning of a page: below (older than) or above (newer than) a position, which is one or more numbers. */
export interface Cursor {
  side: 'below' | 'above'
  position: number[]
}

/** @throws {ChatError} `invalid` when the cursor is not ours, or has none of these counts of numbers */
export function readCursor(text: string | undefined, ...sizes: number[]): Cursor | undefined {
  if (text === undefined) return undefined
  const [, side, numbers] = /^(below|above)((?:_\d{1,16})+)$/.exec(decoded(text)) ?? []
  const place = numbers?.slice(1).split('_').map(Number)
  if (!place || !sizes.includes(place.length) || !place.every(Number.isSafeInteger)) {
    throw new ChatError('invalid', { fields: { cursor: ['This cursor is not one of ours.'] } })
  }
  return { side: side as Cursor['side'], position: place }
}

/** The same request with another cursor, or null without one. */
export function pageLink(url: string, cursor: Cursor | null): string | null {
  if (!cursor) return null
  const link = new URL(url)
  link.searchParams.set('cursor', btoa([cursor.side, ...cursor.position].join('_')).replace(/=+$/, ''))
  return link.href
}

function decoded(text: string): string {
  try {
    return atob(text)
  } catch {
    return ''
  }
}
