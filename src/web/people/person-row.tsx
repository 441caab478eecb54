/** One person in a list, with actions. The avatar and the name open the profile card. */
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
        <Avatar id={person.id} name={person.fullName} picture={person.profilePic ?? null} online={online} />
        <span class="words">
          <b dir="auto">{person.fullName}</b>
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
  /** True for a second button to the same card, which only the pointer can use. */
  again?: boolean
}

/** A button that opens a person's profile card. */
export const PersonButton = ({ person, children, class: extra = '', again = false }: ButtonProps) => (
  <button
    type="button"
    class={`plain-button ${extra}`}
    title={t.people.about(person.fullName)}
    tabIndex={again ? -1 : undefined}
    aria-hidden={again ? true : undefined}
    onClick={() => showCard(person)}
  >
    {children}
  </button>
)
