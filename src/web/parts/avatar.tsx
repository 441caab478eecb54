/** An avatar: the picture, or initials on a colour that follows from the id. */
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

/** The first grapheme: a letter with its marks, or a whole flag. */
const firstOf = (word = '') => [...segmenter.segment(word)][0]?.segment ?? ''

export function initials(name: string): string {
  const words = name.trim().split(/\s+/)
  const letters = words.length > 1 ? [words[0], words.at(-1)] : words
  return letters.map(firstOf).map(capital).join('')
}

/** Georgian text does not use its capital letters, and few fonts have them. */
const capital = (letter: string) => (/\p{sc=Georgian}/u.test(letter) ? letter : letter.toLocaleUpperCase())

export function Avatar({ id, name, picture, online = false, large = false }: Props) {
  /** The URL of the picture that did not load. No initials are shown while a picture loads. */
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
