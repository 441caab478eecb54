/** Emoji: one, however it was typed. Pure, and without a package. */

/** Everything that people know as one emoji (unicode.org/reports/tr51, RGI), however many characters it is made of. */
const IS_EMOJI = /^\p{RGI_Emoji}$/v

/** Shown as text or as a picture, as the selector behind it says; the RGI form has the one for pictures. */
const TEXT_BY_DEFAULT = /^(?!\p{Emoji_Presentation})\p{Emoji}/u
const SELECTORS = /[\ufe0e\ufe0f]/g
const JOINER = '\u200d'
const MODIFIER = /^\p{Emoji_Modifier}/u

/**
 * The one form of an emoji, whatever selectors it was typed with or without: keyboards, fonts and databases leave them
 * out. Skin tones make other emoji. Null of what is not one emoji.
 */
export function toEmoji(text: string): string | null {
  if (IS_EMOJI.test(text)) return text
  const qualified = text.replace(SELECTORS, '').split(JOINER).map(withSelector).join(JOINER)
  return IS_EMOJI.test(qualified) ? qualified : null
}

function withSelector(part: string): string {
  const [first = ''] = part
  const rest = part.slice(first.length)
  return TEXT_BY_DEFAULT.test(first) && !MODIFIER.test(rest) ? `${first}\ufe0f${rest}` : part
}
