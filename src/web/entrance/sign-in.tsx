/** The sign-in form, with a second step if the account asks for a code by mail. */
import { useState } from 'preact/hooks'
import { accounts } from '../chat'
import { Field, Form, FormError, useAction } from '../parts/form'
import { t } from '../words'
import { Verify } from './verify'

/** The three forms of the entrance. */
export type EntranceForm = 'sign-in' | 'register' | 'recover'

export function SignIn({ go }: { go: (door: EntranceForm) => void }) {
  const { busy, error, run } = useAction()
  const [challenge, setChallenge] = useState('')
  const [unverified, setUnverified] = useState('')
  const words = t.signIn

  if (unverified) return <Verify email={unverified} />
  if (challenge)
    return (
      <Form key="code" onSubmit={({ otp = '' }) => void run(() => accounts.confirmLogin(challenge, otp))}>
        <h1>{words.codeTitle}</h1>
        <p class="hint">{words.codeHint}</p>
        <Field first name="otp" label={words.code} error={error} inputMode="numeric" autocomplete="one-time-code" />
        <FormError error={error} fields={['otp']} />
        <button type="submit" class="primary" disabled={busy}>
          {words.submit}
        </button>
        <button type="button" class="link" onClick={() => setChallenge('')}>
          {t.common.back}
        </button>
      </Form>
    )

  const signIn = ({ identifier = '', password = '' }: Record<string, string>) =>
    run(async () => {
      try {
        const answer = await accounts.login({ identifier, password })
        if (answer.challenge) setChallenge(answer.challenge)
      } catch (thrown) {
        const { code } = thrown as { code?: string }
        if (code === 'email_unverified' && identifier.includes('@')) setUnverified(identifier)
        else throw thrown
      }
    })

  return (
    <Form key="sign-in" onSubmit={(fields) => void signIn(fields)}>
      <h1>{words.title}</h1>
      <Field
        first
        name="identifier"
        label={words.identifier}
        error={error}
        autocomplete="username"
        autoCapitalize="none"
      />
      <Field name="password" label={words.password} type="password" error={error} autocomplete="current-password" />
      <FormError error={error} fields={['identifier', 'password']} />
      <button type="submit" class="primary" disabled={busy}>
        {words.submit}
      </button>
      <button type="button" class="link" onClick={() => go('recover')}>
        {words.forgot}
      </button>
      <p class="hint">
        {words.noAccount}{' '}
        <button type="button" class="link" onClick={() => go('register')}>
          {words.register}
        </button>
      </p>
    </Form>
  )
}
