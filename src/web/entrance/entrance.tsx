/** The entrance: the forms for people who are not signed in. */
import { useState } from 'preact/hooks'
import { isLocal } from '../demo/tab'
import { Lazy } from '../parts/lazy'
import { routeOf } from '../routes'
import { t } from '../words'
import { Register } from './register'
import { inviteInUrl } from './registration-policy'
import { ResetPassword } from './reset-password'
import { type EntranceForm, SignIn } from './sign-in'

const demoChoice = () => import('../demo/account-list').then(({ DemoAccountList: DemoChoice }) => DemoChoice)

export function Entrance() {
  const invited = routeOf(location.pathname).page === 'join'
  const isNew = invited || inviteInUrl() !== '' || !localStorage.getItem('parlour:known')
  const [door, setDoor] = useState<EntranceForm>(isNew ? 'register' : 'sign-in')
  const Shown = { 'sign-in': SignIn, register: Register, recover: ResetPassword }[door]
  return (
    <main class="entrance">
      {isLocal && <Lazy load={demoChoice} props={{}} />}
      <div class="card">
        <p class="brand">
          <img src="/icon.svg" alt="" width="32" height="32" />
          {t.app}
        </p>
        {invited && <p class="notice">{t.join.signInFirst}</p>}
        <Shown go={setDoor} />
      </div>
      <p class="hint">{t.entrance.motto}</p>
    </main>
  )
}
