/** The privacy settings: the circles for adding to groups and for presence. */
import { useState } from 'preact/hooks'
import type { Circle, Profile } from '../../client'
import { accounts, chat, useReadable } from '../chat'
import { RadioGroup } from '../parts/radio-group'
import { attempt } from '../parts/toasts'
import { t } from '../words'

const CIRCLES = ['everyone', 'rooms', 'friends', 'nobody'] as const satisfies readonly Circle[]

const SETTINGS = ['whoMayAddMe', 'whoSeesMeOnline'] as const satisfies readonly (keyof Profile)[]

export function Privacy() {
  const me = useReadable(chat.auth)
  /** Choices without an answer yet: they show at once, and revert if the server refuses them. */
  const [wanted, setWanted] = useState<Partial<Record<(typeof SETTINGS)[number], Circle>>>({})
  if (!me) return null
  const choose = async (setting: (typeof SETTINGS)[number], circle: Circle) => {
    setWanted((before) => ({ ...before, [setting]: circle }))
    await attempt(() => accounts.updateProfile({ [setting]: circle }))
    setWanted((before) => ({ ...before, [setting]: undefined }))
  }
  return (
    <section aria-label={t.privacy.title}>
      <h3>{t.privacy.title}</h3>
      {SETTINGS.map((setting) => (
        <RadioGroup
          key={setting}
          legend={t.privacy[setting]}
          options={CIRCLES}
          chosen={wanted[setting] ?? me[setting]}
          nameOf={(circle) => t.privacy[circle]}
          choose={(circle) => void choose(setting, circle)}
        />
      ))}
    </section>
  )
}
