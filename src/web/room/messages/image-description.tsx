/** The dialog for the description of an image on the user's own message. */
import type { Room, RoomMessage } from '../../../client'
import { Dialog } from '../../parts/dialog'
import { Field, Form, FormError, useAction } from '../../parts/form'
import { t } from '../../words'
import { maxAltLength } from '../composer/draft-attachments'

interface Props {
  room: Room
  message: RoomMessage
  onClose: () => void
}

export function ImageDescription({ room, message, onClose }: Props) {
  const { busy, error, run } = useAction()
  const save = ({ imageAlt = '' }: Record<string, string>) =>
    run(async () => {
      if (message.id !== null) await room.describe(message.id, imageAlt.trim())
      onClose()
    })
  return (
    <Dialog title={t.room.describe} onClose={onClose}>
      <Form onSubmit={(fields) => void save(fields)}>
        <Field
          first
          name="imageAlt"
          label={t.room.alt}
          defaultValue={message.imageAlt ?? ''}
          error={error}
          maxLength={maxAltLength()}
        />
        <FormError error={error} fields={['imageAlt']} />
        <button type="submit" class="primary" disabled={busy}>
          {t.common.save}
        </button>
      </Form>
    </Dialog>
  )
}
