/** A dialog that asks for confirmation before an action. */
import { signal } from '@preact/signals'
import { t } from '../words'
import { Dialog } from './dialog'
import { FormError, useAction } from './form'

interface Props {
  title: string
  hint: string
  confirmLabel: string
  danger?: boolean
  /** The action. The dialog closes when it succeeds. */
  run: () => Promise<unknown>
  onClose: () => void
}

export function Confirm({ title, hint, confirmLabel: deed, danger = false, run, onClose }: Props) {
  const work = useAction()
  const act = () =>
    void work.run(async () => {
      await run()
      onClose()
    })
  return (
    <Dialog title={title} onClose={onClose}>
      <p>{hint}</p>
      <FormError error={work.error} />
      <div class="answers">
        <button type="button" class="secondary" onClick={onClose}>
          {t.common.cancel}
        </button>
        <button type="button" class={danger ? 'secondary danger' : 'primary'} disabled={work.busy} onClick={act}>
          {deed}
        </button>
      </div>
    </Dialog>
  )
}

type Question = Omit<Props, 'onClose'>

const question = signal<Question | null>(null)

/** Asks, and runs the action only when the person confirms it. The dialog shows an error of the action. */
export function askToConfirm(asked: Question): void {
  question.value = asked
}

/** Shows the question of `askToConfirm`: one at a time, above everything. */
export function OpenConfirmation() {
  const { value } = question
  if (!value) return null
  return <Confirm danger {...value} onClose={() => (question.value = null)} />
}
