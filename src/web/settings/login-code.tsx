/** The setting that makes signing in ask for a code by mail. */
import { useState } from 'preact/hooks'
import { ChatError } from '../../client'
import { chat, useReadable } from '../chat'
import { PasswordDialog } from '../parts/password-dialog'
import { toast } from '../parts/toasts'
import { t } from '../words'
import { said } from '../words/server'

export function LoginCode() {
  const me = useReadable(chat.auth)
  const [wanted, setWanted] = useState<boolean | null>(null)
  const [, setRefused] = useState(0)
  const words = t.settings
  const isOn = me?.login_otp ?? false

  async function change(login_otp: boolean): Promise<void> {
    try {
      await chat.auth.updateProfile({ login_otp })
    } catch (error) {
      if (!(error instanceof ChatError)) throw error
      if (error.code === 'password_required') return setWanted(login_otp)
      toast(said(error))
      // Renders again, so that the checkbox shows the account's value.
      setRefused((count) => count + 1)
    }
  }

  return (
    <>
      <label class="switch">
        <input type="checkbox" checked={isOn} onChange={({ currentTarget }) => void change(currentTarget.checked)} />
        <span>
          {words.loginCode}
          <span class="hint">{words.loginCodeHint}</span>
        </span>
      </label>
      {wanted !== null && (
        <PasswordDialog
          title={words.loginCode}
          field="old_password"
          submit={wanted ? words.loginCodeOn : words.loginCodeOff}
          onSubmit={async (old_password) => {
            await chat.auth.updateProfile({ login_otp: wanted, old_password })
            setWanted(null)
          }}
          onClose={() => setWanted(null)}
        >
          <p>{words.askedAgain}</p>
        </PasswordDialog>
      )}
    </>
  )
}
