/** One account, with the actions of staff. */
import { useState } from 'preact/hooks'
import { chat, useReadable } from '../chat'
import { Avatar } from '../parts/avatar'
import { Confirm } from '../parts/confirm'
import { toast } from '../parts/toasts'
import { formatBytes } from '../sizes'
import { fullTime, relativeTime } from '../times'
import { AuditRow } from './audit-log'
import { Fact } from './fact'
import { Listing } from './listing'
import { LoadState } from './load-state'
import type { AdminUser, AuditEntry } from './model'
import { useList, useResource } from './queries'
import { Tags } from './tags'
import { words } from './words'

export function PersonDetail({ id }: { id: number }) {
  const me = useReadable(chat.auth)
  const { value: person, error, again, set } = useResource<AdminUser>(`/admin/users/${id}/`)
  const auditLog = useList<AuditEntry>('/admin/audit/', { user: id })
  const [asking, setAsking] = useState(false)
  if (!person) return <LoadState error={error} again={again} />
  const said = words.people
  const change = async () => {
    const changed = await chat.api.post<AdminUser>(`/admin/users/${id}/${person.disabled ? 'enable' : 'disable'}/`)
    set(changed)
    auditLog.again()
    toast(changed.disabled ? said.isDisabled(changed.fullName) : said.isEnabled(changed.fullName))
  }
  return (
    <>
      <header class="subject">
        <Avatar large id={id} name={person.fullName} picture={person.profilePic} online={person.onlineStatus} />
        <div>
          <h3 dir="auto">{person.fullName}</h3>
          <p class="hint">@{person.username}</p>
          <Tags person={person} />
        </div>
      </header>
      <dl class="facts">
        <Fact name={said.email}>
          {person.email} <span class="hint">({person.emailVerified ? said.verified : said.unverified})</span>
        </Fact>
        <Fact name={said.since}>{fullTime(person.createdAt)}</Fact>
        <Fact name={said.seen}>{person.onlineStatus ? said.now : relativeTime(person.lastSeen)}</Fact>
        <Fact name={said.code}>{person.loginOtp ? said.yes : said.no}</Fact>
        <Fact name={said.stored}>{formatBytes(person.storedBytes)}</Fact>
        {person.disabledAt && <Fact name={said.disabledSince}>{fullTime(person.disabledAt)}</Fact>}
        <Fact name={said.id}>{id}</Fact>
      </dl>
      {me?.id === id ? (
        <p class="hint">{said.yourself}</p>
      ) : (
        <div>
          <button
            type="button"
            class={person.disabled ? 'secondary' : 'secondary danger'}
            onClick={() => setAsking(true)}
          >
            {person.disabled ? said.enable : said.disable}
          </button>
        </div>
      )}
      <section>
        <h3>{said.entries}</h3>
        <Listing
          list={auditLog}
          label={said.entries}
          empty={said.noEntries}
          row={(entry) => <AuditRow key={entry.id} entry={entry} />}
        />
      </section>
      {asking && (
        <Confirm
          title={person.disabled ? said.enableTitle(person.fullName) : said.disableTitle(person.fullName)}
          hint={person.disabled ? said.enableHint : said.disableHint}
          confirmLabel={person.disabled ? said.enable : said.disable}
          danger={!person.disabled}
          run={change}
          onClose={() => setAsking(false)}
        />
      )}
    </>
  )
}
