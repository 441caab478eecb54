/** One conversation in the list. */
import { useEffect } from 'preact/hooks'
import type { RoomInList } from '../../client'
import { chat, useReadable } from '../chat'
import { draftOf } from '../drafts'
import { learnPartner, partnerIn } from '../partners'
import { Avatar } from '../parts/avatar'
import { Icon } from '../parts/icon'
import { roomAt } from '../place'
import { fullTime, shortTime } from '../times'
import { t } from '../words'
import { nameOf } from './order'

export function RoomRow({ room, current }: { room: RoomInList; current: boolean }) {
  const { presence, typing } = useReadable(chat.sidebar)
  const me = chat.auth.user?.id ?? 0
  const { last_message: last } = room
  const unread = current && document.hasFocus() ? 0 : room.unread_count
  const typists = (typing.get(room.id) ?? []).filter((id) => id !== me)
  const draft = current ? '' : draftOf(me, room.id)
  const partner = room.is_group ? undefined : partnerIn(room.id)
  const author = last?.sender
  useEffect(() => {
    if (!room.is_group && author !== undefined && author !== me) learnPartner(room.id, author)
  }, [room.id, room.is_group, author, me])

  return (
    <li>
      <a
        class={`room-row ${current ? 'current' : ''} ${unread > 0 ? 'unread' : ''} ${room.muted ? 'muted' : ''}`}
        href={roomAt(room.id)}
        aria-current={current ? 'page' : undefined}
      >
        <Avatar
          id={room.is_group ? room.id : (partner ?? room.id)}
          name={nameOf(room)}
          picture={room.group_image}
          online={partner !== undefined && presence.get(partner)?.online === true}
        />
        <span class="words">
          <span class="line">
            <b dir="auto">{nameOf(room)}</b>
            {room.muted && <Icon name="mute" />}
            {room.pinned && <Icon name="pin" />}
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
                  <em class="draft">{t.rooms.draft}:</em> {draft}
                </>
              ) : last ? (
                <>
                  {last.sender === me ? `${t.rooms.you}: ` : room.is_group ? `${last.sender_name}: ` : ''}
                  {last.content ?? last.text}
                </>
              ) : (
                t.rooms.noMessages
              )}
            </span>
            {unread > 0 && (
              <span class="count">
                {unread > 99 ? '99+' : unread}
                <span class="visually-hidden"> {t.rooms.unreadWord}</span>
              </span>
            )}
          </span>
        </span>
      </a>
    </li>
  )
}
