/** What can be done about a message that was not sent. */
import type { RoomMessage } from '../../client'
import { t } from '../words'
import { refusalSaid } from '../words/server'
import { copy, type Deeds } from './deeds'

export function Failure({ message, deeds }: { message: RoomMessage; deeds: Deeds }) {
  const { content, error } = message
  return (
    <p class="failure" role="alert">
      <span>{error ? refusalSaid(error) : t.room.failed}</span>
      <button type="button" class="link" onClick={() => deeds.retry(message)}>
        {t.room.retry}
      </button>
      <button type="button" class="link" onClick={() => deeds.discard(message)}>
        {t.room.discard}
      </button>
      {content && (
        <button type="button" class="link" onClick={() => copy(content)}>
          {t.room.copy}
        </button>
      )}
    </p>
  )
}
