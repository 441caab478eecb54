/** Schemas of names and descriptions. They refuse texts without a visible character, and invisible characters in names. */
import * as z from 'zod'
import { hasInvisible, isDisplayableName, isVisible, JOINER } from './text'

const NOTHING_VISIBLE = 'There is nothing in this that can be seen.'
const NOT_ALLOWED = 'No characters that are invisible or change the direction of writing.'
const ONE_LINE = /^[^\p{Cc}\u2028\u2029]*$/u

/** Allows empty text, because some schemas do; refuses text that only looks empty. */
const isBlankOrVisible = (text: string): boolean => text === '' || isVisible(text)

/** A name of a person, a room or a program: one line, and empty unless the caller adds `min(1)`. */
export const nameSchema = (most: number) =>
  z
    .string()
    .trim()
    .max(most)
    .refine((name) => ONE_LINE.test(name), { error: 'No line breaks or control characters.', abort: true })
    .refine(isBlankOrVisible, { error: NOTHING_VISIBLE, abort: true })
    .refine(isDisplayableName, NOT_ALLOWED)

/** A description of any number of lines, and empty unless the caller adds `min(1)`. */
export const textSchema = (most: number, tooLong?: string) =>
  z
    .string()
    .trim()
    .max(most, tooLong)
    .refine((text) => !text.includes('\0'), { error: 'This holds a character that cannot be shown.', abort: true })
    .refine(isBlankOrVisible, NOTHING_VISIBLE)

/** Marks on one letter. UTS 39 (5.4) allows four; Tibetan stacks have more. */
const MAX_MARKS = 6

const NAME = new RegExp(`^(?:[\\p{L}\\p{N}_.+\\-]\\p{M}{0,${MAX_MARKS}}(?:${JOINER})?)*$`, 'u')

/** A username: one word that can be mentioned, in any script, in Normalization Form C. */
export const usernameSchema = (most: number) =>
  z
    .string()
    .trim()
    .normalize('NFC')
    .min(1)
    .max(most)
    .refine((name) => NAME.test(name) && !hasInvisible(name), 'Letters, digits and . _ + - only.')

/** Makes a username from another text: keeps permitted characters, as whole letters with their marks. May be empty. */
export function toUsername(text: string, most: number): string {
  const permitted = text.normalize('NFC').replace(/[^\p{L}\p{M}\p{N}_.+-]/gu, '')
  let name = ''
  for (const { segment } of new Intl.Segmenter('und').segment(permitted)) {
    if (name.length + segment.length > most) break
    if (usernameSchema(most).safeParse(segment).success) name += segment
  }
  return name
}
