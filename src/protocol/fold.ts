/**
 * Folds texts for comparison: the same for a room's search index, the directory's keys and the app. Pure, and without a
 * package, so that the app can import it. Decision 17 says why accents do not count.
 */

/** A range of a text, in UTF-16 units. */
export interface TextRange {
  start: number
  length: number
}

const ASCII = /^[\x21-\x7e]*$/
const PLAIN = /^[\x20-\x7e]*$/

/**
 * Clusters are folded as units: a letter with its marks, a syllable written in parts (jamo, Kirat Rai vowels), a run of
 * blanks. Unicode's normal forms combine nothing across clusters. Halfwidth voicing marks of katakana count as marks and
 * halfwidth Hangul letters as jamo, though Unicode calls both letters.
 */
const IGNORED = String.raw`\p{Default_Ignorable_Code_Point}`
const PARTS = String.raw`\u1100-\u11ff\ua960-\ua97f\ud7b0-\ud7ff\u{16d63}-\u{16d6a}\uffa1-\uffdc`
const MARKS = String.raw`\p{M}\uff9e\uff9f`
const CLUSTER = new RegExp(
  String.raw`\s[\s${IGNORED}]*|[\uac00-\ud7a3${PARTS}][${PARTS}\p{M}${IGNORED}]*|[^\p{M}][${MARKS}${IGNORED}]*|\p{M}[${MARKS}${IGNORED}]*`,
  'gu',
)
const IGNORABLE = new RegExp(IGNORED, 'gu')

/** Accents, points and vowel signs that people often leave out, on Latin, Greek, Arabic, Hebrew and Syriac letters. */
const ACCENTS = /(?<=[\p{sc=Latin}\p{sc=Greek}\p{sc=Arabic}\p{sc=Hebrew}\p{sc=Syriac}])\p{Mn}+/gu
/** Stress marks and the dots of ё. The marks of й, ї and ў make other letters, so they are not removed. */
const CYRILLIC_ACCENTS = /(?<=\p{sc=Cyrillic})[\u0300\u0301]+|(?<=е)[\u0300\u0301\u0308]+/gu

/** Characters that normal forms keep apart from those that people or their keyboards type instead. */
const LETTERS: Record<string, string> = {
  ł: 'l',
  đ: 'd',
  ø: 'o',
  ħ: 'h',
  ŧ: 't',
  æ: 'ae',
  œ: 'oe',
  // Arabic and Persian keyboards have different kaf and yeh; the tatweel only stretches a word.
  ک: 'ك',
  ی: 'ي',
  ى: 'ي',
  ـ: '',
  // Phones type typographic apostrophes, quotation marks and hyphens in place of the ASCII ones.
  '\u2018': "'",
  '\u2019': "'",
  '\u02bc': "'",
  '\u201c': '"',
  '\u201d': '"',
  '\u201e': '"',
  '\u2010': '-',
  '\u2013': '-',
  '\u2014': '-',
  '\u2212': '-',
}
const LETTER = new RegExp(`[${Object.keys(LETTERS).join('')}]`, 'gu')

/**
 * Unicode's full case folding by way of capitals, because `toLowerCase` alone keeps ß, final sigma and the capitals of
 * Georgian and Cherokee apart. İ loses its dot and becomes i.
 */
const withoutCase = (text: string): string =>
  text.toLowerCase().toUpperCase().toLowerCase().replaceAll('ς', 'σ').replaceAll('i\u0307', 'i')

/**
 * The key by which names are compared: without case, compatibility forms and invisible characters. Accents count: `muller`
 * and `müller` are two names.
 */
export function caseless(text: string): string {
  if (ASCII.test(text)) return text.toLowerCase()
  const visible = text.normalize('NFKD').replace(IGNORABLE, '')
  return withoutCase(visible).normalize('NFKD').replaceAll('i\u0307', 'i').normalize('NFC')
}

/** A cache of folded clusters: texts repeat their clusters, and normalising is slow. */
const foldedClusters = new Map<string, string>()
const CACHE_SIZE = 5_000

function foldCluster(cluster: string): string {
  if (cluster.length === 1 && ASCII.test(cluster)) return cluster.toLowerCase()
  const before = foldedClusters.get(cluster)
  if (before !== undefined) return before
  if (foldedClusters.size >= CACHE_SIZE) foldedClusters.clear()
  const folded = /^\s/.test(cluster)
    ? ' '
    : withoutCase(cluster.normalize('NFKD').replace(IGNORABLE, ''))
        // FTS5 ends a query at its first NUL.
        .replaceAll('\0', '\ufffd')
        .normalize('NFKD')
        .replace(ACCENTS, '')
        .replace(CYRILLIC_ACCENTS, '')
        .replace(LETTER, (letter) => LETTERS[letter] ?? letter)
        .normalize('NFC')
  foldedClusters.set(cluster, folded)
  return folded
}

/**
 * Folds a text for search. Stored texts and queries are folded alike: a query matches where its fold is part of the text's
 * fold. Case, compatibility forms, accents and invisible characters do not count, and a run of blanks counts as one.
 */
export const fold = (text: string): string => (isPlain(text) ? text.toLowerCase() : text.replace(CLUSTER, foldCluster))

/** True for most texts: they need no clusters. */
const isPlain = (text: string): boolean => PLAIN.test(text) && !text.includes('  ')

/** The ranges of `text` that match `words`, in order and at most `most`. A range includes the marks of its letters. */
export function findRanges(text: string, words: string, most = Number.POSITIVE_INFINITY): TextRange[] {
  const sought = fold(words)
  if (sought === '') return []
  const { folded, starts, ends } = foldWithOffsets(text)
  const found: TextRange[] = []
  for (
    let at = folded.indexOf(sought);
    at >= 0 && found.length < most;
    at = folded.indexOf(sought, at + sought.length)
  ) {
    const start = starts[at] ?? 0
    found.push({ start, length: (ends[at + sought.length - 1] ?? start) - start })
  }
  return found
}

/** The folded text, and for each of its UTF-16 units the start and end of its cluster in the original. */
function foldWithOffsets(text: string): { folded: string; starts: number[]; ends: number[] } {
  let folded = ''
  const starts: number[] = []
  const ends: number[] = []
  for (const { 0: cluster, index } of text.matchAll(CLUSTER)) {
    const part = foldCluster(cluster)
    folded += part
    for (let unit = 0; unit < part.length; unit++) {
      starts.push(index)
      ends.push(index + cluster.length)
    }
  }
  return { folded, starts, ends }
}
