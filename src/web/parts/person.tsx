/** One person in a list, with what can be done about them. */
import type { ComponentChildren } from 'preact'
import { Avatar } from './avatar'

interface Props {
  person: { id: number; full_name: string; username: string; profile_pic?: string | null }
  online?: boolean
  more?: ComponentChildren
  children?: ComponentChildren
}

export function Person({ person, online = false, more, children }: Props) {
  return (
    <li class="person">
      <Avatar id={person.id} name={person.full_name} picture={person.profile_pic ?? null} online={online} />
      <span class="words">
        <b dir="auto">{person.full_name}</b>
        <span class="hint">{more ?? `@${person.username}`}</span>
      </span>
      <span class="deeds">{children}</span>
    </li>
  )
}
