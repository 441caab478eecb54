/** The app: the entrance, or the conversations with one page beside them. */

import { useEffect } from 'preact/hooks'
import { LocationProvider, useLocation } from 'preact-iso'
import { useAlerts } from './alerts/alerts'
import { chat, useReadable } from './chat'
import { ConnectionBanner } from './connection-banner'
import { isDemoTab } from './demo/tab'
import { Entrance } from './entrance/entrance'
import { Keys } from './keys'
import { NotificationsPage } from './notifications-page'
import { Asking } from './parts/asking'
import { Boundary } from './parts/boundary'
import { Later } from './parts/later'
import { Toasts, useToastKey } from './parts/toasts'
import { cardOf } from './people/card'
import { PeoplePage } from './people/people-page'
import { type Place, placeOf } from './place'
import { RoomPage } from './room/room-page'
import { JoinPage } from './rooms/join-page'
import { NewGroupPage } from './rooms/new-group-page'
import { RoomList } from './rooms/room-list'
import { Welcome } from './rooms/welcome'
import { SearchPage } from './search/search-page'
import { useTitle } from './title'
import { t } from './words'

const adminPage = () => import('./admin/admin-page').then(({ AdminPage }) => AdminPage)
const settingsPage = () => import('./settings/settings-page').then(({ SettingsPage }) => SettingsPage)
const profileCard = () => import('./people/profile-card').then(({ ProfileCard }) => ProfileCard)
const demoStrip = () => import('./demo/strip').then(({ DemoStrip }) => DemoStrip)

export function App() {
  const me = useReadable(chat.auth)
  const id = me?.id
  useToastKey()
  useEffect(() => {
    if (id === undefined) return
    localStorage.setItem('parlour:known', '1')
    chat.connect()
    // What is kept of oneself ages: rights are given and taken, and the address of one's picture expires.
    void chat.auth.profile().catch(() => undefined)
  }, [id])
  return (
    <LocationProvider>
      <Boundary of={me?.id}>{me ? <Main key={me.id} me={me.id} /> : <Entrance />}</Boundary>
      <Boundary>
        <Asking />
        <Toasts />
      </Boundary>
    </LocationProvider>
  )
}

function Main({ me }: { me: number }) {
  const { path } = useLocation()
  const place = placeOf(path)
  const current = place.page === 'room' ? place.room : null
  useTitle()
  useAlerts(me, current)
  return (
    <div class={`app ${place.page === 'home' ? 'at-home' : 'at-page'}`}>
      <Boundary>
        <ConnectionBanner />
      </Boundary>
      <Boundary>
        <RoomList current={current} page={place.page} />
      </Boundary>
      <main class="pane">
        {/* On a narrow screen the list is away, and its heading with it. */}
        <h1 class="visually-hidden narrow-only">{t.app}</h1>
        <Boundary of={path}>
          <Page place={place} />
        </Boundary>
      </main>
      <Boundary>
        <Keys />
      </Boundary>
      <Boundary of={cardOf.value}>{cardOf.value && <Later load={profileCard} given={{}} />}</Boundary>
      {isDemoTab && <Later load={demoStrip} given={{}} />}
    </div>
  )
}

function Page({ place }: { place: Place }) {
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
      return <Later load={settingsPage} given={{}} />
    case 'search':
      return <SearchPage />
    case 'new-group':
      return <NewGroupPage />
    case 'admin':
      return <Later load={adminPage} given={{ path: place.path }} />
    default:
      return <Welcome />
  }
}
