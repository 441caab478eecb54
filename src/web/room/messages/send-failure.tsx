/** The reason why a message was not sent, with its actions. */
import type { RoomMessage } from '../../../client'
import { t } from '../../words'
import { refusalText } from '../../words/server'
import { copyText, type MessageActions } from './message-actions'

export function SendFailure({ message, actions }: { message: RoomMessage; actions: MessageActions }) {
  const { text, error } = message
  return (
    <p class="failure" role="alert">
      <span>{error ? refusalText(error) : t.room.failed}</span>
      <button type="button" class="link" onClick={() => actions.retry(message)}>
        {t.room.retry}
      </button>
      <button type="button" class="link" onClick={() => actions.discard(message)}>
        {t.room.discard}
      </button>
      {text && (
        <button type="button" class="link" onClick={() => copyText(text)}>
          {t.room.copy}
        </button>
      )}
    </p>
  )
}
