/** A button or link with an icon. Its label is for screen readers and tooltips. */
import { Icon, type IconName } from './icon'

interface Props {
  icon: IconName
  label: string
  onClick?: (event: MouseEvent) => void
  href?: string
  badge?: number
  pressed?: boolean
  class?: string
}

export function IconButton({ icon, label, onClick, href, badge = 0, pressed, class: extra = '' }: Props) {
  const inside = (
    <>
      <Icon name={icon} />
      {badge > 0 && (
        // CSS draws the number; the label has it too.
        <span class="badge" data-count={badge > 99 ? '99+' : badge} />
      )}
    </>
  )
  const name = badge > 0 ? `${label} (${badge})` : label
  if (href)
    return (
      <a class={`icon-button ${extra}`} href={href} aria-label={name} title={label}>
        {inside}
      </a>
    )
  return (
    <button
      type="button"
      class={`icon-button ${extra}`}
      onClick={onClick}
      aria-label={name}
      aria-pressed={pressed}
      title={label}
    >
      {inside}
    </button>
  )
}
