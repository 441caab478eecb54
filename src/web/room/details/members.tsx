/** The members of a group, with the actions of admins and the owner. */

import { useState } from 'preact/hooks'
import { useLocation } from 'preact-iso'
import type { Participant, Room, RoomSnapshot, User } from '../../../client'
import { manage, roomDirectory } from '../../chat'
import { Dialog } from '../../parts/dialog'
import { IconButton } from '../../parts/icon-button'
import { Menu, type MenuItem } from '../../parts/menu'
import { type Point, pointOf } from '../../parts/popover'
import { Rows } from '../../parts/rows'
import { attempt } from '../../parts/toasts'
import { PeoplePicker } from '../../people/people-picker'
import { PersonRow } from '../../people/person-row'
import { roomPath } from '../../routes'
import { t } from '../../words'
import { askToBan, askToRemove } from './confirmations'

export function Members({ room, snapshot }: { room: Room; snapshot: RoomSnapshot }) {
  const { members, online, me, room: detail } = snapshot
  const { route } = useLocation()
  const [menu, setMenu] = useState<{ at: Point; of: Participant } | null>(null)
  const [adding, setAdding] = useState(false)
  const role = detail?.myRole ?? 'member'

  function choicesFor(member: Participant): MenuItem[] {
    const talk: MenuItem = {
      label: t.people.message,
      icon: 'send',
      run: () => void attempt(async () => route(roomPath((await roomDirectory.direct(member.id)).id))),
    }
    const may = role === 'owner' || (role === 'admin' && member.role === 'member')
    if (!may || member.role === 'owner') return [talk]
    return [
      talk,
      ...(role === 'owner'
        ? [
            {
              label: member.role === 'admin' ? t.room.revokeAdmin : t.room.makeAdmin,
              icon: 'settings' as const,
              run: () => void attempt(() => manage(room).setAdmin(member.id, member.role !== 'admin')),
            },
          ]
        : []),
      { label: t.room.remove, icon: 'leave', danger: true, run: () => askToRemove(room, member) },
      { label: t.room.ban, icon: 'close', danger: true, run: () => askToBan(room, member) },
    ]
  }

  return (
    <section>
      <h3>
        {t.room.members(members.length)}
        {role !== 'member' && (
          <button type="button" class="link" onClick={() => setAdding(true)}>
            {t.room.addPeople}
          </button>
        )}
      </h3>
      <ul>
        <Rows items={members} keyOf={({ id }) => id}>
          {(member) => (
            <PersonRow
              person={member}
              online={online.includes(member.id)}
              more={member.role === 'member' ? undefined : t.room.roles[member.role]}
            >
              {member.id !== me && (
                <IconButton
                  icon="more"
                  label={t.room.moreAbout(member.fullName)}
                  onClick={(event) => setMenu({ at: pointOf(event), of: member })}
                />
              )}
            </PersonRow>
          )}
        </Rows>
      </ul>
      {menu && (
        <Menu at={menu.at} label={menu.of.fullName} choices={choicesFor(menu.of)} onClose={() => setMenu(null)} />
      )}
      {adding && <AddPeople room={room} members={members} onClose={() => setAdding(false)} />}
    </section>
  )
}

function AddPeople({ room, members, onClose }: { room: Room; members: readonly Participant[]; onClose: () => void }) {
  const [chosen, setChosen] = useState<User[]>([])
  const add = () =>
    attempt(async () => {
      await manage(room).addMembers(chosen.map(({ id }) => id))
      onClose()
    })
  return (
    <Dialog title={t.room.addPeople} onClose={onClose}>
      <PeoplePicker chosen={chosen} setChosen={setChosen} without={members.map(({ id }) => id)} />
      <button type="button" class="primary" disabled={chosen.length === 0} onClick={() => void add()}>
        {t.room.addPeople}
      </button>
    </Dialog>
  )
}
