/** A face: the picture, or initials on a colour that stays the same. */
import { useState } from 'preact/hooks'

interface Props {
  id: number
  name: string
  picture: string | null
  online?: boolean
  large?: boolean
}

const HUES = 8

const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' })

/** The first character as people count them: with its marks, or a whole flag. */
const firstOf = (word = '') => [...segmenter.segment(word)][0]?.segment ?? ''

export function initials(name: string): string {
  const words = name.trim().split(/\s+/)
  const letters = words.length > 1 ? [words[0], words.at(-1)] : words
  return letters.map(firstOf).map(capital).join('')
}

/** Georgian begins nothing with its capitals, and few fonts have them. */
const capital = (letter: string) => (/\p{sc=Georgian}/u.test(letter) ? letter : letter.toLocaleUpperCase())

export function Avatar({ id, name, picture, online = false, large = false }: Props) {
  /** The address of the picture that did not load. While one loads there is nothing to read in its place. */
  const [failed, setFailed] = useState<string | null>(null)
  const shown = picture !== null && picture !== failed
  return (
    <span
      class={`avatar hue-${id % HUES} ${large ? 'large' : ''}`}
      data-initials={shown ? undefined : initials(name)}
      aria-hidden="true"
    >
      {shown && <img src={picture} alt="" loading="lazy" onError={() => setFailed(picture)} />}
      {online && <i class="online" />}
    </span>
  )
}
