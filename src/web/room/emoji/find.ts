/** Which emoji somebody means by a word. */
import { fold } from '../../../protocol/fold'
import { EMOJI, type Emoji } from './data'

/** What it is called in the reader's language. */
export const emojiName = (each: Emoji, language: string): string => (language === 'de' ? each.de : each.en)

const folded = (text: string) => fold(text).replaceAll('_', ' ')

/** Those one of whose words begins like this, in either language; those whose name begins so come first. */
export function findEmoji(typed: string): Emoji[] {
  const wanted = folded(typed.trim())
  if (!wanted) return [...EMOJI]
  const names = ({ en, de }: Emoji) => [folded(en), folded(de)]
  const found = EMOJI.filter((each) => names(each).some((name) => ` ${name}`.includes(` ${wanted}`)))
  const first = (each: Emoji) => names(each).some((name) => name.startsWith(wanted))
  return [...found.filter(first), ...found.filter((each) => !first(each))]
}
