/** What somebody sees who is not signed in: a way in. */
import { useState } from 'preact/hooks'
import { isLocal } from '../demo/tab'
import { Later } from '../parts/later'
import { placeOf } from '../place'
import { t } from '../words'
import { inviteInUrl } from './policy'
import { Recover } from './recover'
import { Register } from './register'
import { type Door, SignIn } from './sign-in'

const demoChoice = () => import('../demo/choice').then(({ DemoChoice }) => DemoChoice)

export function Entrance() {
  const invited = placeOf(location.pathname).page === 'join'
  const isNew = invited || inviteInUrl() !== '' || !localStorage.getItem('parlour:known')
  const [door, setDoor] = useState<Door>(isNew ? 'register' : 'sign-in')
  const Shown = { 'sign-in': SignIn, register: Register, recover: Recover }[door]
  return (
    <main class="entrance">
      {isLocal && <Later load={demoChoice} given={{}} />}
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
