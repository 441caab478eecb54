/** Announces new messages to screen readers. */
import { useEffect, useState } from 'preact/hooks'
import type { Room } from '../../client'
import { plainText } from '../../markdown'
import { t } from '../words'

export function Announcer({ room }: { room: Room }) {
  const [said, setSaid] = useState('')
  useEffect(
    () =>
      room.on('message.new', ({ message }) => {
        if (!message.mine)
          setSaid(`${message.sender.fullName}: ${message.text ? plainText(message.text) : t.room.attachment}`)
      }),
    [room],
  )
  return (
    <p class="visually-hidden" aria-live="polite">
      {said}
    </p>
  )
}
