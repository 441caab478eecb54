/** Chooses several people by name. */
import { useEffect, useState } from 'preact/hooks'
import type { User } from '../../client'
import { chat } from '../chat'
import { Icon } from '../parts/icon'
import { Person } from '../parts/person'
import { Rows } from '../parts/rows'
import { attempt } from '../parts/toasts'
import { t } from '../words'

const PAUSE = 250

interface Props {
  chosen: readonly User[]
  setChosen: (people: User[]) => void
  /** Ids of those who are not offered. */
  without?: readonly number[]
}

export function Picker({ chosen, setChosen, without = [] }: Props) {
  const [q, setQ] = useState('')
  const [found, setFound] = useState<readonly User[]>([])
  const words = q.trim()
  useEffect(() => {
    let wanted = true
    const timer = setTimeout(
      () =>
        void attempt(async () => {
          const { results } = words ? await chat.people.search(words) : await chat.people.friends()
          if (wanted) setFound(results)
        }),
      words ? PAUSE : 0,
    )
    return () => {
      wanted = false
      clearTimeout(timer)
    }
  }, [words])
  const taken = new Set([...chosen.map(({ id }) => id), ...without, chat.auth.user?.id])
  return (
    <div class="picker">
      {chosen.length > 0 && (
        <ul class="chosen">
          {chosen.map((person) => (
            <li key={person.id}>
              <button
                type="button"
                aria-label={t.people.takeOut(person.full_name)}
                onClick={() => setChosen(chosen.filter(({ id }) => id !== person.id))}
              >
                {person.full_name}
                <Icon name="close" />
              </button>
            </li>
          ))}
        </ul>
      )}
      <input
        type="search"
        aria-label={t.people.find}
        placeholder={t.people.find}
        value={q}
        onInput={(event) => setQ(event.currentTarget.value)}
        onKeyDown={(event) => event.key === 'Enter' && event.preventDefault()}
      />
      <ul>
        <Rows items={found.filter(({ id, blocked }) => !taken.has(id) && !blocked).slice(0, 20)} keyOf={({ id }) => id}>
          {(person) => (
            <Person person={person} online={person.online_status}>
              <button
                type="button"
                class="secondary"
                onClick={() => {
                  setChosen([...chosen, person])
                  setQ('')
                }}
              >
                {t.people.add}
              </button>
            </Person>
          )}
        </Rows>
      </ul>
    </div>
  )
}
