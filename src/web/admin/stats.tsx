/** Figures of the whole deployment. */
import type { ComponentChildren } from 'preact'
import { formatBytes } from '../sizes'
import { clockTime, fullTime } from '../times'
import { locale } from '../words'
import type { AdminStats } from './model'
import { StorageRanking } from './storage-ranking'
import { words } from './words'

const number = new Intl.NumberFormat(locale)

export function Stats({ stats, at, recount }: { stats: AdminStats; at: Date; recount: () => void }) {
  const { users, rooms, sessions, friendships, blocks, storage, pending } = stats
  const said = words.numbers
  return (
    <>
      <dl class="tiles">
        <Tile name={said.people} value={users.total}>
          {number.format(users.online)} {said.online}
          <br />
          {number.format(users.newThisWeek)} {said.newThisWeek}
        </Tile>
        <Tile name={said.rooms} value={rooms.total}>
          {number.format(rooms.groups)} {said.groups}
          <br />
          {number.format(rooms.direct)} {said.direct}
        </Tile>
        <Tile name={said.sessions} value={sessions.live}>
          {said.sessionsHint}
        </Tile>
        <Tile name={said.friendships} value={friendships}>
          {number.format(blocks)} {said.blocks}
        </Tile>
      </dl>
      <div class="breakdowns">
        <Breakdown
          title={said.accounts}
          rows={[
            [said.verified, users.verified],
            [said.staff, users.staff],
            [said.disabled, users.disabled],
            [said.erased, users.erased],
          ]}
        />
        <Breakdown
          title={said.conversations}
          rows={[
            [said.newRooms, rooms.newThisWeek],
            [said.deleted, rooms.deleted],
          ]}
        />
        <Breakdown
          title={said.storage}
          rows={[
            [said.uploads, formatBytes(storage.peopleBytes)],
            [said.inRooms, formatBytes(storage.roomsBytes)],
            [said.peopleNear, storage.peopleNear],
            [said.roomsNear, storage.roomsNear],
          ]}
        />
        <Breakdown
          title={said.pending}
          rows={[
            [said.sweptAt, pending.sweptAt ? fullTime(pending.sweptAt) : said.none],
            [said.overdueSince, pending.overdueSince ? fullTime(pending.overdueSince) : said.none],
          ]}
        />
        <StorageRanking />
      </div>
      <p class="hint">
        {said.at(clockTime(at.toISOString()))}{' '}
        <button type="button" class="link" onClick={recount}>
          {said.recount}
        </button>
      </p>
    </>
  )
}

function Tile({ name, value, children }: { name: string; value: number; children: ComponentChildren }) {
  return (
    <div class="tile">
      <dt>{name}</dt>
      <dd>
        <b>{number.format(value)}</b>
        <span class="hint">{children}</span>
      </dd>
    </div>
  )
}

function Breakdown({ title, rows }: { title: string; rows: [name: string, value: number | string][] }) {
  return (
    <section>
      <h3>{title}</h3>
      <dl class="facts">
        {rows.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{typeof value === 'number' ? number.format(value) : value}</dd>
          </div>
        ))}
      </dl>
    </section>
  )
}
