/** Tags of an account: staff, disabled. */
import type { AdminUser } from './model'
import { words } from './words'

export function Tags({ person }: { person: AdminUser }) {
  return (
    <span class="tags">
      {person.isStaff && <span class="tag">{words.people.staff}</span>}
      {person.disabled && <span class="tag bad">{words.people.disabled}</span>}
    </span>
  )
}
