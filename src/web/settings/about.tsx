/** The ways out of the app to what belongs to it: the API's own pages, and the administration for staff. */
import { chat, useReadable } from '../chat'
import { t } from '../words'

export function About() {
  const me = useReadable(chat.auth)
  return (
    <p class="about">
      {me?.is_staff && <a href="/admin/">{t.about.admin}</a>}
      <a href="/docs/" target="_blank" rel="noopener">
        {t.about.explorer}
      </a>
    </p>
  )
}
