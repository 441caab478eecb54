/** The forms that set a new password by a mailed code. */
import { useState } from 'preact/hooks'
import { accounts } from '../chat'
import { Field, Form, FormError, useAction } from '../parts/form'
import { toast } from '../parts/toasts'
import { t } from '../words'
import type { EntranceForm } from './sign-in'

export function ResetPassword({ go }: { go: (door: EntranceForm) => void }) {
  const { busy, error, run, setError } = useAction()
  const [email, setEmail] = useState('')
  const [hasCode, setHasCode] = useState(false)
  const words = t.recover

  const send = (address: string) =>
    run(async () => {
      await accounts.forgotPassword(address)
      setEmail(address)
      setHasCode(true)
    })
  const reset = ({ email: typed = email, otp = '', newPassword = '' }: Record<string, string>) =>
    run(async () => {
      await accounts.resetPassword(typed, otp, newPassword)
      toast(words.done)
      go('sign-in')
    })
  const address = <Field first name="email" label={t.register.email} type="email" error={error} autocomplete="email" />

  return (
    <Form key={`${email} ${hasCode}`} onSubmit={(fields) => void (hasCode ? reset(fields) : send(fields.email ?? ''))}>
      <h1>{words.title}</h1>
      <p class="hint">{email ? t.register.verifyHint(email) : hasCode ? words.codeHint : words.hint}</p>
      {!email && address}
      {hasCode && (
        <>
          <Field
            first={email !== ''}
            name="otp"
            label={t.signIn.code}
            error={error}
            autocomplete="one-time-code"
            autoCapitalize="characters"
          />
          <Field
            name="newPassword"
            label={words.newPassword}
            hint={t.register.passwordHint}
            type="password"
            error={error}
            autocomplete="new-password"
          />
        </>
      )}
      <FormError error={error} fields={['otp', 'newPassword', 'email']} />
      <button type="submit" class="primary" disabled={busy}>
        {hasCode ? words.submit : words.send}
      </button>
      {!hasCode && (
        <button
          type="button"
          class="link"
          onClick={() => {
            setError(null)
            setHasCode(true)
          }}
        >
          {words.haveCode}
        </button>
      )}
      <button type="button" class="link" onClick={() => go('sign-in')}>
        {t.common.back}
      </button>
    </Form>
  )
}
