/** The notice in place of the composer in a room where the user cannot write. */
import { signal } from '@preact/signals'
import type { ComponentChild } from 'preact'
import type { RoomSnapshot, User } from '../../client'
import { chat } from '../chat'
import { attempt } from '../parts/toasts'
import { unblock } from '../people/people-cache'
import { t } from '../words'

/** Groups that the user has left on this page. */
const leftRooms = signal<ReadonlySet<number>>(new Set())

chat.on('room.added', ({ room }) => {
  if (leftRooms.value.has(room.id)) leftRooms.value = new Set([...leftRooms.value].filter((id) => id !== room.id))
})

export async function leaveRoom(id: number): Promise<void> {
  await chat.room(id).leave()
  leftRooms.value = new Set([...leftRooms.value, id])
}

interface Props {
  snapshot: RoomSnapshot
  /** The peer of a direct room, from the directory. */
  partner: User | undefined
}

/** Null if the user can write. */
export function readOnlyNotice({ snapshot, partner }: Props): ComponentChild {
  const { room, connection } = snapshot
  const over = connection.status === 'closed' ? connection.reason : null
  const name = room?.chatName ?? ''
  if (over === 'removed')
    return <p>{room && leftRooms.value.has(room.id) ? t.room.youLeft(name) : t.room.youAreOut(name)}</p>
  if (over === 'gone') return <p>{t.room.wasDeleted(name)}</p>
  if (!room || room.isGroup) return null
  if (room.partnerId === null) return <p>{t.room.partnerGone}</p>
  if (!partner?.blocked) return null
  return (
    <>
      <p>{t.room.youBlocked(partner.fullName)}</p>
      <button type="button" class="link" onClick={() => void attempt(() => unblock(partner.id))}>
        {t.people.unblock}
      </button>
    </>
  )
}
