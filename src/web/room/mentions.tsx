/** Naming somebody: who is meant by what stands after an @. */
import type { Participant } from '../../client'
import { Avatar } from '../parts/avatar'
import { t } from '../words'

/** The name being typed at the caret, if one is. */
export function mentionAt(text: string, caret: number): { start: number; typed: string } | null {
  if (caret < 0) return null
  const found = /(?:^|\s)@([\p{L}\p{N}_.+-]*)$/u.exec(text.slice(0, caret))
  if (!found) return null
  const typed = found[1] ?? ''
  return { start: caret - typed.length - 1, typed }
}

interface Props {
  people: readonly Participant[]
  chosen: number
  choose: (person: Participant) => void
}

export function MentionList({ people, chosen, choose }: Props) {
  if (people.length === 0) return null
  return (
    <ul class="mentions choices" aria-label={t.room.mention}>
      {people.map((person, place) => (
        <li key={person.id}>
          <button
            type="button"
            aria-pressed={place === chosen}
            // Before the box loses the focus.
            onPointerDown={(event) => {
              event.preventDefault()
              choose(person)
            }}
          >
            <Avatar id={person.id} name={person.full_name} picture={person.profile_pic} />
            <b dir="auto">{person.full_name}</b>
            <span class="hint">@{person.username}</span>
          </button>
        </li>
      ))}
    </ul>
  )
}
