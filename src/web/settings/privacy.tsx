/** Who may add somebody to groups, and who sees when they are online. */
import type { Circle, Profile } from '../../protocol'
import { chat, useReadable } from '../chat'
import { Choice } from '../parts/choice'
import { attempt } from '../parts/toasts'
import { t } from '../words'

const CIRCLES = ['everyone', 'rooms', 'friends', 'nobody'] as const satisfies readonly Circle[]

const SETTINGS = ['who_may_add_me', 'who_sees_me_online'] as const satisfies readonly (keyof Profile)[]

export function Privacy() {
  const me = useReadable(chat.auth)
  if (!me) return null
  return (
    <section aria-label={t.privacy.title}>
      <h3>{t.privacy.title}</h3>
      {SETTINGS.map((setting) => (
        <Choice
          key={setting}
          legend={t.privacy[setting]}
          options={CIRCLES}
          chosen={me[setting]}
          nameOf={(circle) => t.privacy[circle]}
          choose={(circle) => void attempt(() => chat.auth.updateProfile({ [setting]: circle }))}
        />
      ))}
    </section>
  )
}
