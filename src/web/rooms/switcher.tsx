/** Goes to a conversation or a person by name. */

import { useEffect, useState } from 'preact/hooks'
import { useLocation } from 'preact-iso'
import type { RoomInList, User } from '../../client'
import { chat, useReadable } from '../chat'
import { Avatar } from '../parts/avatar'
import { Dialog } from '../parts/dialog'
import { attempt } from '../parts/toasts'
import { roomAt } from '../place'
import { t } from '../words'
import { inOrder, nameOf } from './order'

/** Typing pauses this long before the server is asked, in milliseconds. */
const PAUSE = 200
const SHOWN = 8

export function Switcher({ onClose }: { onClose: () => void }) {
  const { rooms } = useReadable(chat.sidebar)
  const { route } = useLocation()
  const [typed, setTyped] = useState('')
  const [chosen, setChosen] = useState(0)
  const [further, setFurther] = useState<{ rooms: readonly RoomInList[]; people: readonly User[] }>({
    rooms: [],
    people: [],
  })
  const q = typed.trim().toLocaleLowerCase()

  useEffect(() => {
    setChosen(0)
    if (!q) return setFurther({ rooms: [], people: [] })
    let wanted = true
    const timer = setTimeout(async () => {
      const [found, people] = await Promise.all([chat.rooms.search(q), chat.people.search(q)]).catch(() => [null, null])
      if (wanted && found && people) setFurther({ rooms: found.results, people: people.results })
    }, PAUSE)
    return () => {
      wanted = false
      clearTimeout(timer)
    }
  }, [q])

  const here = inOrder(rooms).filter((room) => nameOf(room).toLocaleLowerCase().includes(q))
  const all = [...here, ...further.rooms.filter(({ id }) => !here.some((room) => room.id === id))].slice(0, SHOWN)
  const names = new Set(all.filter((room) => !room.is_group).map((room) => room.chat_name))
  const people = further.people.filter((person) => !names.has(person.full_name)).slice(0, SHOWN)
  const choices = [
    ...all.map((room) => ({
      key: `r${room.id}`,
      name: nameOf(room),
      more: '',
      avatar: <Avatar id={room.partner_id ?? room.id} name={nameOf(room)} picture={room.group_image} />,
      go: () => route(roomAt(room.id)),
    })),
    ...people.map((person) => ({
      key: `p${person.id}`,
      name: person.full_name,
      more: `@${person.username}`,
      avatar: (
        <Avatar id={person.id} name={person.full_name} picture={person.profile_pic} online={person.online_status} />
      ),
      go: () => void attempt(async () => route(roomAt((await chat.rooms.direct(person.id)).id))),
    })),
  ]

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.isComposing) return
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (step) {
      event.preventDefault()
      setChosen((chosen + step + choices.length) % Math.max(1, choices.length))
    }
    if (event.key === 'Enter') {
      event.preventDefault()
      const choice = choices[chosen]
      if (!choice) return
      onClose()
      choice.go()
    }
  }

  return (
    <Dialog title={t.switcher.title} onClose={onClose} class="switcher">
      <input
        type="search"
        aria-label={t.switcher.title}
        placeholder={t.switcher.placeholder}
        value={typed}
        // biome-ignore lint/a11y/noRedundantRoles: a search box is none without a list of the browser's
        role="combobox"
        list={undefined}
        aria-expanded={choices.length > 0}
        aria-controls="switcher-choices"
        aria-activedescendant={choices[chosen] ? `switch-${choices[chosen].key}` : undefined}
        onInput={(event) => setTyped(event.currentTarget.value)}
        onKeyDown={onKeyDown}
      />
      <div id="switcher-choices" role="listbox" aria-label={t.switcher.title} class="choices">
        {choices.map((choice, place) => (
          <div
            key={choice.key}
            id={`switch-${choice.key}`}
            role="option"
            tabIndex={-1}
            aria-selected={place === chosen}
            onClick={() => {
              onClose()
              choice.go()
            }}
            onKeyDown={onKeyDown}
          >
            {choice.avatar}
            <b dir="auto">{choice.name}</b>
            <span class="hint">{choice.more}</span>
          </div>
        ))}
      </div>
      {q && choices.length === 0 && <p class="hint none">{t.switcher.nothing}</p>}
    </Dialog>
  )
}
