/** The page of people: search, friends, requests and blocked people. */

import { useCallback, useEffect, useRef, useState } from 'preact/hooks'
import { useLocation } from 'preact-iso'
import { ChatError, type User } from '../../client'
import { chat, peopleDirectory, roomDirectory } from '../chat'
import { Page } from '../parts/page'
import { Rows } from '../parts/rows'
import { attempt } from '../parts/toasts'
import { focusUnlessTouch } from '../pointer'
import { roomPath } from '../routes'
import { t } from '../words'
import { said } from '../words/server'
import { askToBlock, askToUnfriend } from './confirmations'
import { PersonRow } from './person-row'

const TYPING_PAUSE = 250

interface Lists {
  found: readonly User[] | null
  friends: readonly User[]
  incoming: readonly User[]
  outgoing: readonly User[]
  blocked: readonly User[]
}

/** Loads the people of pending requests, because requests have only ids. */
async function requests(): Promise<Pick<Lists, 'incoming' | 'outgoing'>> {
  const me = chat.auth.user?.id
  const pending = (await peopleDirectory.requests()).results.filter(({ status }) => status === 'pending')
  const people = (ids: number[]) => Promise.all(ids.map((id) => peopleDirectory.get(id)))
  const [asking, asked] = await Promise.all([
    people(pending.filter(({ toUser }) => toUser === me).map(({ fromUser }) => fromUser)),
    people(pending.filter(({ fromUser }) => fromUser === me).map(({ toUser }) => toUser)),
  ])
  return { incoming: asking, outgoing: asked }
}

export function PeoplePage() {
  const { route } = useLocation()
  const [q, setQ] = useState('')
  const [lists, setLists] = useState<Lists | null>(null)
  const [error, setError] = useState<ChatError | null>(null)
  const box = useRef<HTMLInputElement>(null)
  const words = q.trim()

  const load = useCallback(async () => {
    const [found, friends, waiting, blocked] = await Promise.all([
      words ? peopleDirectory.search(words) : null,
      peopleDirectory.friends(),
      requests(),
      peopleDirectory.blocked(),
    ])
    return { found: found?.results ?? null, friends: friends.results, blocked: blocked.results, ...waiting }
  }, [words])

  /** Loads and shows the lists. An error is shown as an error, not as empty lists. */
  const show = useCallback(
    async (wanted: () => boolean = () => true) => {
      try {
        const now = await load()
        if (!wanted()) return
        setLists(now)
        setError(null)
      } catch (thrown) {
        if (!(thrown instanceof ChatError)) throw thrown
        if (wanted()) setError(thrown)
      }
    },
    [load],
  )
  useEffect(() => {
    let wanted = true
    const timer = setTimeout(() => void show(() => wanted), words ? TYPING_PAUSE : 0)
    return () => {
      wanted = false
      clearTimeout(timer)
    }
  }, [show, words])
  useEffect(
    () =>
      chat.on('connection.changed', ({ state }) => {
        if (state.status === 'online' && error) void show()
      }),
    [show, error],
  )
  useEffect(() => focusUnlessTouch(box.current), [])
  useEffect(
    () =>
      chat.on('notification.new', ({ notification }) => {
        if (notification.notificationType.startsWith('friend')) void show()
      }),
    [show],
  )

  /** Runs an action and loads the lists again. */
  const act = (work: () => Promise<unknown>) => () =>
    void attempt(async () => {
      await work()
      await show()
    })
  const talk = (person: User) => () =>
    void attempt(async () => route(roomPath((await roomDirectory.direct(person.id)).id)))

  const actionsFor = (person: User) => {
    const { id, friendshipStatus: friendship, outgoingRequestId: outgoing, incomingRequestId: incoming } = person
    if (person.blocked) return <ActionButton label={t.people.unblock} run={act(() => peopleDirectory.unblock(id))} />
    return (
      <>
        {incoming !== null && (
          <>
            <ActionButton primary label={t.people.accept} run={act(() => peopleDirectory.accept(incoming))} />
            <ActionButton label={t.people.reject} run={act(() => peopleDirectory.reject(incoming))} />
          </>
        )}
        {outgoing !== null && (
          <ActionButton label={t.people.withdraw} run={act(() => peopleDirectory.cancel(outgoing))} />
        )}
        {friendship === null && <ActionButton label={t.people.befriend} run={act(() => peopleDirectory.request(id))} />}
        {friendship === 'friends' && <ActionButton label={t.people.unfriend} run={() => askToUnfriend(person, show)} />}
        <ActionButton label={t.people.block} run={() => askToBlock(person, show)} />
        {incoming === null && <ActionButton primary label={t.people.message} run={talk(person)} />}
      </>
    )
  }
  const section = (title: string, people: readonly User[]) =>
    people.length > 0 && (
      <section>
        <h3>{title}</h3>
        <ul>
          <Rows items={people} keyOf={({ id }) => id}>
            {(person) => (
              <PersonRow person={person} online={person.onlineStatus}>
                {actionsFor(person)}
              </PersonRow>
            )}
          </Rows>
        </ul>
      </section>
    )

  const others = lists?.found?.filter(({ id }) => id !== chat.auth.user?.id) ?? []
  const empty = !words && lists && lists.friends.length + lists.incoming.length + lists.outgoing.length === 0
  return (
    <Page title={t.nav.people}>
      <input
        ref={box}
        type="search"
        aria-label={t.people.find}
        placeholder={t.people.find}
        value={q}
        onInput={(event) => setQ(event.currentTarget.value)}
      />
      {error && (
        <p class="hint none" role="alert">
          {t.people.notLoaded} {said(error)}{' '}
          <button type="button" class="link" onClick={() => void show()}>
            {t.common.again}
          </button>
        </p>
      )}
      {words && lists?.found && others.length === 0 && <p class="hint none">{t.people.nobody}</p>}
      {section(t.people.found, others)}
      {empty && !error && <p class="hint none">{t.people.empty}</p>}
      {lists && section(t.people.asking, lists.incoming)}
      {lists && !words && section(t.people.friends, lists.friends)}
      {lists && !words && section(t.people.asked, lists.outgoing)}
      {lists && !words && section(t.people.blocked, lists.blocked)}
    </Page>
  )
}

function ActionButton({ label, run, primary = false }: { label: string; run: () => void; primary?: boolean }) {
  return (
    <button type="button" class={primary ? 'primary' : 'secondary'} onClick={run}>
      {label}
    </button>
  )
}
