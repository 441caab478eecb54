/** The dialog with the readers of the user's own message. */
import { useEffect, useState } from 'preact/hooks'
import type { Participant, ReadStatus, Room, RoomMessage } from '../../../client'
import { readersOf } from '../../../client/history'
import { Dialog } from '../../parts/dialog'
import { Rows } from '../../parts/rows'
import { attempt } from '../../parts/toasts'
import { PersonRow } from '../../people/person-row'
import { fullTime, relativeTime } from '../../times'
import { t } from '../../words'

interface Props {
  room: Room
  message: RoomMessage
  members: readonly Participant[]
  onClose: () => void
}

export function Readers({ room, message, members, onClose }: Props) {
  const [readers, setReaders] = useState<readonly ReadStatus[]>(message.readStatuses)
  useEffect(() => {
    void attempt(async () => {
      if (message.id !== null) setReaders(await readersOf(room, message.id))
    })
  }, [room, message.id])
  return (
    <Dialog title={t.room.readBy} onClose={onClose}>
      {readers.length === 0 ? (
        <p class="hint">{t.room.readByNobody}</p>
      ) : (
        <ul>
          <Rows items={readers} keyOf={({ user }) => user.id}>
            {({ user, timestamp }) => (
              <PersonRow person={members.find(({ id }) => id === user.id) ?? { ...user, fullName: user.username }}>
                <time class="hint" dateTime={timestamp} title={fullTime(timestamp)}>
                  {relativeTime(timestamp)}
                </time>
              </PersonRow>
            )}
          </Rows>
        </ul>
      )}
    </Dialog>
  )
}
