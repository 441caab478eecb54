/** The audit log. */

import { fullTime, shortTime } from '../times'
import { Listing } from './listing'
import type { AuditEntry } from './model'
import { useList } from './queries'
import { words } from './words'

export function AuditLog() {
  const list = useList<AuditEntry>('/admin/audit/')
  return (
    <>
      <p class="hint">{words.log.hint}</p>
      <Listing
        list={list}
        label={words.sections.log}
        empty={words.log.empty}
        row={(entry) => <AuditRow key={entry.id} entry={entry} />}
      />
    </>
  )
}

export function AuditRow({ entry: { timestamp, action, actor, user, roomId, detail } }: { entry: AuditEntry }) {
  return (
    <li class="entry">
      <span class="words">
        <span>
          {actor ? <Account {...actor} /> : <b>{words.log.operator}</b>} {words.log.actions[action]}{' '}
          {user && <Account {...user} />}
          {roomId !== null && words.log.room(roomId)}
        </span>
        {detail && (
          <span class="hint" dir="auto">
            {detail}
          </span>
        )}
      </span>
      <time class="hint" dateTime={timestamp} title={fullTime(timestamp)}>
        {shortTime(timestamp)}
      </time>
    </li>
  )
}

const Account = ({ id, username }: { id: number; username: string }) => <a href={`/admin/people/${id}`}>@{username}</a>
