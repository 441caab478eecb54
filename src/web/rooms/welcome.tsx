/** The page without a chosen room: first steps. */
import { chat, useReadable } from '../chat'
import { keyName } from '../keyboard'
import { Icon } from '../parts/icon'
import { t } from '../words'

export function Welcome() {
  const me = useReadable(chat.auth)
  const { rooms, loading } = useReadable(chat.roomList)
  if (loading && rooms.length === 0) return null
  const words = t.welcome
  if (rooms.length > 0)
    return (
      <div class="welcome">
        <h2>{t.rooms.choose}</h2>
        <p class="hint">{t.rooms.chooseHint(keyName('Ctrl K'))}</p>
      </div>
    )
  return (
    <div class="welcome">
      <h2>{words.title(me?.firstName || me?.username || '')}</h2>
      <p class="hint">{words.hint}</p>
      <ul class="steps">
        <li>
          <a href="/people">
            <Icon name="people" />
            <span>
              <b>{t.rooms.findPeople}</b>
              <span class="hint">{words.findHint}</span>
            </span>
          </a>
        </li>
        <li>
          <a href="/groups/new">
            <Icon name="group" />
            <span>
              <b>{t.rooms.newGroup}</b>
              <span class="hint">{words.groupHint}</span>
            </span>
          </a>
        </li>
      </ul>
      <p class="hint">
        {words.findable} <b>@{me?.username}</b>
      </p>
    </div>
  )
}
