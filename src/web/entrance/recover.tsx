/** A new password for who has forgotten theirs. */
import { useState } from 'preact/hooks'
import { chat } from '../chat'
import { Field, Form, FormError, useWork } from '../parts/form'
import { toast } from '../parts/toasts'
import { t } from '../words'
import type { Door } from './entrance'

export function Recover({ go }: { go: (door: Door) => void }) {
  const { busy, error, run } = useWork()
  const [email, setEmail] = useState('')
  const words = t.recover

  const send = (address: string) =>
    run(async () => {
      await chat.auth.forgotPassword(address)
      setEmail(address)
    })
  const reset = ({ otp = '', new_password = '' }: Record<string, string>) =>
    run(async () => {
      await chat.auth.resetPassword(email, otp, new_password)
      toast(words.done)
      go('sign-in')
    })

  return (
    <Form key={email} onSubmit={(fields) => void (email ? reset(fields) : send(fields.email ?? ''))}>
      <h1>{words.title}</h1>
      <p class="hint">{email ? t.register.verifyHint(email) : words.hint}</p>
      {email ? (
        <>
          <Field
            first
            name="otp"
            label={t.signIn.code}
            error={error}
            inputMode="numeric"
            autocomplete="one-time-code"
          />
          <Field
            name="new_password"
            label={words.newPassword}
            hint={t.register.passwordHint}
            type="password"
            error={error}
            autocomplete="new-password"
          />
        </>
      ) : (
        <Field first name="email" label={t.register.email} type="email" error={error} autocomplete="email" />
      )}
      <FormError error={error} fields={['otp', 'new_password', 'email']} />
      <button type="submit" class="primary" disabled={busy}>
        {email ? words.submit : words.send}
      </button>
      <button type="button" class="link" onClick={() => go('sign-in')}>
        {t.common.back}
      </button>
    </Form>
  )
}
