/** A modal dialog. It keeps the focus, and restores it when it closes. */
import type { ComponentChildren } from 'preact'
import { useId, useLayoutEffect, useMemo, useRef } from 'preact/hooks'
import { t } from '../words'
import { ErrorBoundary } from './error-boundary'
import { focusFirst, isEscape, rememberFocus, trapTab } from './focus'
import { IconButton } from './icon-button'
import { Toasts } from './toasts'

interface Props {
  title: string
  onClose: () => void
  children: ComponentChildren
  class?: string
}

export function Dialog({ title, onClose, children, class: extra = '' }: Props) {
  const ref = useRef<HTMLDialogElement>(null)
  const id = useId()
  const restoreFocus = useMemo(rememberFocus, [])
  // In a layout effect, so that the focus moves before the next paint.
  useLayoutEffect(() => {
    const dialog = ref.current
    dialog?.showModal()
    // The browser itself would focus the close button, which comes first.
    if (dialog) focusFirst(dialog)
    return () => {
      dialog?.close()
      // The browser restores the focus only for a dialog that is still in the page.
      restoreFocus(dialog)
    }
  }, [restoreFocus])
  return (
    <dialog
      ref={ref}
      class={`dialog ${extra}`}
      aria-labelledby={id}
      onClose={onClose}
      onCancel={(event) => {
        event.preventDefault()
        onClose()
      }}
      onKeyDown={(event) => {
        if (isEscape(event)) onClose()
        trapTab(event, event.currentTarget)
      }}
      // A press on the backdrop.
      onPointerDown={(event) => event.target === ref.current && onClose()}
    >
      <header>
        <h2 id={id}>{title}</h2>
        <IconButton icon="close" label={t.common.close} onClick={onClose} />
      </header>
      <ErrorBoundary>{children}</ErrorBoundary>
      <Toasts />
    </dialog>
  )
}
