/** Finds texts of one to three emoji, which are shown large. */

const MAX_EMOJI = 3
/** UTF-16 units: the longest emoji have 15, so three of them with blanks. */
const MAX_LENGTH = 60

/** RGI emoji, also those without their variation selectors. */
const EMOJI =
  /^(?:\p{RGI_Emoji}|\p{Emoji_Presentation}|(?!\p{ASCII})\p{Extended_Pictographic}(?:\uFE0F|\p{EMod}|\u200D\p{Extended_Pictographic}\uFE0F?)*|[#*0-9]\uFE0F?\u20E3)$/v
/** Pictographs that are text signs. */
const SIGNS = /^[©®™‼⁉〰〽㊗㊙ℹ↔-↪]$/u

let segmenter: Intl.Segmenter | undefined

export function isEmojiOnly(text: string): boolean {
  if (text.length > MAX_LENGTH) return false
  segmenter ??= new Intl.Segmenter(undefined, { granularity: 'grapheme' })
  const signs = [...segmenter.segment(text)].map(({ segment }) => segment).filter((sign) => sign.trim() !== '')
  return signs.length > 0 && signs.length <= MAX_EMOJI && signs.every((sign) => EMOJI.test(sign) && !SIGNS.test(sign))
}
