/** The texts that people give themselves and things: names on one line, and descriptions. Nothing of them is unseen. */
import * as z from 'zod'
import { hasInvisible, isDisplayableName, isVisible, JOINER } from './text'

const NOTHING_VISIBLE = 'There is nothing in this that can be seen.'
const NOT_ALLOWED = 'No characters that are invisible or change the direction of writing.'
const ONE_LINE = /^[^\p{Cc}\u2028\u2029]*$/u

/** Blank text is for its schema to allow; text that looks blank is not. */
const isBlankOrVisible = (text: string): boolean => text === '' || isVisible(text)

/** A name of a person, a room or a program: one line. Blank where nothing says otherwise. */
export const nameSchema = (most: number) =>
  z
    .string()
    .trim()
    .max(most)
    .refine((name) => ONE_LINE.test(name), { error: 'No line breaks or control characters.', abort: true })
    .refine(isBlankOrVisible, { error: NOTHING_VISIBLE, abort: true })
    .refine(isDisplayableName, NOT_ALLOWED)

/** A text of any number of lines that describes something. Blank where nothing says otherwise. */
export const textSchema = (most: number, tooLong?: string) =>
  z
    .string()
    .trim()
    .max(most, tooLong)
    .refine((text) => !text.includes('\0'), { error: 'This holds a character that cannot be shown.', abort: true })
    .refine(isBlankOrVisible, NOTHING_VISIBLE)

/** More marks on one letter are no writing; UTS 39 (5.4) draws the line at four, and Tibetan stacks are taller. */
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

/** What a username may be made from something else: only what is permitted, whole letters with their marks. */
export function toUsername(text: string, most: number): string {
  const permitted = text.normalize('NFC').replace(/[^\p{L}\p{M}\p{N}_.+-]/gu, '')
  let name = ''
  for (const { segment } of new Intl.Segmenter('und').segment(permitted)) {
    if (name.length + segment.length > most) break
    if (usernameSchema(most).safeParse(segment).success) name += segment
  }
  return name
}
