/**
 * Weak passwords: common ones, and those that consist of the owner's name or address. They are refused when they are
 * chosen.
 *
 * The list has the 10,000 commonest of eight characters and more, in NFKC and lower case, sorted, one a line. It comes
 * from `passwords-common` of @zxcvbn-ts/language-common 4.1.3 (MIT), which is ordered by how common they are.
 */
import { isVisible } from '../protocol'
import common from './common-passwords.txt'

/** Characters of a password that must remain without names and addresses: four characters are often a year. */
const REMAINDER = 5
/** Shorter names are parts of too many words. */
const NAME_LENGTH = 3
const PRODUCT = 'parlour'

/** The known facts about the password's owner. */
export interface PasswordOwner {
  email?: string | null | undefined
  username?: string | null | undefined
  firstName?: string | null | undefined
  lastName?: string | null | undefined
}

const normal = (text: string) => text.normalize('NFKC').toLowerCase()
/** Letters and digits only: separators change no word. */
const bare = (text: string) => normal(text).replaceAll(/[^\p{L}\p{M}\p{N}]/gu, '')

const isListed = (password: string) => `\n${common}`.includes(`\n${normal(password)}\n`)

/** A few characters, repeated. The list of common passwords has no such repetitions and no rows of characters. */
const isRepeated = (text: string) =>
  /^[ -~]{1,16}$/.test(text) && [1, 2, 3, 4].some((unit) => text.slice(0, unit).repeat(16).startsWith(text))

/** Letters or digits in their order, or in reverse. */
function isRow(text: string): boolean {
  const steps = [...text].slice(1).map((each, before) => each.charCodeAt(0) - text.charCodeAt(before))
  return /^[ -~]+$/.test(text) && (steps.every((step) => step === 1) || steps.every((step) => step === -1))
}

const isCommon = (password: string) => {
  const text = normal(password)
  return isListed(password) || isRepeated(text) || isRow(text) || !isVisible(text)
}

/** The words that the owner's password must not consist of, longest first. */
function wordsOf({ email, username, firstName, lastName }: PasswordOwner): string[] {
  const [local = '', domain = ''] = (email ?? '').split('@')
  const texts = [email, local, domain, domain.split('.')[0], username, firstName, lastName, PRODUCT]
  const names = [...texts, `${firstName ?? ''}${lastName ?? ''}`].map((text) => bare(text ?? ''))
  return [...new Set(names)].filter((name) => name.length >= NAME_LENGTH).sort((a, b) => b.length - a.length)
}

function isMostlyNames(password: string, owner: PasswordOwner): boolean {
  const text = bare(password)
  const words = wordsOf(owner)
  const rest = words.reduce((left, word) => left.replaceAll(word, ''), text)
  const isPartOfOne = text !== '' && words.some((word) => word.includes(text))
  return isPartOfOne || (rest.length < text.length && rest.length < REMAINDER)
}

/** The weakness of a password as a sentence, or undefined. */
export function weaknessOf(password: string, owner: PasswordOwner): string | undefined {
  if (isCommon(password)) return 'This is one of the passwords that are tried first. Choose another.'
  if (isMostlyNames(password, owner)) return 'This is little more than a name or an address. Choose another.'
  return undefined
}
