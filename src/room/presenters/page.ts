/** Pages of a room's messages. */
import type { MessageId } from '../../protocol'
import type { Range } from '../store/messages'

/** A page, newest first, and whether there are entries beyond it in both directions. */
export interface Page<Entry> {
  results: Entry[]
  older: boolean
  newer: boolean
  /** An incomplete search has covered everything from this message on. */
  searchedFrom?: MessageId | null
  /** Rows that a search has read. */
  read?: number
}

/** @param rows in the order in which `range` reads, one more than `range.limit` if there is one */
export function pageOf<Row, Entry>(
  rows: readonly Row[],
  { before, after, limit }: Range,
  of: (row: Row) => Entry,
): Page<Entry> {
  const more = rows.length > limit
  const shown = rows.slice(0, limit)
  return {
    results: (after === undefined ? shown : shown.reverse()).map(of),
    older: after === undefined ? more : after > 0,
    newer: after === undefined ? before !== undefined : more,
  }
}
