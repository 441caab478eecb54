/** One account, and what staff can do about it. */
import { useState } from 'preact/hooks'
import { chat, useReadable } from '../chat'
import { Avatar } from '../parts/avatar'
import { Confirm } from '../parts/confirm'
import { toast } from '../parts/toasts'
import { sizeOf } from '../sizes'
import { fullTime, sinceThen } from '../times'
import type { AdminUser, AuditEntry } from './answers'
import { useList, useOne } from './asking'
import { Fact } from './fact'
import { Listing } from './listing'
import { Entry } from './log'
import { Tags } from './tags'
import { Trouble } from './trouble'
import { words } from './words'

export function PersonDetail({ id }: { id: number }) {
  const me = useReadable(chat.auth)
  const { value: person, error, again, set } = useOne<AdminUser>(`/admin/users/${id}/`)
  const deeds = useList<AuditEntry>('/admin/audit/', { user: id })
  const [asking, setAsking] = useState(false)
  if (!person) return <Trouble error={error} again={again} />
  const said = words.people
  const change = async () => {
    const changed = await chat.api.post<AdminUser>(`/admin/users/${id}/${person.disabled ? 'enable' : 'disable'}/`)
    set(changed)
    deeds.again()
    toast(changed.disabled ? said.isDisabled(changed.full_name) : said.isEnabled(changed.full_name))
  }
  return (
    <>
      <header class="subject">
        <Avatar large id={id} name={person.full_name} picture={person.profile_pic} online={person.online_status} />
        <div>
          <h3 dir="auto">{person.full_name}</h3>
          <p class="hint">@{person.username}</p>
          <Tags person={person} />
        </div>
      </header>
      <dl class="facts">
        <Fact name={said.email}>
          {person.email} <span class="hint">({person.email_verified ? said.verified : said.unverified})</span>
        </Fact>
        <Fact name={said.since}>{fullTime(person.created_at)}</Fact>
        <Fact name={said.seen}>{person.online_status ? said.now : sinceThen(person.last_seen)}</Fact>
        <Fact name={said.code}>{person.login_otp ? said.yes : said.no}</Fact>
        <Fact name={said.stored}>{sizeOf(person.stored_bytes)}</Fact>
        {person.disabled_at && <Fact name={said.disabledSince}>{fullTime(person.disabled_at)}</Fact>}
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
        <h3>{said.deeds}</h3>
        <Listing
          list={deeds}
          label={said.deeds}
          empty={said.noDeeds}
          row={(entry) => <Entry key={entry.id} entry={entry} />}
        />
      </section>
      {asking && (
        <Confirm
          title={person.disabled ? said.enableTitle(person.full_name) : said.disableTitle(person.full_name)}
          hint={person.disabled ? said.enableHint : said.disableHint}
          deed={person.disabled ? said.enable : said.disable}
          danger={!person.disabled}
          run={change}
          onClose={() => setAsking(false)}
        />
      )}
    </>
  )
}
