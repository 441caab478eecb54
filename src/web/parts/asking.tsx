/** A question before something that others feel, or that cannot be undone. One at a time, above everything. */
import { signal } from '@preact/signals'
import type { ComponentProps } from 'preact'
import { Confirm } from './confirm'

type Question = Omit<ComponentProps<typeof Confirm>, 'onClose'>

const question = signal<Question | null>(null)

/** Asks, and does what was asked about only if the answer is yes. What fails is said in the dialog. */
export function ask(asked: Question): void {
  question.value = asked
}

export function Asking() {
  const { value } = question
  if (!value) return null
  return <Confirm danger {...value} onClose={() => (question.value = null)} />
}
