/** The end of an account. */
import { useState } from 'preact/hooks'
import { PasswordDialog } from '../parts/password-dialog'
import { eraseAccount } from '../sign-out'
import { t } from '../words'

export function Erase() {
  const [asking, setAsking] = useState(false)
  return (
    <>
      <button type="button" class="danger" onClick={() => setAsking(true)}>
        {t.settings.erase}
      </button>
      {asking && (
        <PasswordDialog
          title={t.settings.erase}
          field="password"
          submit={t.settings.eraseNow}
          danger
          onSubmit={eraseAccount}
          onClose={() => setAsking(false)}
        >
          <p>{t.settings.eraseHint}</p>
        </PasswordDialog>
      )}
    </>
  )
}
