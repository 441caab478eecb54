/** A menu that opens at a point and closes after a choice. */
import { Icon, type IconName } from './icon'
import { type Point, usePopover } from './popover'

export interface MenuItem {
  label: string
  icon: IconName
  danger?: boolean
  run: () => void
}

/** A small item in the row above the others, such as an emoji. */
export interface QuickMenuItem {
  label: string
  sign: string
  pressed: boolean
  run: () => void
}

interface Props {
  at: Point
  label: string
  choices: MenuItem[]
  quick?: QuickMenuItem[]
  onClose: () => void
}

export function Menu({ at, label, choices, quick = [], onClose }: Props) {
  const ref = usePopover(at, 'button')
  const move = (event: KeyboardEvent) => {
    if (event.key === 'Tab') {
      event.preventDefault()
      ref.current?.hidePopover()
      return
    }
    const all = [...(ref.current?.querySelectorAll('button') ?? [])]
    const now = all.indexOf(document.activeElement as HTMLButtonElement)
    // The arrow keys treat the row as one line of the menu.
    const step = {
      ArrowDown: Math.max(1, quick.length - now),
      ArrowUp: now > 0 && now < quick.length ? -now - 1 : -1,
      ArrowRight: now < quick.length ? 1 : 0,
      ArrowLeft: now < quick.length ? -1 : 0,
      Home: -now,
      End: all.length - 1 - now,
    }[event.key]
    if (!step) return
    event.preventDefault()
    all[(now + step + all.length) % all.length]?.focus()
  }
  const run = (choice: { run: () => void }) => () => {
    ref.current?.hidePopover()
    choice.run()
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
      {quick.length > 0 && (
        <div class="quick">
          {quick.map((choice) => (
            <button
              key={choice.sign}
              type="button"
              role="menuitemcheckbox"
              aria-checked={choice.pressed}
              aria-label={choice.label}
              onClick={run(choice)}
            >
              {choice.sign}
            </button>
          ))}
        </div>
      )}
      {choices.map((choice) => (
        <button
          key={choice.label}
          type="button"
          role="menuitem"
          class={choice.danger ? 'danger' : ''}
          onClick={run(choice)}
        >
          <Icon name={choice.icon} />
          {choice.label}
        </button>
      ))}
    </div>
  )
}
