/** The list of rooms, with the navigation above it. */

import { useEffect, useState } from 'preact/hooks'
import { useLocation } from 'preact-iso'
import type { Notification } from '../../client'
import { chat, feed, useReadable } from '../chat'
import { keyName } from '../keyboard'
import { saveRoomList, useOffline, useSavedRoomList } from '../offline/saved-rooms'
import { Avatar } from '../parts/avatar'
import { Icon } from '../parts/icon'
import { IconButton } from '../parts/icon-button'
import { Menu } from '../parts/menu'
import { type Point, pointOf } from '../parts/popover'
import { Rows } from '../parts/rows'
import type { Route } from '../routes'
import { t } from '../words'
import { pinnedFirst } from './order'
import { RoomRow } from './room-row'
import { switcherOpen } from './switcher'

export function RoomList({ current, page }: { current: number | null; page: Route['page'] }) {
  const me = useReadable(chat.auth)
  const list = useReadable(chat.roomList)
  const { unread, notifications } = useReadable(feed)
  const { route } = useLocation()
  const [menu, setMenu] = useState<Point | null>(null)
  const isOffline = useOffline()
  const isMissing = list.loading && list.rooms.length === 0
  const kept = useSavedRoomList(isMissing && isOffline)
  const rooms = pinnedFirst(isMissing ? (kept ?? []) : list.rooms)
  useEffect(() => {
    if (!list.loading) saveRoomList(list.rooms)
  }, [list.loading, list.rooms])
  return (
    <nav class="rooms" aria-label={t.rooms.title}>
      <header class="bar">
        <a class="me" href="/settings" aria-label={t.settings.title} title={t.settings.title}>
          <Avatar id={me?.id ?? 0} name={me?.fullName ?? ''} picture={me?.profilePic ?? null} />
        </a>
        <h1>{t.app}</h1>
        <IconButton icon="people" label={t.nav.people} href="/people" class={page === 'people' ? 'here' : ''} />
        <IconButton
          icon="bell"
          label={t.nav.notifications}
          href="/notifications"
          badge={unread}
          class={page === 'notifications' ? 'here' : ''}
        />
        <IconButton icon="group" label={t.rooms.start} onClick={(event) => setMenu(pointOf(event))} />
      </header>
      <button type="button" class="find" onClick={() => (switcherOpen.value = true)}>
        <Icon name="search" />
        <span>{t.switcher.title}</span>
        <kbd>{keyName('Ctrl K')}</kbd>
      </button>
      <ul class="scroll">
        {list.loading && rooms.length === 0 && SKELETONS}
        <Rows items={rooms} keyOf={({ id }) => id}>
          {(room) => (
            <RoomRow room={room} current={room.id === current} mentions={mentionsIn(room.id, notifications)} />
          )}
        </Rows>
        {!list.loading && rooms.length === 0 && <li class="hint none">{t.rooms.empty}</li>}
        {list.hasOlder && rooms.length > 0 && (
          <li class="none">
            <button type="button" class="link" onClick={() => void chat.roomList.loadOlder().catch(() => undefined)}>
              {t.rooms.more}
            </button>
          </li>
        )}
      </ul>
      {page === 'home' && !list.loading && rooms.length === 0 && (
        <div class="first-steps narrow-only">
          <p class="hint">{t.rooms.emptyHint}</p>
          <a class="primary" href="/people">
            {t.rooms.findPeople}
          </a>
          <a class="secondary" href="/groups/new">
            {t.rooms.newGroup}
          </a>
        </div>
      )}
      {menu && (
        <Menu
          at={menu}
          label={t.rooms.start}
          onClose={() => setMenu(null)}
          choices={[
            { label: t.rooms.findPeople, icon: 'people', run: () => route('/people') },
            { label: t.rooms.newGroup, icon: 'group', run: () => route('/groups/new') },
            { label: t.search.title, icon: 'search', run: () => route('/search') },
            ...(me?.isStaff ? [{ label: t.about.admin, icon: 'settings' as const, run: () => route('/admin/') }] : []),
          ]}
        />
      )}
    </nav>
  )
}

/** Unread mentions in a room. Reading the room marks them as read. */
const mentionsIn = (room: number, notifications: readonly Notification[]): number =>
  notifications.filter(
    ({ roomId, notificationType, isRead }) => roomId === room && notificationType === 'mention' && !isRead,
  ).length

const SKELETONS = [1, 2, 3, 4, 5].map((n) => (
  <li key={n} class="skeleton room-row" aria-hidden="true">
    <i class="avatar" />
    <span>
      <i />
      <i />
    </span>
  </li>
))
