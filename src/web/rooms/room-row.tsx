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
  const { presence, typing } = useReadable(chat.roomList)
  const me = chat.auth.user?.id ?? 0
  const { lastMessage: last } = room
  const unread = current && document.hasFocus() ? 0 : room.unreadCount
  const typists = (typing.get(room.id) ?? []).filter((id) => id !== me)
  const draft = current ? '' : draftOf(me, room.id)
  const partner = room.partnerId
  const online = partner !== null && presence.get(partner)?.online === true

  return (
    <li>
      <a
        class={`room-row ${current ? 'current' : ''} ${unread > 0 ? 'unread' : ''} ${room.muted ? 'muted' : ''}`}
        href={roomPath(room.id)}
        aria-current={current ? 'page' : undefined}
      >
        <Avatar id={partner ?? room.id} name={roomName(room)} picture={room.groupImage} online={online} />
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
            <time dateTime={room.lastActivity} title={fullTime(room.lastActivity)}>
              {shortTime(room.lastActivity)}
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
                  {last.senderId === me ? `${t.rooms.you}: ` : room.isGroup ? `${last.senderName}: ` : ''}
                  {last.text === null ? last.preview : plainText(last.text)}
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
