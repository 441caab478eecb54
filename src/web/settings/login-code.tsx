/** The setting that makes signing in ask for a code by mail. */
import { useState } from 'preact/hooks'
import { ChatError } from '../../client'
import { accounts, chat, useReadable } from '../chat'
import { PasswordDialog } from '../parts/password-dialog'
import { toast } from '../parts/toasts'
import { t } from '../words'
import { said } from '../words/server'

export function LoginCode() {
  const me = useReadable(chat.auth)
  const [wanted, setWanted] = useState<boolean | null>(null)
  const [, setRefused] = useState(0)
  const words = t.settings
  const isOn = me?.loginOtp ?? false

  async function change(loginOtp: boolean): Promise<void> {
    try {
      await accounts.updateProfile({ loginOtp })
    } catch (error) {
      if (!(error instanceof ChatError)) throw error
      if (error.code === 'password_required') return setWanted(loginOtp)
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
          field="oldPassword"
          submit={wanted ? words.loginCodeOn : words.loginCodeOff}
          onSubmit={async (oldPassword) => {
            await accounts.updateProfile({ loginOtp: wanted, oldPassword })
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
