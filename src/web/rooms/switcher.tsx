/** The switcher: a dialog that opens a room or a person by name. */
import { signal } from '@preact/signals'
import { useEffect, useState } from 'preact/hooks'
import { useLocation } from 'preact-iso'
import type { RoomDetail, RoomInList, User } from '../../client'
import { chat, peopleDirectory, roomDirectory, useReadable } from '../chat'
import { Avatar } from '../parts/avatar'
import { Dialog } from '../parts/dialog'
import { Rows } from '../parts/rows'
import { attempt } from '../parts/toasts'
import { roomPath } from '../routes'
import { t } from '../words'
import { pinnedFirst } from './order'
import { findMatches, type Match, type Reason } from './switcher-matches'

/** Milliseconds without typing before a request. */
const TYPING_PAUSE = 200

interface Found {
  rooms: readonly RoomInList[]
  people: readonly User[]
}

const NOTHING: Found = { rooms: [], people: [] }

/** True while the switcher is open. Its button and its shortcut set it. */
export const switcherOpen = signal(false)

export function Switcher({ onClose }: { onClose: () => void }) {
  const { rooms } = useReadable(chat.roomList)
  const { route } = useLocation()
  const [typed, setTyped] = useState('')
  const [chosen, setChosen] = useState(0)
  const [found, setFound] = useState(NOTHING)
  const [membersOf, setMembersOf] = useState<ReadonlyMap<number, RoomDetail['participants']>>(new Map())
  const q = typed.trim()

  useEffect(() => {
    setChosen(0)
    if (!q) return setFound(NOTHING)
    let wanted = true
    const timer = setTimeout(async () => {
      const [rooms, people] = await Promise.all([roomDirectory.search(q), peopleDirectory.search(q)]).catch(() => [
        null,
        null,
      ])
      if (wanted && rooms && people) setFound({ rooms: rooms.results, people: othersAmong(people.results) })
    }, TYPING_PAUSE)
    return () => {
      wanted = false
      clearTimeout(timer)
    }
  }, [q])

  const choices = findMatches(q, { rooms: pinnedFirst(rooms), found: found.rooms, people: found.people, membersOf })
  const unexplained = choices.filter(({ why }) => why?.kind === 'unknown').map(({ key }) => key.slice(1))
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each room that is shown without a reason
  useEffect(() => {
    for (const id of unexplained.map(Number).filter((id) => !membersOf.has(id)))
      chat.api.get<RoomDetail>(`/chatrooms/${id}/`).then(
        ({ participants }) => setMembersOf((before) => new Map(before).set(id, othersAmong(participants))),
        () => undefined,
      )
  }, [unexplained.join()])

  const current = choices[chosen]
  // The focus stays in the field, so the chosen option is scrolled into view here.
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each that is chosen
  useEffect(() => {
    if (current) document.getElementById(idOf(current))?.scrollIntoView({ block: 'nearest' })
  }, [current?.key])

  function go(match: Match | undefined): void {
    if (!match) return
    onClose()
    if (match.kind === 'room') route(roomPath(match.room.id))
    else void attempt(async () => route(roomPath((await roomDirectory.direct(match.person.id)).id)))
  }

  function onKeyDown(event: KeyboardEvent): void {
    if (event.isComposing) return
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (step) setChosen((chosen + step + choices.length) % Math.max(1, choices.length))
    else if (event.key === 'Enter') go(current)
    else return
    event.preventDefault()
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
        aria-activedescendant={current && idOf(current)}
        onInput={(event) => setTyped(event.currentTarget.value)}
        onKeyDown={onKeyDown}
      />
      <div id="switcher-choices" role="listbox" aria-label={t.switcher.title} class="choices">
        <Rows items={choices} keyOf={({ key }) => key} as="div">
          {(match, place) => (
            <div
              id={idOf(match)}
              role="option"
              tabIndex={-1}
              aria-selected={place === chosen}
              onClick={() => go(match)}
              onKeyDown={onKeyDown}
            >
              <Face match={match} />
              <b dir="auto">{match.name}</b>
              <span class="hint" dir="auto">
                {reasonText(match.why)}
              </span>
            </div>
          )}
        </Rows>
      </div>
      {q && choices.length === 0 && <p class="hint none">{t.switcher.nothing}</p>}
    </Dialog>
  )
}

const othersAmong = <P extends { id: number }>(people: readonly P[]): P[] =>
  people.filter(({ id }) => id !== chat.auth.user?.id)

const idOf = ({ key }: Match) => `switch-${key}`

function Face({ match }: { match: Match }) {
  if (match.kind === 'person') {
    const { id, fullName, profilePic, onlineStatus } = match.person
    return <Avatar id={id} name={fullName} picture={profilePic} online={onlineStatus} />
  }
  const { id, partnerId, groupImage } = match.room
  return <Avatar id={partnerId ?? id} name={match.name} picture={groupImage} />
}

function reasonText(why: Reason | null): string {
  if (!why || why.kind === 'unknown') return ''
  return why.kind === 'called' ? why.name : t.switcher.with(why.names)
}
