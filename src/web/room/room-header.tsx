/** The header of a room: name, presence and buttons. */
import type { Participant, RoomSnapshot } from '../../client'
import { Avatar } from '../parts/avatar'
import { IconButton } from '../parts/icon-button'
import { relativeTime } from '../times'
import { t } from '../words'

export type OpenPanel = 'nothing' | 'details' | 'search'

interface Props {
  snapshot: RoomSnapshot
  partner: Participant | undefined
  name: string
  side: OpenPanel
  setSide: (side: OpenPanel) => void
}

export function RoomHeader({ snapshot, partner, name, side, setSide }: Props) {
  const { room, members, online } = snapshot
  const there = partner !== undefined && online.includes(partner.id)
  const toggle = (wanted: OpenPanel) => () => setSide(side === wanted ? 'nothing' : wanted)
  return (
    <header class="bar">
      <IconButton icon="back" label={t.room.back} href="/" class="narrow-only" />
      {room ? (
        <button type="button" class="who" onClick={toggle('details')} aria-expanded={side === 'details'}>
          <Avatar id={partner?.id ?? room.id} name={name} picture={room.groupImage} online={there} />
          <span>
            <h2 dir="auto">{name}</h2>
            <span class="hint">
              {room.isGroup
                ? online.length > 0
                  ? `${t.room.members(members.length)} · ${t.room.online(online.length)}`
                  : t.room.members(members.length)
                : there
                  ? t.room.isOnline
                  : partner
                    ? t.room.lastSeen(relativeTime(partner.lastSeen))
                    : ''}
            </span>
          </span>
        </button>
      ) : (
        <span class="who skeleton">
          <i class="avatar" />
          <span>
            <i />
          </span>
        </span>
      )}
      <IconButton icon="search" label={t.room.searchHere} pressed={side === 'search'} onClick={toggle('search')} />
      <IconButton icon="info" label={t.room.details} pressed={side === 'details'} onClick={toggle('details')} />
    </header>
  )
}
