/**
 * The words that may mention somebody: `@` and a username. Pure, and without a package: the room finds whom to tell with
 * it, the app what to show and what to suggest. Which parts of a message are text at all is said by `src/markdown`.
 */
import { caseless } from './fold'

/** What usernames are made of: letters with their marks, digits, `. _ + -`, and the joiners that some scripts need. */
const NAME_CHARACTERS = String.raw`\p{L}\p{M}\p{N}_.+\-\u200c\u200d`

/** Scripts that put no blanks between words: there a name may follow at once. */
const UNSPACED = String.raw`\p{scx=Han}\p{scx=Hira}\p{scx=Kana}\p{scx=Thai}\p{scx=Lao}\p{scx=Khmr}\p{scx=Mymr}\p{scx=Tibt}`

/**
 * Before the `@` stands no word: `ada@bob` and `a+@b` are addresses, and `@@bob` is nobody. Nor does a backslash, which
 * says that none is meant.
 */
const BEFORE = String.raw`(?<!\\|(?![${UNSPACED}])[\p{L}\p{M}\p{N}@＠][_+\-]*)`
/** After the name follows neither another character of it nor `@`, as in `@bob@example.com`. */
const MENTION = new RegExp(`${BEFORE}[@＠]([${NAME_CHARACTERS}]+)(?![${NAME_CHARACTERS}@＠])`, 'uy')
/** What may become such a word while it is being typed. */
const MENTION_PREFIX = new RegExp(`${BEFORE}[@＠]([${NAME_CHARACTERS}]*)$`, 'u')

const TRAILING = /[._+\-\u200c\u200d]+$/u
/** Trailing punctuation that may still belong to a name, in characters: as many as a name has at most. */
const MAX_TRAILING = 30
/** Longer than any name, however it is encoded. */
const MAX_LENGTH = 200

/**
 * Addresses that are not shown as links, up to an `@` in them: without a scheme (`example.com/@bob`, `localhost:80/?to=@bob`),
 * of another scheme than that of the web (`ssh://@bob`), and one without a host.
 */
const HOST = String.raw`(?:[\p{L}\p{N}]\.\p{L}{2,}\.?|\blocalhost|\b\d{1,3}(?:\.\d{1,3}){3})(?::\d{1,5})?`
const PATH = new RegExp(
  String.raw`${HOST}(?:/(?:\S*[/=&?#~:])?|[?#]\S*=)$|\bhttps?://$|\b(?!https?:)[a-z][a-z\d+.\-]*://[\p{L}\p{N}\p{M}!-~]*$`,
  'iu',
)
const MAX_PATH = 200

/**
 * The person named at an `@`, and the index behind the name. `find` knows people by their usernames, made `caseless`.
 * The longest name counts; with nobody of that name, it counts without its trailing punctuation: `Ask @bob.`
 */
export function mentionAt<T>(
  text: string,
  at: number,
  find: (key: string) => T | undefined,
): { end: number; name: T } | null {
  MENTION.lastIndex = at
  const run = MENTION.exec(text)?.[1]
  if (run === undefined || PATH.test(text.slice(Math.max(0, at - MAX_PATH), at))) return null
  const least = run.replace(TRAILING, '').length
  if (least > MAX_LENGTH) return null
  for (let length = Math.min(run.length, least + MAX_TRAILING); length >= Math.max(1, least); length--) {
    const name = find(caseless(run.slice(0, length)))
    if (name !== undefined) return { end: at + 1 + length, name }
  }
  return null
}

/** The beginning of a name that ends a text, without its `@`, if it is one that may become a mention. */
export const mentionPrefixIn = (text: string): string | undefined => MENTION_PREFIX.exec(text)?.[1]
