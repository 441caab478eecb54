/** Finds the mentions in a message. */
import { mentionAt } from '../protocol/mentions'
import { findNames } from './plain'

/** A mention: its position in the message, in UTF-16 units and with its `@`, and the person it names. */
export interface Mention<T> {
  start: number
  length: number
  named: T
}

/**
 * The mentions that a reader sees, in order, at most `most`. `find` looks people up by their usernames, made `caseless`.
 */
export function mentionsIn<T>(content: string, find: (key: string) => T | undefined, most: number): Mention<T>[] {
  return findNames(content, (text, at) => mentionAt(text, at, find))
    .slice(0, most)
    .map(({ text, start: at, name }) => ({ start: at, length: text.length, named: name }))
}
