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
  const save = ({ image_alt = '' }: Record<string, string>) =>
    run(async () => {
      if (message.id !== null) await room.describe(message.id, image_alt.trim())
      onClose()
    })
  return (
    <Dialog title={t.room.describe} onClose={onClose}>
      <Form onSubmit={(fields) => void save(fields)}>
        <Field
          first
          name="image_alt"
          label={t.room.alt}
          defaultValue={message.image_alt ?? ''}
          error={error}
          maxLength={maxAltLength()}
        />
        <FormError error={error} fields={['image_alt']} />
        <button type="submit" class="primary" disabled={busy}>
          {t.common.save}
        </button>
      </Form>
    </Dialog>
  )
}
