/** Short words at the foot of the page, with something to do about them. */
import { signal } from '@preact/signals'
import { ChatError } from '../../client'
import { said } from './form'

interface Toast {
  id: number
  text: string
  action?: { label: string; run: () => void }
  /** Takes the place of an earlier one of the same key. */
  key: string | undefined
}

/** How long one stays, in milliseconds: also the time in which a deletion can be undone. */
export const TOAST_STAYS = 5_000

const toasts = signal<Toast[]>([])
let count = 0

const take = (id: number) => {
  toasts.value = toasts.value.filter((each) => each.id !== id)
}

/** @returns the way to take it away before its time */
export function toast(text: string, action?: Toast['action'], key?: string): () => void {
  const id = ++count
  const away = () => take(id)
  const others = toasts.value.filter((each) => key === undefined || each.key !== key)
  toasts.value = [...others, action ? { id, text, action, key } : { id, text, key }]
  setTimeout(away, TOAST_STAYS)
  return away
}

/** Runs something in the background and says so when it fails. */
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

export function Toasts() {
  return (
    <div class="toasts" role="status">
      {toasts.value.map(({ id, text, action }) => (
        <p key={id}>
          <span>{text}</span>
          {action && (
            <button
              type="button"
              class="link"
              onClick={() => {
                take(id)
                action.run()
              }}
            >
              {action.label}
            </button>
          )}
        </p>
      ))}
    </div>
  )
}
