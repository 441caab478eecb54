/** Valid and visible text: replaces lone surrogates, and finds invisible characters. Pure, and without a package. */

/** Replaces lone surrogates by U+FFFD: they are not characters and cannot be stored. */
export const wellFormed = (text: string): string => text.toWellFormed()

/** Levels of a body that are examined: no schema has ten, and each level uses the call stack. */
const MAX_DEPTH = 100

/**
 * Applies `wellFormed` to every text of a parsed body and to the names of its fields. Values below `MAX_DEPTH` stay as they
 * are: no schema reads them.
 */
export function wellFormedIn(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return wellFormed(value)
  if (depth > MAX_DEPTH) return value
  if (Array.isArray(value)) return value.map((each) => wellFormedIn(each, depth + 1))
  if (!isPlainObject(value)) return value
  const fields = Object.entries(value).map(([name, each]) => [wellFormed(name), wellFormedIn(each, depth + 1)])
  // Not by assignment, because a field may be called `__proto__`.
  return Object.fromEntries(fields)
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false
  const prototype = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

/**
 * Characters without a visible glyph: blanks, controls, characters that renderers ignore (joiners, directions, fillers, tags,
 * variation selectors), annotation anchors, the controls and blanks of hieroglyphs, five with an empty glyph (the blank
 * Braille pattern, the null notehead, the Khitan filler, the selector of Duployan, the Brahmi number joiner), U+FFFC for an
 * absent object, and U+FFFD for a lost character.
 */
const INVISIBLE = String.raw`\p{White_Space}\p{Default_Ignorable_Code_Point}\p{Cc}\p{Cs}\p{Noncharacter_Code_Point}\ufff9-\ufffd\u{13430}-\u{13442}\u{1107f}\u2800\u{1d159}\u{16fe4}\u{1bc9d}`
const VISIBLE = new RegExp(`[^${INVISIBLE}]`, 'u')

/** Tells whether a text has a visible character. */
export const isVisible = (text: string): boolean => VISIBLE.test(text)

/** Invisible characters that a name may not have: all except blanks between words. */
const INVISIBLE_IN_NAME = new RegExp(`(?!\\p{Zs})[${INVISIBLE}]`, 'u')

/** Scripts that need joiners within words: the Arabic family, the scripts of India and their kin, Mongolian. */
const JOINING = String.raw`\p{scx=Arab}\p{scx=Syrc}\p{scx=Mand}\p{scx=Nkoo}\p{scx=Deva}\p{scx=Beng}\p{scx=Guru}\p{scx=Gujr}\p{scx=Orya}\p{scx=Taml}\p{scx=Telu}\p{scx=Knda}\p{scx=Mlym}\p{scx=Sinh}\p{scx=Mymr}\p{scx=Khmr}\p{scx=Tibt}\p{scx=Mong}`
/** Vowel killers after which a joiner also ends a word, as in older Malayalam. */
const VIRAMA = String.raw`\u094d\u09cd\u0a4d\u0acd\u0b4d\u0bcd\u0c4d\u0ccd\u0d4d\u0dca`
/** A joiner between letters (or marks) of a script that needs it. */
export const JOINER = String.raw`(?<=(?=[\p{L}\p{M}])[${JOINING}])[\u200c\u200d](?=(?=[\p{L}\p{M}])[${JOINING}])|(?<=[${VIRAMA}])\u200d`

/**
 * Invisible characters that belong to a visible one: joiners in scripts that need them, variants of Mongolian letters and of
 * ideographs, the selectors and joiners of emoji.
 */
const VISIBLE_SEQUENCES = new RegExp(
  String.raw`\p{RGI_Emoji}|(?<=\p{Extended_Pictographic})[\ufe0e\ufe0f]|(?<=\p{sc=Mong})[\u180b-\u180f]|(?<=\p{sc=Han})[\ufe00-\ufe0f\u{e0100}-\u{e01ef}]|${JOINER}`,
  'gv',
)

const INVISIBLE_IN_WORD = new RegExp(`(?![\\u200c\\u200d])[${INVISIBLE}]`, 'u')

/** Tells whether a word has an invisible character. Joiners do not count: the grammar of usernames decides about them. */
export const hasInvisible = (word: string): boolean => INVISIBLE_IN_WORD.test(word)

/** Tells whether a text can be shown as a name: without invisible characters, and without changes of direction. */
export const isDisplayableName = (text: string): boolean =>
  !INVISIBLE_IN_NAME.test(text.replace(VISIBLE_SEQUENCES, 'x'))

/** Bytes of a value as JSON; infinite for a value that is nested deeper than the call stack allows. */
export function jsonBytes(value: unknown): number {
  try {
    return new TextEncoder().encode(JSON.stringify(value) ?? '').length
  } catch {
    return Number.POSITIVE_INFINITY
  }
}
