/** The app: the entrance, or the room list with one page beside it. */

import { useEffect } from 'preact/hooks'
import { LocationProvider, useLocation } from 'preact-iso'
import { accounts, chat, useReadable } from './chat'
import { ConnectionBanner } from './connection-banner'
import { isDemoTab } from './demo/tab'
import { Entrance } from './entrance/entrance'
import { useAlerts } from './notifications/alerts'
import { NotificationsPage } from './notifications/notifications-page'
import { OpenConfirmation } from './parts/confirm'
import { ErrorBoundary } from './parts/error-boundary'
import { Lazy } from './parts/lazy'
import { Toasts, useToastKey } from './parts/toasts'
import { openCard } from './people/card'
import { PeoplePage } from './people/people-page'
import { RoomPage } from './room/room-page'
import { JoinPage } from './rooms/join-page'
import { NewGroupPage } from './rooms/new-group-page'
import { RoomList } from './rooms/room-list'
import { Welcome } from './rooms/welcome'
import { type Route, routeOf } from './routes'
import { SearchPage } from './search/search-page'
import { Shortcuts } from './shortcuts'
import { t } from './words'

const adminPage = () => import('./admin/admin-page').then(({ AdminPage }) => AdminPage)
const settingsPage = () => import('./settings/settings-page').then(({ SettingsPage }) => SettingsPage)
const profileCard = () => import('./people/profile-card').then(({ ProfileCard }) => ProfileCard)
const demoStrip = () => import('./demo/demo-banner').then(({ DemoBanner: DemoStrip }) => DemoStrip)

export function App() {
  const me = useReadable(chat.auth)
  const id = me?.id
  useToastKey()
  useEffect(() => {
    if (id === undefined) return
    localStorage.setItem('parlour:known', '1')
    chat.connect()
    // The stored profile gets old: rights change, and the URL of the picture expires.
    void accounts.profile().catch(() => undefined)
  }, [id])
  return (
    <LocationProvider>
      <ErrorBoundary of={me?.id}>{me ? <Main key={me.id} me={me.id} /> : <Entrance />}</ErrorBoundary>
      <ErrorBoundary>
        <OpenConfirmation />
        <Toasts />
      </ErrorBoundary>
    </LocationProvider>
  )
}

function Main({ me }: { me: number }) {
  const { path } = useLocation()
  const place = routeOf(path)
  const current = place.page === 'room' ? place.room : null
  useTitle()
  useAlerts(me, current)
  return (
    <div class={`app ${place.page === 'home' ? 'at-home' : 'at-page'}`}>
      <ErrorBoundary>
        <ConnectionBanner />
      </ErrorBoundary>
      <ErrorBoundary>
        <RoomList current={current} page={place.page} />
      </ErrorBoundary>
      <main class="pane">
        {/* A narrow screen hides the list and its heading. */}
        <h1 class="visually-hidden narrow-only">{t.app}</h1>
        <ErrorBoundary of={path}>
          <Page place={place} />
        </ErrorBoundary>
      </main>
      <ErrorBoundary>
        <Shortcuts />
      </ErrorBoundary>
      <ErrorBoundary of={openCard.value}>{openCard.value && <Lazy load={profileCard} props={{}} />}</ErrorBoundary>
      {isDemoTab && <Lazy load={demoStrip} props={{}} />}
    </div>
  )
}

function Page({ place }: { place: Route }) {
  switch (place.page) {
    case 'room':
      return <RoomPage key={place.room} id={place.room} target={place.message} />
    case 'join':
      return <JoinPage key={place.code} code={place.code} />
    case 'people':
      return <PeoplePage />
    case 'notifications':
      return <NotificationsPage />
    case 'settings':
      return <Lazy load={settingsPage} props={{}} />
    case 'search':
      return <SearchPage />
    case 'new-group':
      return <NewGroupPage />
    case 'admin':
      return <Lazy load={adminPage} props={{ path: place.path }} />
    default:
      return <Welcome />
  }
}

/** Shows the number of unread messages in the title of the page and on its icon. */
function useTitle(): void {
  const { unreadTotal } = useReadable(chat.roomList)
  useEffect(() => {
    document.title = unreadTotal > 0 ? `(${unreadTotal}) ${t.app}` : t.app
    const icon = document.querySelector<HTMLLinkElement>('link[rel=icon]')
    if (icon) icon.href = unreadTotal > 0 ? '/icon-unread.svg' : '/icon.svg'
    return () => {
      document.title = t.app
    }
  }, [unreadTotal])
}
