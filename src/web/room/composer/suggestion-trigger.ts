/** The word at the caret that triggers suggestions: `@name`, `#room` or `:emoji`. */
import { mentionPrefixIn } from '../../../protocol/mentions'

export interface SuggestionTrigger {
  kind: 'person' | 'room' | 'emoji'
  /** The index of the sign. */
  start: number
  /** The text after the sign. */
  typed: string
}

/** A trigger follows the start of the text, a blank, or an opening bracket or quotation mark. */
const OPENED = String.raw`(?<![^\s\p{Ps}\p{Pi}"'„‚¿¡])`
const ROOM = new RegExp(String.raw`${OPENED}[#＃]([\p{L}\p{M}\p{N}_-]*)$`, 'u')
/** A colon triggers from two letters on: with fewer it may be a smiley or punctuation. */
const EMOJI = new RegExp(String.raw`${OPENED}:([\p{L}\p{M}_]{2,})$`, 'u')

const WORDS: [SuggestionTrigger['kind'], (text: string) => string | undefined][] = [
  // The same grammar as on the server.
  ['person', mentionPrefixIn],
  ['room', (text) => ROOM.exec(text)?.[1]],
  ['emoji', (text) => EMOJI.exec(text)?.[1]],
]

export function triggerAt(text: string, caret: number): SuggestionTrigger | null {
  if (caret < 0) return null
  for (const [kind, typedIn] of WORDS) {
    const typed = typedIn(text.slice(0, caret))
    if (typed !== undefined) return { kind, start: caret - typed.length - 1, typed }
  }
  return null
}
