/** The one form of an emoji, with whatever selectors it was typed. Pure, and without a package. */

/** Exactly one emoji that is recommended for general interchange (unicode.org/reports/tr51, RGI). */
const IS_EMOJI = /^\p{RGI_Emoji}$/v

/** Characters that are drawn as text unless the selector U+FE0F follows. The RGI form has this selector. */
const TEXT_BY_DEFAULT = /^(?!\p{Emoji_Presentation})\p{Emoji}/u
const SELECTORS = /[\ufe0e\ufe0f]/g
const JOINER = '\u200d'
const MODIFIER = /^\p{Emoji_Modifier}/u

/**
 * Returns the RGI form of an emoji that was typed with or without selectors; keyboards, fonts and databases drop them. Skin
 * tones make other emoji. Returns null for any text that is not one emoji.
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
