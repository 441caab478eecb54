/** Whose card is open. The card itself is fetched when somebody wants one. */
import { signal } from '@preact/signals'

/** Enough of a person to show something before the rest has come. */
export interface Known {
  id: number
  username: string
  full_name: string
  profile_pic?: string | null
}

export const cardOf = signal<Known | null>(null)

export const showCard = (person: Known): void => {
  cardOf.value = person
}
