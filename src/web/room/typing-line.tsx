/** The names of typing members. */
import type { RoomSnapshot } from '../../client'
import { t } from '../words'

export function TypingLine({ snapshot }: { snapshot: RoomSnapshot }) {
  const names = snapshot.typing
    .filter(({ id }) => id !== snapshot.me)
    .map(({ id, username }) => snapshot.members.find((member) => member.id === id)?.fullName || username)
  return <p class="typing">{names.length > 0 ? t.rooms.typing(names) : ''}</p>
}
