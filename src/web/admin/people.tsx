/** The list of accounts, with search and filters. */
import { useState } from 'preact/hooks'
import { Avatar } from '../parts/avatar'
import { RadioGroup } from '../parts/radio-group'
import { Listing } from './listing'
import type { AdminUser } from './model'
import { useList } from './queries'
import { Tags } from './tags'
import { words } from './words'

const ONLY = ['all', 'staff', 'disabled'] as const

export function People() {
  const [search, setSearch] = useState('')
  const [only, setOnly] = useState<(typeof ONLY)[number]>('all')
  const list = useList<AdminUser>('/admin/users/', {
    search: search.trim() || null,
    only: only === 'all' ? null : only,
  })
  return (
    <>
      <div class="narrowing">
        <input
          type="search"
          aria-label={words.people.find}
          placeholder={words.people.find}
          value={search}
          onInput={(event) => setSearch(event.currentTarget.value)}
        />
        <RadioGroup
          legend={words.people.show}
          options={ONLY}
          chosen={only}
          nameOf={(each) => words.people.only[each]}
          choose={setOnly}
        />
      </div>
      <Listing
        list={list}
        label={words.sections.people}
        empty={words.none}
        row={(person) => (
          <li key={person.id}>
            <a class="row" href={`/admin/people/${person.id}`}>
              <Avatar id={person.id} name={person.fullName} picture={person.profilePic} online={person.onlineStatus} />
              <span class="words">
                <b dir="auto">{person.fullName}</b>
                <span class="hint">
                  @{person.username} · {person.email}
                </span>
              </span>
              <Tags person={person} />
            </a>
          </li>
        )}
      />
    </>
  )
}
