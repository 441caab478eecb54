/**
 * The grammar of mentions: `@` and a username. The room finds the people to notify with it, the app the words to mark and to
 * complete. Pure, and without a package. `src/markdown` decides which parts of a message are text.
 */
import { caseless } from './fold'

/** Characters of usernames: letters with their marks, digits, `. _ + -`, and the joiners that some scripts need. */
const NAME_CHARACTERS = String.raw`\p{L}\p{M}\p{N}_.+\-\u200c\u200d`

/** Scripts without blanks between words: a mention may follow a letter of these directly. */
const UNSPACED = String.raw`\p{scx=Han}\p{scx=Hira}\p{scx=Kana}\p{scx=Thai}\p{scx=Lao}\p{scx=Khmr}\p{scx=Mymr}\p{scx=Tibt}`

/**
 * No word may precede the `@`: `ada@bob` and `a+@b` are addresses, and `@@bob` mentions nobody. A backslash before the `@`
 * escapes it.
 */
const BEFORE = String.raw`(?<!\\|(?![${UNSPACED}])[\p{L}\p{M}\p{N}@＠][_+\-]*)`
/** Neither a character of usernames nor `@` may follow the name: `@bob@example.com` mentions nobody. */
const MENTION = new RegExp(`${BEFORE}[@＠]([${NAME_CHARACTERS}]+)(?![${NAME_CHARACTERS}@＠])`, 'uy')
/** The beginning of a mention at the end of a text that is being typed. */
const MENTION_PREFIX = new RegExp(`${BEFORE}[@＠]([${NAME_CHARACTERS}]*)$`, 'u')

const TRAILING = /[._+\-\u200c\u200d]+$/u
/** Characters of trailing punctuation that are tried as part of a name: the maximum length of a name. */
const MAX_TRAILING = 30
/** UTF-16 units: longer than any name in any encoding. */
const MAX_LENGTH = 200

/**
 * Addresses that are not shown as links, up to an `@` in them: without a scheme (`example.com/@bob`, `localhost:80/?to=@bob`),
 * with another scheme than `http` or `https` (`ssh://@bob`), and without a host.
 */
const HOST = String.raw`(?:[\p{L}\p{N}]\.\p{L}{2,}\.?|\blocalhost|\b\d{1,3}(?:\.\d{1,3}){3})(?::\d{1,5})?`
const PATH = new RegExp(
  String.raw`${HOST}(?:/(?:\S*[/=&?#~:])?|[?#]\S*=)$|\bhttps?://$|\b(?!https?:)[a-z][a-z\d+.\-]*://[\p{L}\p{N}\p{M}!-~]*$`,
  'iu',
)
const MAX_PATH = 200

/**
 * The person mentioned at an `@`, and the index after the name. `find` looks a person up by the `caseless` username. The
 * longest name wins; if nobody has it, trailing punctuation is left off: `Ask @bob.`
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

/** The beginning of a mention at the end of a text, without its `@`; undefined if there is none. */
export const mentionPrefixIn = (text: string): string | undefined => MENTION_PREFIX.exec(text)?.[1]
