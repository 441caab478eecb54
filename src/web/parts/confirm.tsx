/** Asks before something is done that others feel. */

import { t } from '../words'
import { Dialog } from './dialog'
import { FormError, useWork } from './form'

interface Props {
  title: string
  hint: string
  deed: string
  danger?: boolean
  /** Closes the dialog by itself when it is done. */
  run: () => Promise<unknown>
  onClose: () => void
}

export function Confirm({ title, hint, deed, danger = false, run, onClose }: Props) {
  const work = useWork()
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
