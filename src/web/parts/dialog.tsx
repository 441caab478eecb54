/** A dialog above the page; the focus stays in it, and goes back to where it was. */
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
  // Before anything is painted, and at once at the end: the focus is never nowhere.
  useLayoutEffect(() => {
    const dialog = ref.current
    dialog?.showModal()
    // By itself the browser takes what comes first, which is the way out.
    if (dialog) focusFirst(dialog)
    return () => {
      dialog?.close()
      // The browser gives it back only from a dialog that is still in the page, which this may not be.
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
      // A press on the shade around it.
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
