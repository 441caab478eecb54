/** The form that makes an account. */
import { useState } from 'preact/hooks'
import { accounts } from '../chat'
import { Field, Form, FormError, useAction } from '../parts/form'
import { t } from '../words'
import { inviteInUrl, useRegistrationPolicy } from './registration-policy'
import type { EntranceForm } from './sign-in'
import { Verify } from './verify'

export function Register({ go }: { go: (door: EntranceForm) => void }) {
  const { busy, error, run } = useAction()
  const [waitingFor, setWaitingFor] = useState('')
  const { mode, domains } = useRegistrationPolicy()
  const words = t.register
  if (waitingFor) return <Verify email={waitingFor} />

  const register = ({ name = '', email = '', password = '', invite }: Record<string, string>) =>
    run(async () => {
      const [firstName = '', ...rest] = name.trim().split(/\s+/)
      const account = { email, password, firstName, lastName: rest.join(' ') }
      const { user } = await accounts.register(invite ? { ...account, invite } : account)
      if (!user) setWaitingFor(email)
    })

  const goBack = (
    <p class="hint">
      {words.haveAccount}{' '}
      <button type="button" class="link" onClick={() => go('sign-in')}>
        {words.signIn}
      </button>
    </p>
  )
  if (mode === 'closed') {
    return (
      <>
        <h1>{words.title}</h1>
        <p class="notice">{words.closed}</p>
        {goBack}
      </>
    )
  }

  return (
    <Form onSubmit={(fields) => void register(fields)}>
      <h1>{words.title}</h1>
      <Field
        first
        name="name"
        label={words.name}
        hint={words.nameHint}
        error={error}
        autocomplete="name"
        maxLength={60}
      />
      <Field
        name="email"
        label={words.email}
        hint={mode === 'domain' ? words.domains(domains) : undefined}
        type="email"
        error={error}
        autocomplete="email"
        autoCapitalize="none"
      />
      <Field
        name="password"
        label={words.password}
        hint={words.passwordHint}
        type="password"
        error={error}
        autocomplete="new-password"
      />
      {mode !== 'open' && (
        <Field
          name="invite"
          label={words.invite}
          hint={mode === 'domain' ? words.inviteOptional : words.inviteHint}
          defaultValue={inviteInUrl()}
          error={error}
          autocomplete="off"
          autoCapitalize="none"
        />
      )}
      <FormError error={error} fields={['email', 'password', 'invite']} />
      <button type="submit" class="primary" disabled={busy}>
        {words.submit}
      </button>
      {goBack}
    </Form>
  )
}
