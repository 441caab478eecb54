/** The form that verifies an address by the mailed code. */
import { accounts } from '../chat'
import { Field, Form, FormError, useAction } from '../parts/form'
import { attempt, toast } from '../parts/toasts'
import { t } from '../words'

export function Verify({ email }: { email: string }) {
  const { busy, error, run } = useAction()
  const words = t.register
  const resend = async () => {
    if (await attempt(() => accounts.resendCode(email))) toast(words.resent)
  }
  return (
    <Form key="verify" onSubmit={({ otp = '' }) => void run(() => accounts.verifyEmail(email, otp))}>
      <h1>{words.verifyTitle}</h1>
      <p class="hint">{words.verifyHint(email)}</p>
      <Field first name="otp" label={t.signIn.code} error={error} inputMode="numeric" autocomplete="one-time-code" />
      <FormError error={error} fields={['otp']} />
      <button type="submit" class="primary" disabled={busy}>
        {words.verify}
      </button>
      <button type="button" class="link" onClick={() => void resend()}>
        {words.resend}
      </button>
    </Form>
  )
}
