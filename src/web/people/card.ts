/** Whose card is open. The card itself is fetched when somebody wants one. */
import { signal } from '@preact/signals'

/** Enough of a person to show something before the rest has come. */
export interface PersonSummary {
  id: number
  username: string
  full_name: string
  profile_pic?: string | null
}

export const openCard = signal<PersonSummary | null>(null)

export const showCard = (person: PersonSummary): void => {
  openCard.value = person
}
