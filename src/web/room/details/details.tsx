/** The details panel of a room, with its settings. */

import { useState } from 'preact/hooks'
import { useLocation } from 'preact-iso'
import type { NotifyLevel, Room, RoomSnapshot } from '../../../client'
import { manage } from '../../chat'
import { Avatar } from '../../parts/avatar'
import { Dialog } from '../../parts/dialog'
import { Field, Form, FormError, useAction } from '../../parts/form'
import { Icon } from '../../parts/icon'
import { PictureField } from '../../parts/picture-field'
import { RadioGroup } from '../../parts/radio-group'
import { SidePanel } from '../../parts/side-panel'
import { StorageBar, useStorage } from '../../parts/storage-bar'
import { attempt } from '../../parts/toasts'
import { askToBlock } from '../../people/confirmations'
import { unblock, usePerson } from '../../people/people-cache'
import { t } from '../../words'
import { Bans } from './bans'
import { askToLeave } from './confirmations'
import { Members } from './members'
import { ShareLink } from './share-link'

const NOTIFY_LEVELS: NotifyLevel[] = ['all', 'mentions', 'nothing']

interface Props {
  room: Room
  snapshot: RoomSnapshot
  onClose: () => void
}

export function Details({ room, snapshot, onClose }: Props) {
  const { room: detail, members, me } = snapshot
  const [changing, setChanging] = useState(false)
  const [mine, setMine] = useState({ notify: detail?.notify ?? 'all', pinned: detail?.pinned ?? false })
  const partner = detail?.isGroup === false ? members.find(({ id }) => id !== me) : undefined
  const person = usePerson(partner?.id, true)
  if (!detail) return null
  const admin = detail.isGroup && detail.myRole !== 'member'
  const set = (changes: { notify?: NotifyLevel; pinned?: boolean }) =>
    void attempt(async () => {
      const { notify, pinned } = await room.setMine(changes)
      setMine({ notify, pinned })
    })
  const muted = mine.notify !== 'all'
  return (
    <SidePanel title={t.room.details} onClose={onClose}>
      <div class="portrait">
        <Avatar large id={partner?.id ?? detail.id} name={detail.chatName} picture={detail.groupImage} />
        <h3 dir="auto">{detail.chatName}</h3>
        {partner && (
          <p class="hint" dir="auto">
            @{partner.username}
          </p>
        )}
        {person?.bio && (
          <p class="bio" dir="auto">
            {person.bio}
          </p>
        )}
        {detail.description && <p dir="auto">{detail.description}</p>}
        {admin && (
          <button type="button" class="link" onClick={() => setChanging(true)}>
            {t.room.change}
          </button>
        )}
      </div>
      <div class="switches">
        <button
          type="button"
          class="secondary"
          aria-pressed={muted}
          onClick={() => set({ notify: muted ? 'all' : 'mentions' })}
        >
          <Icon name="mute" />
          {muted ? t.room.unmute : t.room.mute}
        </button>
        <button
          type="button"
          class="secondary"
          aria-pressed={mine.pinned}
          onClick={() => set({ pinned: !mine.pinned })}
        >
          <Icon name="pin" />
          {mine.pinned ? t.room.unpin : t.room.pin}
        </button>
      </div>
      <RadioGroup
        legend={t.alerts.ofRoom}
        options={NOTIFY_LEVELS}
        chosen={mine.notify}
        nameOf={(level) => t.alerts.notify[level]}
        choose={(notify) => set({ notify })}
      />
      {(admin || partner) && <RoomStorage id={room.id} />}
      {detail.isGroup && <Members room={room} snapshot={snapshot} />}
      {admin && <ShareLink room={room} members={members.length} />}
      {admin && <Bans room={room} members={members.length} />}
      {partner &&
        (person?.blocked ? (
          <button type="button" class="secondary" onClick={() => void attempt(() => unblock(partner.id))}>
            {t.people.unblock}
          </button>
        ) : (
          <button type="button" class="danger" onClick={() => askToBlock(partner)}>
            {t.people.block}
          </button>
        ))}
      {detail.isGroup && detail.myRole !== 'owner' && (
        <button type="button" class="danger" onClick={() => askToLeave(room, detail.chatName)}>
          <Icon name="leave" />
          {t.room.leave}
        </button>
      )}
      {detail.isGroup && detail.myRole === 'owner' && <DeleteRoom room={room} name={detail.chatName} />}
      {changing && (
        <EditRoom
          room={room}
          name={detail.roomName}
          about={detail.description}
          picture={detail.groupImage}
          onClose={() => setChanging(false)}
        />
      )}
    </SidePanel>
  )
}

interface ChangeProps {
  room: Room
  name: string
  about: string
  picture: string | null
  onClose: () => void
}

function EditRoom({ room, name, about, picture, onClose }: ChangeProps) {
  const { busy, error, run } = useAction()
  const [file, setFile] = useState<File | null>(null)
  const save = ({ roomName = '', description = '' }: Record<string, string>) =>
    run(async () => {
      await manage(room).update(file ? { roomName, description, groupImage: file } : { roomName, description })
      onClose()
    })
  return (
    <Dialog title={t.room.change} onClose={onClose}>
      <Form onSubmit={(fields) => void save(fields)}>
        <PictureField id={room.id} name={name} picture={picture} onChoose={setFile} />
        <Field first name="roomName" label={t.group.name} defaultValue={name} error={error} maxLength={100} />
        <Field name="description" label={t.group.about} defaultValue={about} error={error} maxLength={1000} />
        <FormError error={error} fields={['roomName', 'description']} />
        <button type="submit" class="primary" disabled={busy}>
          {t.common.save}
        </button>
      </Form>
    </Dialog>
  )
}

/** The storage use of the room, shown only near the quota. */
function RoomStorage({ id }: { id: number }) {
  const use = useStorage(`/chatrooms/${id}/storage/`)
  return use && use.level !== 'ok' ? <StorageBar use={use} advice={t.storage.room} /> : null
}

function DeleteRoom({ room, name }: { room: Room; name: string }) {
  const { route } = useLocation()
  const [asking, setAsking] = useState(false)
  return (
    <>
      <button type="button" class="danger" onClick={() => setAsking(true)}>
        <Icon name="trash" />
        {t.room.end}
      </button>
      {asking && (
        <Dialog title={t.room.end} onClose={() => setAsking(false)}>
          <p>{t.room.endHint(name)}</p>
          <button
            type="button"
            class="danger"
            onClick={() =>
              void attempt(() =>
                manage(room)
                  .deleteRoom()
                  .then(() => route('/')),
              )
            }
          >
            {t.room.end}
          </button>
        </Dialog>
      )}
    </>
  )
}
