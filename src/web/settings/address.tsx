/** The account's e-mail address, and asking for another one. */
import { useState } from 'preact/hooks'
import { chat, useReadable } from '../chat'
import { Field, Form, FormError, useWork } from '../parts/form'
import { toast } from '../parts/toasts'
import { t } from '../words'

export function Address() {
  const me = useReadable(chat.auth)
  const { busy, error, run } = useWork()
  const [round, setRound] = useState(0)
  const words = t.settings
  if (!me) return null
  const ask = ({ email = '', old_password = '' }: Record<string, string>) =>
    run(async () => {
      const { pending_email } = await chat.auth.updateProfile({ email, old_password })
      toast(pending_email === null ? t.common.saved : words.addressSent(pending_email))
      setRound(round + 1)
    })
  return (
    <Form key={round} onSubmit={(fields) => void ask(fields)}>
      <h3>{words.address}</h3>
      <p class="hint">{words.addressNow(me.email)}</p>
      <Field
        name="email"
        label={words.newAddress}
        type="email"
        error={error}
        autocomplete="email"
        autoCapitalize="none"
      />
      <Field
        name="old_password"
        label={words.oldPassword}
        type="password"
        error={error}
        autocomplete="current-password"
      />
      <FormError error={error} fields={['email', 'old_password']} />
      <button type="submit" class="secondary" disabled={busy}>
        {t.recover.send}
      </button>
    </Form>
  )
}
