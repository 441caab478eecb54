/** Who the other person of each direct room is, as far as it has been seen: the list of rooms does not say. */
import { signal } from '@preact/signals'

const KEY = 'parlour:partners'

function kept(): Record<string, number> {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? '{}') as Record<string, number>
  } catch {
    return {}
  }
}

const partners = signal(kept())

export const partnerIn = (room: number): number | undefined => partners.value[room]

export function learnPartner(room: number, person: number): void {
  if (partners.peek()[room] === person) return
  partners.value = { ...partners.peek(), [room]: person }
  localStorage.setItem(KEY, JSON.stringify(partners.value))
}
