/**
 * The log: one JSON object per line, whose fields the platform indexes. No line holds what somebody wrote, an address,
 * a code, a token or a file's name; paths and queries may, so the pattern of a route stands for them.
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

/** What was thrown, for the log alone: stacks never leave with an answer. */
function described(error: unknown) {
  const root = rootCause(error)
  if (!(root instanceof Error)) return { error: withoutPersons(String(root)) }
  return { error: root.name, message: withoutPersons(root.message), stack: root.stack && withoutPersons(root.stack) }
}

/** The innermost cause: wrappers repeat the query with the values bound to it, which must not reach a log. */
export function rootCause<E>(error: E): E {
  let root = error
  while (root instanceof Error && root.cause instanceof Error) root = root.cause as E
  return root
}

/** Mail servers quote the address that they refuse, parsers the text that they cannot read, and either could hold a token. */
const withoutPersons = (text: string): string =>
  text
    .replaceAll(/[^\s<>"']+@[^\s<>"']+/g, '(address)')
    .replaceAll(/"[^"]*"(?= is not valid JSON)/g, '(text)')
    .replaceAll(/\beyJ[\w-]+\.[\w-]+\.[\w-]+/g, '(token)')
    .replaceAll(/\d{6,}/g, '(digits)')
