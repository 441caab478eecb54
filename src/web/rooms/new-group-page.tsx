/** The page that creates a group. */

import { useState } from 'preact/hooks'
import { useLocation } from 'preact-iso'
import type { User } from '../../client'
import { roomDirectory } from '../chat'
import { Field, Form, FormError, useAction } from '../parts/form'
import { Page } from '../parts/page'
import { PictureField } from '../parts/picture-field'
import { PeoplePicker } from '../people/people-picker'
import { roomPath } from '../routes'
import { t } from '../words'

export function NewGroupPage() {
  const { route } = useLocation()
  const { busy, error, run } = useAction()
  const [people, setPeople] = useState<User[]>([])
  const [picture, setPicture] = useState<File | null>(null)
  const words = t.group
  const create = ({ roomName = '', description = '' }: Record<string, string>) =>
    run(async () => {
      const group = { roomName, description, participantIds: people.map(({ id }) => id) }
      const room = await roomDirectory.create(picture ? { ...group, groupImage: picture } : group)
      route(roomPath(room.id))
    })
  return (
    <Page title={t.rooms.newGroup}>
      <Form onSubmit={(fields) => void create(fields)}>
        <PictureField id={0} name={t.rooms.newGroup} picture={null} onChoose={setPicture} />
        <Field first name="roomName" label={words.name} error={error} maxLength={100} />
        <Field name="description" label={words.about} hint={t.common.optional} error={error} maxLength={1000} />
        <h3>{words.people}</h3>
        <PeoplePicker chosen={people} setChosen={setPeople} />
        <p class="hint">{words.linkLater}</p>
        <FormError error={error} fields={['roomName', 'description']} />
        <button type="submit" class="primary" disabled={busy}>
          {words.create}
        </button>
      </Form>
    </Page>
  )
}
