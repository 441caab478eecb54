/**
 * Writes the log: one JSON object per line, whose fields the platform indexes. No line contains message text, an address, a
 * code, a token or a file name. Paths and queries may contain these, so lines name the route's pattern.
 */
import { currentTrace } from './trace'

type Level = 'info' | 'warn' | 'error'

const WRITE: Record<Level, (line: string) => void> = {
  info: (line) => console.log(line),
  warn: (line) => console.warn(line),
  error: (line) => console.error(line),
}

/** Writes one line. `error` may be anything that was thrown. */
export function log(level: Level, event: string, { error, ...fields }: Record<string, unknown> = {}): void {
  const failure = error === undefined ? {} : described(error)
  WRITE[level](JSON.stringify({ level, event, ...currentTrace(), ...fields, ...failure }))
}

/** The fields of an error. Stacks are logged and never answered. */
function described(error: unknown) {
  const root = rootCause(error)
  if (!(root instanceof Error)) return { error: withoutPersons(String(root)) }
  return { error: root.name, message: withoutPersons(root.message), stack: root.stack && withoutPersons(root.stack) }
}

/** The innermost cause: wrapping errors repeat a query with its values, which must not be logged. */
export function rootCause<E>(error: E): E {
  let root = error
  while (root instanceof Error && root.cause instanceof Error) root = root.cause as E
  return root
}

/** Mail servers quote refused addresses and parsers quote unreadable text; either may contain a token. */
const withoutPersons = (text: string): string =>
  text
    .replaceAll(/[^\s<>"']+@[^\s<>"']+/g, '(address)')
    .replaceAll(/"[^"]*"(?= is not valid JSON)/g, '(text)')
    .replaceAll(/\beyJ[\w-]+\.[\w-]+\.[\w-]+/g, '(token)')
    .replaceAll(/\d{6,}/g, '(digits)')
