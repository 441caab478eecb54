/** A run of equal marks. The characters on both sides decide whether it opens or closes an emphasis. */

export type Mark = '*' | '_' | '~'

export interface DelimiterRun {
  type: 'run'
  mark: Mark
  length: number
  opens: boolean
  closes: boolean
}

const LETTER = /[\p{L}\p{N}\p{M}_]/u
const PUNCTUATION = /[\p{P}\p{Sm}\p{Sc}\p{Sk}]/u
const BLANK_OR_PUNCTUATION = /[\s\p{P}\p{Sm}\p{Sc}\p{Sk}]/u
/** Scripts without blanks between words: marks between their letters are marks. */
const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}]/u

/** Punctuation that may begin or end an emphasised phrase although punctuation is on the other side too. */
const BEGINS = /[\p{Ps}\p{Pi}"'¿¡@#$€£&`*_~-]/u
const ENDS = /[\p{Pe}\p{Pf}"'.!?…%`*_~]/u

/**
 * Null where the marks are plain characters: within words, products, paths and patterns.
 * @param before the two UTF-16 units before the run, `after` the three behind it; fewer at an end of the text
 */
export function delimiterRun(mark: Mark, length: number, before: string, after: string): DelimiterRun | null {
  if (mark === '~' && length !== 2) return null
  const left = [...before].at(-1) ?? ''
  const [right = '', next = ''] = after
  if (isWithinWord(mark, length, left, right, next)) return null
  const opens = isFlanking(right, left, BEGINS) && !(length === 1 && /[.)\]}>]/.test(left))
  const closes = isFlanking(left, right, ENDS) && !(length === 1 && /[([{<]/.test(right))
  return opens || closes ? { type: 'run', mark, length, opens, closes } : null
}

function isWithinWord(mark: Mark, length: number, left: string, right: string, next: string): boolean {
  if (!LETTER.test(left)) return false
  // "__init__.py" is one word.
  if (mark === '_' && /[.:/-]/.test(right) && LETTER.test(next)) return true
  if (!LETTER.test(right)) return false
  if (mark === '_' || (/\d/.test(left) && /\d/.test(right))) return true
  return length === 1 && !UNSPACED.test(left + right)
}

/**
 * Whether marks flank `inner`, with `outer` on their other side; either is empty at an end of the text. As in CommonMark,
 * except for slashes and for scripts without blanks.
 */
function isFlanking(inner: string, outer: string, phrase: RegExp): boolean {
  if (inner === '' || /[\s/\\]/.test(inner)) return false
  if (!PUNCTUATION.test(inner) || outer === '' || /\s/.test(outer) || UNSPACED.test(outer)) return true
  return BLANK_OR_PUNCTUATION.test(outer) && phrase.test(inner)
}
