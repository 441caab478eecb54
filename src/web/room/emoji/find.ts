/** Finds emoji by words. */
import { fold } from '../../../protocol/fold'
import { EMOJI, type Emoji } from './data'

/** The name of an emoji in a language. */
export const emojiName = (each: Emoji, language: string): string => (language === 'de' ? each.de : each.en)

const folded = (text: string) => fold(text).replaceAll('_', ' ')

/** The emoji with a word that begins like `typed`, in either language. Names that begin so come first. */
export function findEmoji(typed: string): Emoji[] {
  const wanted = folded(typed.trim())
  if (!wanted) return [...EMOJI]
  const names = ({ en, de }: Emoji) => [folded(en), folded(de)]
  const found = EMOJI.filter((each) => names(each).some((name) => ` ${name}`.includes(` ${wanted}`)))
  const first = (each: Emoji) => names(each).some((name) => name.startsWith(wanted))
  return [...found.filter(first), ...found.filter((each) => !first(each))]
}
