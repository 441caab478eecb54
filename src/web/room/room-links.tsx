/** The rooms that a text names after a #: links for whoever is in them, else the words as they are. */
import { chat, useReadable } from '../chat'
import { roomAt } from '../place'
import { roomsIn } from './named-rooms'

export function RoomLinks({ text }: { text: string }) {
  const { rooms } = useReadable(chat.sidebar)
  return (
    <>
      {roomsIn(text, rooms).map((part, place) =>
        typeof part === 'string' ? (
          part
        ) : (
          // biome-ignore lint/suspicious/noArrayIndexKey: a text does not change its order
          <a key={place} class="mention" href={roomAt(part.id)}>
            #{part.room_name}
          </a>
        ),
      )}
    </>
  )
}
