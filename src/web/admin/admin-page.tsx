/** `/admin/`: the administration for staff. For other people the server's refusal is shown. */
import './admin.css'
import type { ComponentChildren } from 'preact'
import { useEffect } from 'preact/hooks'
import { Icon } from '../parts/icon'
import { Page } from '../parts/page'
import { AuditLog } from './audit-log'
import { LoadState } from './load-state'
import type { AdminStats } from './model'
import { People } from './people'
import { PersonDetail } from './person-detail'
import { type Resource, useResource } from './queries'
import { RoomDetail } from './room-detail'
import { Rooms } from './rooms'
import { Stats } from './stats'
import { words } from './words'

const SECTIONS = ['numbers', 'people', 'rooms', 'log'] as const
type Section = (typeof SECTIONS)[number]

const addressOf = (section: Section) => (section === 'numbers' ? '/admin/' : `/admin/${section}`)

export function AdminPage({ path }: { path: string }) {
  const stats = useResource<AdminStats>('/admin/stats/')
  const [name = '', id] = path.split('/')
  const section = SECTIONS.find((each) => each === name) ?? 'numbers'
  if (stats.error?.code === 'staff_only')
    return (
      <Frame>
        <div class="welcome">
          <h3>{words.notForYou}</h3>
          <p class="hint">{words.notForYouHint}</p>
          <a class="secondary" href="/">
            {words.home}
          </a>
        </div>
      </Frame>
    )
  return (
    <Frame>
      <nav class="sections" aria-label={words.title}>
        {SECTIONS.map((each) => (
          <a key={each} href={addressOf(each)} aria-current={each === section ? 'page' : undefined}>
            {words.sections[each]}
          </a>
        ))}
      </nav>
      {stats.value ? (
        <Shown key={path} section={section} id={id} stats={stats} />
      ) : (
        <LoadState error={stats.error} again={stats.again} />
      )}
    </Frame>
  )
}

function Shown({ section, id, stats }: { section: Section; id: string | undefined; stats: Resource<AdminStats> }) {
  // A new page starts at its top.
  useEffect(() => document.querySelector('.pane .scroll')?.scrollTo(0, 0), [])
  if (section === 'people') return id ? <PersonDetail id={Number(id)} /> : <People />
  if (section === 'rooms') return id ? <RoomDetail id={Number(id)} /> : <Rooms />
  if (section === 'log') return <AuditLog />
  return stats.value && <Stats stats={stats.value} at={stats.at} recount={stats.again} />
}

function Frame({ children }: { children: ComponentChildren }) {
  return (
    <div class="admin">
      <Page
        title={words.title}
        actions={
          <a class="secondary" href="/docs/" target="_blank" rel="noopener">
            <Icon name="link" />
            {words.explorer}
          </a>
        }
      >
        {children}
      </Page>
    </div>
  )
}
