/** A picker for several people. */
import { useEffect, useState } from 'preact/hooks'
import { ChatError, type User } from '../../client'
import { chat, peopleDirectory } from '../chat'
import { Icon } from '../parts/icon'
import { Rows } from '../parts/rows'
import { t } from '../words'
import { said } from '../words/server'
import { PersonRow } from './person-row'

const TYPING_PAUSE = 250

interface Props {
  chosen: readonly User[]
  setChosen: (people: User[]) => void
  /** Ids of people who are not offered. */
  without?: readonly number[]
}

export function PeoplePicker({ chosen, setChosen, without = [] }: Props) {
  const [q, setQ] = useState('')
  const [found, setFound] = useState<readonly User[]>([])
  const [error, setError] = useState<ChatError | null>(null)
  const [round, setRound] = useState(0)
  const words = q.trim()
  // biome-ignore lint/correctness/useExhaustiveDependencies: each round tries again
  useEffect(() => {
    let wanted = true
    const timer = setTimeout(
      () =>
        void (words ? peopleDirectory.search(words) : peopleDirectory.friends()).then(
          ({ results }) => {
            if (!wanted) return
            setFound(results)
            setError(null)
          },
          (thrown) => wanted && thrown instanceof ChatError && setError(thrown),
        ),
      words ? TYPING_PAUSE : 0,
    )
    return () => {
      wanted = false
      clearTimeout(timer)
    }
  }, [words, round])
  const taken = new Set([...chosen.map(({ id }) => id), ...without, chat.auth.user?.id])
  return (
    <div class="picker">
      {chosen.length > 0 && (
        <ul class="chosen">
          {chosen.map((person) => (
            <li key={person.id}>
              <button
                type="button"
                aria-label={t.people.takeOut(person.fullName)}
                onClick={() => setChosen(chosen.filter(({ id }) => id !== person.id))}
              >
                {person.fullName}
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
      {error && (
        <p class="hint" role="alert">
          {t.people.notLoaded} {said(error)}{' '}
          <button type="button" class="link" onClick={() => setRound(round + 1)}>
            {t.common.again}
          </button>
        </p>
      )}
      <ul>
        <Rows items={found.filter(({ id, blocked }) => !taken.has(id) && !blocked).slice(0, 20)} keyOf={({ id }) => id}>
          {(person) => (
            <PersonRow person={person} online={person.onlineStatus}>
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
            </PersonRow>
          )}
        </Rows>
      </ul>
    </div>
  )
}
