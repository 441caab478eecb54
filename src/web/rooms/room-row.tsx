/** One room in the list. */
import type { RoomInList } from '../../client'
import { plainText } from '../../markdown'
import { chat, useReadable } from '../chat'
import { draftOf } from '../drafts'
import { Avatar } from '../parts/avatar'
import { Icon } from '../parts/icon'
import { roomPath } from '../routes'
import { fullTime, shortTime } from '../times'
import { t } from '../words'
import { roomName } from './order'

interface Props {
  room: RoomInList
  current: boolean
  /** The number of unread messages that mention the user. */
  mentions: number
}

export function RoomRow({ room, current, mentions }: Props) {
  const { presence, typing } = useReadable(chat.sidebar)
  const me = chat.auth.user?.id ?? 0
  const { last_message: last } = room
  const unread = current && document.hasFocus() ? 0 : room.unread_count
  const typists = (typing.get(room.id) ?? []).filter((id) => id !== me)
  const draft = current ? '' : draftOf(me, room.id)
  const partner = room.partner_id
  const online = partner !== null && presence.get(partner)?.online === true

  return (
    <li>
      <a
        class={`room-row ${current ? 'current' : ''} ${unread > 0 ? 'unread' : ''} ${room.muted ? 'muted' : ''}`}
        href={roomPath(room.id)}
        aria-current={current ? 'page' : undefined}
      >
        <Avatar id={partner ?? room.id} name={roomName(room)} picture={room.group_image} online={online} />
        <span class="words">
          <span class="line">
            <b dir="auto">{roomName(room)}</b>
            {online && <Unseen text={t.room.isOnline} />}
            {room.muted && (
              <>
                <Icon name="mute" />
                <Unseen text={t.rooms.muted} />
              </>
            )}
            {room.pinned && (
              <>
                <Icon name="pin" />
                <Unseen text={t.rooms.pinned} />
              </>
            )}
            <time dateTime={room.last_activity} title={fullTime(room.last_activity)}>
              {shortTime(room.last_activity)}
            </time>
          </span>
          <span class="line">
            <span class="last" dir="auto">
              {typists.length > 0 ? (
                <em>{t.rooms.isTyping}</em>
              ) : draft ? (
                <>
                  <em class="draft">{t.rooms.draft}:</em> {plainText(draft)}
                </>
              ) : last ? (
                <>
                  {last.sender === me ? `${t.rooms.you}: ` : room.is_group ? `${last.sender_name}: ` : ''}
                  {last.content === null ? last.text : plainText(last.content)}
                </>
              ) : (
                t.rooms.noMessages
              )}
            </span>
            {unread > 0 && mentions > 0 && (
              <span class="count naming" title={t.rooms.mentions(mentions)}>
                <span aria-hidden="true">@{mentions}</span>
                <Unseen text={t.rooms.mentions(mentions)} />
              </span>
            )}
            {unread > 0 && (
              <span class="count">
                {unread > 99 ? '99+' : unread}
                <Unseen text={t.rooms.unreadWord} />
              </span>
            )}
          </span>
        </span>
      </a>
    </li>
  )
}

/** Text for screen readers in place of an icon. */
const Unseen = ({ text }: { text: string }) => <span class="visually-hidden"> {text}</span>
