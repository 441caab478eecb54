/** The settings page: profile, appearance, alerts, privacy, account and devices. */
import { useState } from 'preact/hooks'
import { accounts, chat, useReadable } from '../chat'
import { Field, Form, FormError, useAction } from '../parts/form'
import { Page } from '../parts/page'
import { PasswordDialog } from '../parts/password-dialog'
import { PictureField } from '../parts/picture-field'
import { StorageBar, useStorage } from '../parts/storage-bar'
import { attempt, toast } from '../parts/toasts'
import { eraseAccount, signOut } from '../sign-out'
import { t } from '../words'
import { Alerts } from './alerts'
import { Appearance } from './appearance'
import { Devices } from './devices'
import { EmailAddress } from './email-address'
import { LoginCode } from './login-code'
import { Privacy } from './privacy'

export function SettingsPage() {
  const words = t.settings
  return (
    <Page title={words.title}>
      <ProfileForm />
      <Appearance />
      <Alerts />
      <Privacy />
      <EmailAddress />
      <PasswordForm />
      <LoginCode />
      <Storage />
      <Devices />
      <About />
      <section class="ways-out">
        <button type="button" class="secondary" onClick={() => void attempt(signOut)}>
          {words.signOut}
        </button>
        <Erase />
      </section>
    </Page>
  )
}

function ProfileForm() {
  const me = useReadable(chat.auth)
  const { busy, error, run } = useAction()
  const [picture, setPicture] = useState<File | null>(null)
  if (!me) return null
  const save = (fields: Record<string, string>) =>
    run(async () => {
      await accounts.updateProfile(picture ? { ...fields, profilePic: picture } : fields)
      toast(t.common.saved)
    })
  return (
    <Form onSubmit={(fields) => void save(fields)}>
      <PictureField id={me.id} name={me.fullName} picture={me.profilePic} onChoose={setPicture} />
      <Field name="firstName" label={t.settings.firstName} defaultValue={me.firstName} error={error} />
      <Field name="lastName" label={t.settings.lastName} defaultValue={me.lastName} error={error} />
      <Field
        name="username"
        label={t.settings.username}
        hint={t.settings.usernameHint}
        defaultValue={me.username}
        error={error}
        autoCapitalize="none"
      />
      <Field name="bio" label={t.settings.bio} defaultValue={me.bio} error={error} maxLength={1000} />
      <FormError error={error} fields={['firstName', 'lastName', 'username', 'bio']} />
      <button type="submit" class="primary" disabled={busy}>
        {t.common.save}
      </button>
    </Form>
  )
}

function PasswordForm() {
  const { busy, error, run } = useAction()
  const [round, setRound] = useState(0)
  const save = ({ oldPassword = '', newPassword = '' }: Record<string, string>) =>
    run(async () => {
      await accounts.updateProfile({ oldPassword, newPassword })
      toast(t.common.saved)
      setRound(round + 1)
    })
  return (
    <Form key={round} onSubmit={(fields) => void save(fields)}>
      <h3>{t.settings.password}</h3>
      <Field
        name="oldPassword"
        label={t.settings.oldPassword}
        type="password"
        error={error}
        autocomplete="current-password"
      />
      <Field
        name="newPassword"
        label={t.recover.newPassword}
        hint={t.register.passwordHint}
        type="password"
        error={error}
        autocomplete="new-password"
      />
      <FormError error={error} fields={['oldPassword', 'newPassword']} />
      <button type="submit" class="secondary" disabled={busy}>
        {t.recover.submit}
      </button>
    </Form>
  )
}

function Storage() {
  const use = useStorage('/storage/')
  if (!use) return null
  return (
    <section>
      <h3>{t.storage.title}</h3>
      <StorageBar use={use} advice={t.storage.mine} />
    </section>
  )
}

/** Links to the API's own pages, and for staff to the administration. */
function About() {
  const me = useReadable(chat.auth)
  return (
    <p class="about">
      {me?.isStaff && <a href="/admin/">{t.about.admin}</a>}
      <a href="/docs/" target="_blank" rel="noopener">
        {t.about.explorer}
      </a>
    </p>
  )
}

function Erase() {
  const [asking, setAsking] = useState(false)
  return (
    <>
      <button type="button" class="danger" onClick={() => setAsking(true)}>
        {t.settings.erase}
      </button>
      {asking && (
        <PasswordDialog
          title={t.settings.erase}
          field="password"
          submit={t.settings.eraseNow}
          danger
          onSubmit={eraseAccount}
          onClose={() => setAsking(false)}
        >
          <p>{t.settings.eraseHint}</p>
        </PasswordDialog>
      )}
    </>
  )
}
