/** A face: the picture, or initials on a colour that stays the same. */
interface Props {
  id: number
  name: string
  picture: string | null
  online?: boolean
  large?: boolean
}

const HUES = 8

export function initials(name: string): string {
  const words = name.trim().split(/\s+/)
  const letters = words.length > 1 ? [words[0], words.at(-1)] : words
  return letters
    .map((word) => [...(word ?? '')][0] ?? '')
    .join('')
    .toLocaleUpperCase()
}

export function Avatar({ id, name, picture, online = false, large = false }: Props) {
  return (
    <span
      class={`avatar hue-${id % HUES} ${large ? 'large' : ''}`}
      data-initials={picture ? undefined : initials(name)}
      aria-hidden="true"
    >
      {picture && <img src={picture} alt="" loading="lazy" />}
      {online && <i class="online" />}
    </span>
  )
}
