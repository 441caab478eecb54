/** The word at the caret, if it is one that names something. */
import { mentionPrefixIn } from '../../../protocol/mentions'

export interface SuggestionTrigger {
  kind: 'person' | 'room' | 'emoji'
  /** Where its sign stands. */
  start: number
  /** What follows the sign. */
  typed: string
}

/** What a word may stand behind: nothing, a blank, and what opens a bracket or a quotation. */
const OPENED = String.raw`(?<![^\s\p{Ps}\p{Pi}"'„‚¿¡])`
const ROOM = new RegExp(String.raw`${OPENED}[#＃]([\p{L}\p{M}\p{N}_-]*)$`, 'u')
/** A colon names an emoji from two letters on: before that it is a smile, or the end of a sentence. */
const EMOJI = new RegExp(String.raw`${OPENED}:([\p{L}\p{M}_]{2,})$`, 'u')

const WORDS: [SuggestionTrigger['kind'], (text: string) => string | undefined][] = [
  // By the grammar that the server finds mentions by.
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
