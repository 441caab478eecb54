/** The word at the caret, if it is one that names something. */
export interface NamingWord {
  kind: 'person' | 'room' | 'emoji'
  /** Where its sign stands. */
  start: number
  /** What follows the sign. */
  typed: string
}

/** A colon names an emoji from two letters on: before that it is a smile, or the end of a sentence. */
const WORDS: [NamingWord['kind'], RegExp][] = [
  ['person', /(?:^|\s)@([\p{L}\p{N}_.+-]*)$/u],
  ['room', /(?:^|\s)#([\p{L}\p{N}_-]*)$/u],
  ['emoji', /(?:^|\s):([\p{L}_]{2,})$/u],
]

export function wordAt(text: string, caret: number): NamingWord | null {
  if (caret < 0) return null
  for (const [kind, pattern] of WORDS) {
    const typed = pattern.exec(text.slice(0, caret))?.[1]
    if (typed !== undefined) return { kind, start: caret - typed.length - 1, typed }
  }
  return null
}
