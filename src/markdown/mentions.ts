/** Whom a message mentions, and where. */
import { mentionAt } from '../protocol/mentions'
import { findNames } from './plain'

/** A mention: where it stands in the message, in UTF-16 units and with its `@`, and whom it names. */
export interface Mention<T> {
  start: number
  length: number
  named: T
}

/**
 * The mentions in a message that are shown as such, in order, at most `most`. `find` knows people by their usernames,
 * made `caseless`.
 */
export function mentionsIn<T>(content: string, find: (key: string) => T | undefined, most: number): Mention<T>[] {
  return findNames(content, (text, at) => mentionAt(text, at, find))
    .slice(0, most)
    .map(({ text, start: at, name }) => ({ start: at, length: text.length, named: name }))
}
