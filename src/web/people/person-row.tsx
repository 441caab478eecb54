/** One person in a list, with what can be done about them; the face and the name lead to who it is. */
import type { ComponentChildren } from 'preact'
import { Avatar } from '../parts/avatar'
import { t } from '../words'
import { type PersonSummary, showCard } from './card'

interface Props {
  person: PersonSummary
  online?: boolean
  more?: ComponentChildren
  children?: ComponentChildren
}

export function PersonRow({ person, online = false, more, children }: Props) {
  return (
    <li class="person">
      <PersonButton person={person} class="who">
        <Avatar id={person.id} name={person.full_name} picture={person.profile_pic ?? null} online={online} />
        <span class="words">
          <b dir="auto">{person.full_name}</b>
          <span class="hint">{more ?? `@${person.username}`}</span>
        </span>
      </PersonButton>
      <span class="deeds">{children}</span>
    </li>
  )
}

interface ButtonProps {
  person: PersonSummary
  children: ComponentChildren
  class?: string
  /** A second way to the same card, beside a name that is one: for the pointer only. */
  again?: boolean
}

/** Opens somebody's card. */
export const PersonButton = ({ person, children, class: extra = '', again = false }: ButtonProps) => (
  <button
    type="button"
    class={`plain-button ${extra}`}
    title={t.people.about(person.full_name)}
    tabIndex={again ? -1 : undefined}
    aria-hidden={again ? true : undefined}
    onClick={() => showCard(person)}
  >
    {children}
  </button>
)
