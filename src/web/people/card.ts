/** The open profile card. Its component is loaded when it is first shown. */
import { signal } from '@preact/signals'

/** Enough of a person to show a card before the profile has loaded. */
export interface PersonSummary {
  id: number
  username: string
  fullName: string
  profilePic?: string | null
}

export const openCard = signal<PersonSummary | null>(null)

export const showCard = (person: PersonSummary): void => {
  openCard.value = person
}
