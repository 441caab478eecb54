/** A menu that opens at a point, above everything, and closes by itself. */
import { useEffect, useRef } from 'preact/hooks'
import { Icon, type IconName } from './icon'

export interface Choice {
  label: string
  icon: IconName
  danger?: boolean
  run: () => void
}

interface Props {
  at: { x: number; y: number }
  label: string
  choices: Choice[]
  onClose: () => void
}

/** Distance kept from the edges of the window, in pixels. */
const EDGE = 8

export function Menu({ at, label, choices, onClose }: Props) {
  const ref = useRef<HTMLDivElement>(null)
  useEffect(() => {
    const menu = ref.current
    if (!menu) return
    const before = document.activeElement as HTMLElement | null
    menu.showPopover()
    const { width, height } = menu.getBoundingClientRect()
    menu.style.left = `${Math.max(EDGE, Math.min(at.x, innerWidth - width - EDGE))}px`
    menu.style.top = `${Math.max(EDGE, Math.min(at.y, innerHeight - height - EDGE))}px`
    menu.querySelector('button')?.focus()
    return () => before?.focus()
  }, [at])
  const move = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (!step) return
    event.preventDefault()
    const all = [...(ref.current?.querySelectorAll('button') ?? [])]
    const now = all.indexOf(document.activeElement as HTMLButtonElement)
    all[(now + step + all.length) % all.length]?.focus()
  }
  return (
    <div
      ref={ref}
      class="menu"
      popover="auto"
      role="menu"
      tabIndex={-1}
      aria-label={label}
      onKeyDown={move}
      onToggle={(event) => event.newState === 'closed' && onClose()}
    >
      {choices.map((choice) => (
        <button
          key={choice.label}
          type="button"
          role="menuitem"
          class={choice.danger ? 'danger' : ''}
          onClick={() => {
            ref.current?.hidePopover()
            choice.run()
          }}
        >
          <Icon name={choice.icon} />
          {choice.label}
        </button>
      ))}
    </div>
  )
}
