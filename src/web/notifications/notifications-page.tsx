/** The page of notifications. */
import { useLocation } from 'preact-iso'
import type { Notification } from '../../client'
import { plainText } from '../../markdown'
import { feed, useReadable } from '../chat'
import { Avatar } from '../parts/avatar'
import { IconButton } from '../parts/icon-button'
import { Page } from '../parts/page'
import { Rows } from '../parts/rows'
import { attempt } from '../parts/toasts'
import { usePerson } from '../people/people-cache'
import { PersonButton } from '../people/person-row'
import { notificationPath } from '../routes'
import { fullTime, relativeTime } from '../times'
import { t } from '../words'
import { notificationText } from '../words/server'

export function NotificationsPage() {
  const { notifications, unread, hasOlder, loading } = useReadable(feed)
  const { route } = useLocation()
  const open = (notification: Notification) => {
    if (!notification.isRead) void attempt(() => feed.markRead(notification.id))
    route(notificationPath(notification))
  }
  return (
    <Page
      title={t.nav.notifications}
      actions={
        unread > 0 && (
          <button type="button" class="link" onClick={() => void attempt(() => feed.markAllRead())}>
            {t.notifications.readAll}
          </button>
        )
      }
    >
      <ul class="notifications">
        <Rows items={notifications} keyOf={({ id }) => id}>
          {(notification) => (
            <li class={notification.isRead ? '' : 'unread'}>
              <Face of={notification} />
              <button type="button" class="what" onClick={() => open(notification)}>
                <span class="words">
                  <span dir="auto">{notificationText(notification)}</span>
                  {notification.text && (
                    <span class="hint" dir="auto">
                      {plainText(notification.text)}
                    </span>
                  )}
                  <time class="hint" dateTime={notification.timestamp} title={fullTime(notification.timestamp)}>
                    {relativeTime(notification.timestamp)}
                  </time>
                </span>
              </button>
              <IconButton
                icon="close"
                label={t.notifications.remove}
                onClick={() => void attempt(() => feed.remove(notification.id))}
              />
            </li>
          )}
        </Rows>
      </ul>
      {!loading && notifications.length === 0 && <p class="hint none">{t.notifications.empty}</p>}
      {hasOlder && (
        <button type="button" class="secondary" onClick={() => void attempt(() => feed.loadOlder())}>
          {t.notifications.more}
        </button>
      )}
    </Page>
  )
}

/** The avatar of the sender, or of the app if there is no sender. */
function Face({ of: { sender, senderId } }: { of: Notification }) {
  const person = usePerson(senderId)
  if (senderId === null) return <Avatar id={0} name={t.app} picture={null} />
  const name = person?.fullName ?? sender ?? ''
  return (
    <PersonButton person={person ?? { id: senderId, fullName: name, username: name }}>
      <Avatar id={senderId} name={name} picture={person?.profilePic ?? null} />
      <span class="visually-hidden">{t.people.about(name)}</span>
    </PersonButton>
  )
}
