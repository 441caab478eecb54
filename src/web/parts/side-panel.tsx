/** The panel beside a room. On a narrow screen it covers the room and traps the Tab key. */
import type { ComponentChildren } from 'preact'
import { useLayoutEffect, useMemo, useRef } from 'preact/hooks'
import { t } from '../words'
import { ErrorBoundary } from './error-boundary'
import { focusFirst, rememberFocus, trapTab } from './focus'
import { IconButton } from './icon-button'

/** The same breakpoint as in the styles. */
const isOverlay = matchMedia('(max-width: 75rem)')

interface Props {
  title: string
  onClose: () => void
  children: ComponentChildren
}

export function SidePanel({ title, onClose, children }: Props) {
  const ref = useRef<HTMLElement>(null)
  const restoreFocus = useMemo(rememberFocus, [])
  useLayoutEffect(() => {
    const side = ref.current
    if (side) focusFirst(side, 'header button')
    return () => restoreFocus(side)
  }, [restoreFocus])
  return (
    <aside
      ref={ref}
      class="side"
      aria-label={title}
      onKeyDown={(event) => isOverlay.matches && trapTab(event, event.currentTarget)}
    >
      <header class="bar">
        <h2>{title}</h2>
        <IconButton icon="close" label={t.common.close} onClick={onClose} />
      </header>
      <div class="scroll padded">
        <ErrorBoundary>{children}</ErrorBoundary>
      </div>
    </aside>
  )
}
