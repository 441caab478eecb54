/** Toasts: short notices, some with an action. They cover neither text fields nor the newest messages. */
import { signal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { ChatError } from '../../client'
import { t } from '../words'
import { said } from '../words/server'
import { rememberFocus } from './focus'
import { IconButton } from './icon-button'

interface Action {
  label: string
  run: () => void
}

interface ToastOptions {
  action?: Action
  /** The toast replaces an earlier one of the same key. */
  key?: string
  /** Runs when the toast goes away, by itself or dismissed, and its action was not chosen. */
  onGone?: () => void
}

interface Toast extends ToastOptions {
  id: number
  text: string
}

/** Milliseconds for which a toast stays; a deletion can be undone for as long. */
const TOAST_DURATION = 5_000
/** Milliseconds for which a toast stays after the pointer or the focus has left. */
const DURATION_AFTER_PAUSE = 2_000

const toasts = signal<readonly Toast[]>([])
const timers = new Map<number, ReturnType<typeof setTimeout>>()
/** True while the pointer or the focus is on a toast: then none goes away. */
let isPaused = false
let count = 0

function removeToast(id: number, isDone = false): void {
  const gone = toasts.value.find((each) => each.id === id)
  clearTimeout(timers.get(id))
  timers.delete(id)
  if (!gone) return
  toasts.value = toasts.value.filter((each) => each !== gone)
  if (toasts.value.length === 0) isPaused = false
  if (!isDone) gone.onGone?.()
}

function start(id: number, stays: number): void {
  clearTimeout(timers.get(id))
  if (!isPaused)
    timers.set(
      id,
      setTimeout(() => removeToast(id), stays),
    )
}

function pause(on: boolean): void {
  if (isPaused === on) return
  isPaused = on
  for (const { id } of toasts.value) {
    if (on) clearTimeout(timers.get(id))
    else start(id, DURATION_AFTER_PAUSE)
  }
}

/** Shows a toast. @returns a function that removes it, as its action would */
export function toast(text: string, more: ToastOptions = {}): () => void {
  const id = ++count
  const isSame = (each: Toast) =>
    more.key === undefined ? !more.action && !each.action && each.text === text : each.key === more.key
  for (const each of toasts.value.filter(isSame)) removeToast(each.id)
  toasts.value = [...toasts.value, { ...more, id, text }]
  start(id, TOAST_DURATION)
  return () => removeToast(id, true)
}

/** Removes all toasts, as on signing out. */
export function clearToasts(): void {
  for (const { id } of toasts.value) removeToast(id)
}

/** Runs work in the background and shows its error as a toast. @returns true if it succeeded */
export async function attempt(work: () => Promise<unknown>): Promise<boolean> {
  try {
    await work()
    return true
  } catch (error) {
    if (!(error instanceof ChatError)) throw error
    toast(said(error))
    return false
  }
}

/** Restores the focus from before the toasts. */
let restoreFocus: ((closed: Element | null) => void) | undefined

/** True while the focus moves from one toast to the next. */
let isMoving = false

/** F8 focuses the newest toast. */
export function useToastKey(): void {
  useEffect(() => {
    function press(event: KeyboardEvent): void {
      if (event.key !== 'F8') return
      // A dialog shows its own toasts, because nothing below it takes the focus.
      const newest = [...document.querySelectorAll<HTMLElement>('.toasts')].at(-1)?.lastElementChild
      if (!newest) return
      event.preventDefault()
      restoreFocus ??= rememberFocus()
      newest.querySelector('button')?.focus()
    }
    addEventListener('keydown', press)
    return () => removeEventListener('keydown', press)
  }, [])
}

/** The toasts. The page and each dialog render them, because nothing below a dialog can be reached. */
export function Toasts() {
  /** Removes a toast. If it had the focus, the next toast gets it, or the focus is restored. */
  function dismiss(id: number, toast: Element | null, isDone = false): void {
    const hadFocus = toast?.contains(document.activeElement)
    const next = (toast?.nextElementSibling ?? toast?.previousElementSibling)?.querySelector('button')
    isMoving = Boolean(hadFocus && next)
    removeToast(id, isDone)
    if (!hadFocus) return
    if (!next) {
      restoreFocus?.(toast)
      restoreFocus = undefined
    }
    // The next toast may appear only after this one is gone.
    else
      requestAnimationFrame(() => {
        next.focus()
        isMoving = false
      })
  }
  return (
    <div
      class="toasts"
      role="status"
      onPointerEnter={() => pause(true)}
      onPointerLeave={() => pause(false)}
      onFocusIn={() => pause(true)}
      onFocusOut={(event) => {
        if (isMoving || event.currentTarget.contains(event.relatedTarget as Node | null)) return
        pause(false)
        restoreFocus = undefined
      }}
    >
      {toasts.value.map(({ id, text, action }) => (
        // biome-ignore lint/a11y/noStaticElementInteractions: the same is done by its button
        <div
          key={id}
          class="toast"
          onKeyDown={(event) => {
            if (event.key !== 'Escape') return
            event.preventDefault()
            event.stopPropagation()
            dismiss(id, event.currentTarget)
          }}
        >
          <p dir="auto">{text}</p>
          {action && (
            <button
              type="button"
              class="link"
              onClick={(event) => {
                dismiss(id, event.currentTarget.closest('.toast'), true)
                action.run()
              }}
            >
              {action.label}
            </button>
          )}
          <IconButton
            icon="close"
            label={t.common.dismiss}
            onClick={(event) => dismiss(id, (event.currentTarget as Element).closest('.toast'))}
          />
        </div>
      ))}
    </div>
  )
}
