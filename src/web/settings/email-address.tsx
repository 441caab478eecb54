/** The account's e-mail address, its verification, and its change. */
import { useState } from 'preact/hooks'
import { accounts, chat, useReadable } from '../chat'
import { Field, Form, FormError, useAction } from '../parts/form'
import { attempt, toast } from '../parts/toasts'
import { t } from '../words'

export function EmailAddress() {
  const me = useReadable(chat.auth)
  const { busy, error, run } = useAction()
  const [round, setRound] = useState(0)
  const words = t.settings
  if (!me) return null
  const ask = ({ email = '', oldPassword = '' }: Record<string, string>) =>
    run(async () => {
      const { pendingEmail } = await accounts.updateProfile({ email, oldPassword })
      toast(pendingEmail === null ? t.common.saved : words.addressSent(pendingEmail))
      setRound(round + 1)
    })
  return (
    <>
      <Form key={round} onSubmit={(fields) => void ask(fields)}>
        <h3>{words.address}</h3>
        <p class="hint">
          {words.addressNow(me.email)} {me.emailVerified ? words.isVerified : words.isNotVerified}
        </p>
        <Field
          name="email"
          label={words.newAddress}
          type="email"
          error={error}
          autocomplete="email"
          autoCapitalize="none"
        />
        <Field
          name="oldPassword"
          label={words.oldPassword}
          type="password"
          error={error}
          autocomplete="current-password"
        />
        <FormError error={error} fields={['email', 'oldPassword']} />
        <button type="submit" class="secondary" disabled={busy}>
          {t.recover.send}
        </button>
      </Form>
      {(me.pendingEmail !== null || !me.emailVerified) && (
        <AddressCode key={me.pendingEmail} address={me.pendingEmail ?? me.email} isOther={me.pendingEmail !== null} />
      )}
    </>
  )
}

/** The form for the code of an address. `isOther` is true for a new address that is not verified yet. */
function AddressCode({ address, isOther }: { address: string; isOther: boolean }) {
  const { busy, error, run } = useAction()
  const words = t.settings
  const verify = ({ otp = '' }: Record<string, string>) =>
    run(async () => {
      if (!(await accounts.verifyEmail(address, otp))) await accounts.profile()
      toast(words.verified(address))
    })
  return (
    <Form class="address-code" onSubmit={(fields) => void verify(fields)}>
      <p role="status">{isOther ? words.pending(address) : words.toVerify(address)}</p>
      <Field name="otp" label={t.signIn.code} error={error} inputMode="numeric" autocomplete="one-time-code" />
      <FormError error={error} fields={['otp']} />
      <div class="answers">
        <button type="submit" class="primary" disabled={busy}>
          {t.register.verify}
        </button>
        <button
          type="button"
          class="secondary"
          onClick={() => void attempt(() => accounts.resendCode(address).then(() => toast(t.register.resent)))}
        >
          {t.register.resend}
        </button>
        {isOther && (
          <button
            type="button"
            class="secondary"
            onClick={() => void attempt(() => accounts.updateProfile({ pendingEmail: null }))}
          >
            {words.keepAddress}
          </button>
        )}
      </div>
    </Form>
  )
}
