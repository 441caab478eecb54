/** The end of an account. */
import { useState } from 'preact/hooks'
import { Dialog } from '../parts/dialog'
import { Field, Form, FormError, useWork } from '../parts/form'
import { eraseAccount } from '../sign-out'
import { t } from '../words'

export function Erase() {
  const [asking, setAsking] = useState(false)
  const { busy, error, run } = useWork()
  return (
    <>
      <button type="button" class="danger" onClick={() => setAsking(true)}>
        {t.settings.erase}
      </button>
      {asking && (
        <Dialog title={t.settings.erase} onClose={() => setAsking(false)}>
          <Form onSubmit={({ password = '' }) => void run(() => eraseAccount(password))}>
            <p>{t.settings.eraseHint}</p>
            <Field
              first
              name="password"
              label={t.signIn.password}
              type="password"
              error={error}
              autocomplete="current-password"
            />
            <FormError error={error} fields={['password']} />
            <button type="submit" class="danger" disabled={busy}>
              {t.settings.eraseNow}
            </button>
          </Form>
        </Dialog>
      )}
    </>
  )
}
