/** Finding people, friends, requests, and who is blocked. */

import { useCallback, useEffect, useRef, useState } from 'preact/hooks'
import { useLocation } from 'preact-iso'
import type { User } from '../../client'
import { chat } from '../chat'
import { Page } from '../parts/page'
import { Person } from '../parts/person'
import { Rows } from '../parts/rows'
import { attempt } from '../parts/toasts'
import { roomAt } from '../place'
import { focusUnlessTouched } from '../pointer'
import { t } from '../words'

const PAUSE = 250

interface Lists {
  found: readonly User[] | null
  friends: readonly User[]
  asking: readonly User[]
  asked: readonly User[]
  blocked: readonly User[]
}

/** Requests name people by their ids. */
async function requests(): Promise<Pick<Lists, 'asking' | 'asked'>> {
  const me = chat.auth.user?.id
  const pending = (await chat.people.requests()).results.filter(({ status }) => status === 'pending')
  const people = (ids: number[]) => Promise.all(ids.map((id) => chat.people.get(id)))
  const [asking, asked] = await Promise.all([
    people(pending.filter(({ to_user }) => to_user === me).map(({ from_user }) => from_user)),
    people(pending.filter(({ from_user }) => from_user === me).map(({ to_user }) => to_user)),
  ])
  return { asking, asked }
}

export function PeoplePage() {
  const { route } = useLocation()
  const [q, setQ] = useState('')
  const [lists, setLists] = useState<Lists>({ found: null, friends: [], asking: [], asked: [], blocked: [] })
  const box = useRef<HTMLInputElement>(null)
  const words = q.trim()

  const load = useCallback(async () => {
    const [found, friends, waiting, blocked] = await Promise.all([
      words ? chat.people.search(words) : null,
      chat.people.friends(),
      requests(),
      chat.people.blocked(),
    ])
    return { found: found?.results ?? null, friends: friends.results, blocked: blocked.results, ...waiting }
  }, [words])

  useEffect(() => {
    let wanted = true
    const timer = setTimeout(
      () => {
        void attempt(async () => {
          const now = await load()
          if (wanted) setLists(now)
        })
      },
      words ? PAUSE : 0,
    )
    return () => {
      wanted = false
      clearTimeout(timer)
    }
  }, [load, words])
  useEffect(() => focusUnlessTouched(box.current), [])
  useEffect(
    () =>
      chat.on('notification.new', ({ notification }) => {
        if (notification.notification_type.startsWith('friend')) void attempt(async () => setLists(await load()))
      }),
    [load],
  )

  /** Does something and shows what has come of it. */
  const act = (work: () => Promise<unknown>) => () =>
    void attempt(async () => {
      await work()
      setLists(await load())
    })
  const talk = (person: User) => () => void attempt(async () => route(roomAt((await chat.rooms.direct(person.id)).id)))

  const deedsOf = (person: User) => {
    const { id, friendship_status: friendship, outgoing_request_id: outgoing, incoming_request_id: incoming } = person
    if (person.blocked) return <Deed label={t.people.unblock} run={act(() => chat.people.unblock(id))} />
    return (
      <>
        {incoming !== null && (
          <>
            <Deed primary label={t.people.accept} run={act(() => chat.people.accept(incoming))} />
            <Deed label={t.people.reject} run={act(() => chat.people.reject(incoming))} />
          </>
        )}
        {outgoing !== null && <Deed label={t.people.withdraw} run={act(() => chat.people.cancel(outgoing))} />}
        {friendship === null && <Deed label={t.people.befriend} run={act(() => chat.people.request(id))} />}
        {friendship === 'friends' && <Deed label={t.people.unfriend} run={act(() => chat.people.unfriend(id))} />}
        <Deed label={t.people.block} run={act(() => chat.people.block(id))} />
        {incoming === null && <Deed primary label={t.people.message} run={talk(person)} />}
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
              <Person person={person} online={person.online_status}>
                {deedsOf(person)}
              </Person>
            )}
          </Rows>
        </ul>
      </section>
    )

  const others = lists.found?.filter(({ id }) => id !== chat.auth.user?.id) ?? []
  const empty = !words && lists.friends.length + lists.asking.length + lists.asked.length === 0
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
      {words && lists.found && others.length === 0 && <p class="hint none">{t.people.nobody}</p>}
      {section(t.people.found, others)}
      {empty && <p class="hint none">{t.people.empty}</p>}
      {section(t.people.asking, lists.asking)}
      {!words && section(t.people.friends, lists.friends)}
      {!words && section(t.people.asked, lists.asked)}
      {!words && section(t.people.blocked, lists.blocked)}
    </Page>
  )
}

function Deed({ label, run, primary = false }: { label: string; run: () => void; primary?: boolean }) {
  return (
    <button type="button" class={primary ? 'primary' : 'secondary'} onClick={run}>
      {label}
    </button>
  )
}
