/** A cache of people: each is loaded once for a page, and again after a change. */
import { signal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import type { User } from '../../client'
import { chat, peopleDirectory } from '../chat'

const people = signal<ReadonlyMap<number, User>>(new Map())
const requests = new Map<number, Promise<void>>()

chat.auth.subscribe((user) => {
  if (!user) people.value = new Map()
})

export function cachePerson(person: User): void {
  people.value = new Map(people.value).set(person.id, person)
}

/** Loads a person again. @throws {ChatError} */
export async function refreshPerson(id: number): Promise<void> {
  cachePerson(await peopleDirectory.get(id))
}

/** A person from the cache, loaded if missing. `anew` loads in any case. */
export function usePerson(id: number | null | undefined, anew = false): User | undefined {
  useEffect(() => {
    if (!id || requests.has(id) || (people.value.has(id) && !anew)) return
    const asked = refreshPerson(id)
      .catch(() => undefined)
      .finally(() => requests.delete(id))
    requests.set(id, asked)
  }, [id, anew])
  return id ? people.value.get(id) : undefined
}

export async function block(id: number): Promise<void> {
  await peopleDirectory.block(id)
  await refreshPerson(id)
}

export async function unblock(id: number): Promise<void> {
  await peopleDirectory.unblock(id)
  await refreshPerson(id)
}
