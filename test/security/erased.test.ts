/**
 * S16: somebody who did everything that leaves a name somewhere erases their account. Afterwards no store has a name, an
 * address, a profile text or a picture of theirs: not the directory, not any actor of anybody, not R2.
 */
import { listDurableObjectIds, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, test } from 'vitest'
import { jpeg } from '../media/fixtures'
import { PASSWORD } from '../support/api'
import { eventually } from '../support/eventually'
import { promote } from '../support/staff'
import {
  ask,
  atRest,
  cast,
  direct,
  done,
  enter,
  get,
  group,
  openFeed,
  openSidebar,
  post,
  type Someone,
  say,
  sidebarActor,
  signUp,
} from '../support/world'

/** Words that stand nowhere but in what the person is called and says of themselves. */
const WORDS = { username: 'zzcanary', first: 'Zzfirst', last: 'Zzlast', bio: 'Zzbio', email: 'zzmail' }
const TRACES = Object.values(WORDS).map((word) => word.toLowerCase())

const ACTORS = {
  room: env.ROOMS,
  sidebar: env.SIDEBARS,
  feed: env.FEEDS,
  uploads: env.UPLOADS,
  budget: env.BUDGETS,
} as unknown as Record<string, DurableObjectNamespace>

const TABLES = `SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE '%VIRTUAL%'
  AND name NOT LIKE '\\_cf%' ESCAPE '\\' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'`

/** Every row of every store, by where it stands. */
async function stores(): Promise<Map<string, string>> {
  const found = new Map<string, string>()
  const { results: tables } = await env.DIRECTORY.prepare(TABLES).all<{ name: string }>()
  // What a development server mails is kept as it was sent; a deployed build has no such table's rows.
  for (const { name } of tables.filter((table) => table.name !== 'dev_mail')) {
    const { results } = await env.DIRECTORY.prepare(`SELECT * FROM "${name}"`).all()
    for (const row of results) found.set(`directory, ${name} ${found.size}`, JSON.stringify(row))
  }
  for (const [kind, namespace] of Object.entries(ACTORS)) {
    for (const id of await listDurableObjectIds(namespace)) {
      const rows = await runInDurableObject(namespace.get(id), (_, { storage }) =>
        storage.sql
          .exec<{ name: string }>(TABLES)
          .toArray()
          .flatMap(({ name }) =>
            storage.sql
              .exec(`SELECT * FROM "${name}"`)
              .toArray()
              .map(
                (row) =>
                  `${name} ${JSON.stringify(row, (_, value) => (value instanceof ArrayBuffer ? new TextDecoder().decode(value) : value))}`,
              ),
          ),
      )
      for (const row of rows) found.set(`${kind}, ${found.size}`, row)
    }
  }
  for (const { key, customMetadata, httpMetadata } of (await env.MEDIA.list()).objects) {
    const bytes = new TextDecoder().decode(await (await env.MEDIA.get(key))?.arrayBuffer())
    found.set(`R2, ${key}`, JSON.stringify([key, customMetadata, httpMetadata, bytes]))
  }
  return found
}

/** Everything of the person in the stores. */
async function traces(more: string[]): Promise<string[]> {
  const found: string[] = []
  for (const [where, text] of await stores()) {
    const folded = text.toLowerCase()
    const words = [...TRACES, ...more].filter((word) => folded.includes(word))
    if (words.length > 0) found.push(`${where.replace(/ ?\d+$/, '')}: ${words.join()} in ${text.slice(0, 300)}`)
  }
  return found
}

let canary: Someone
let picture: string
let company: Record<'friend' | 'asker' | 'asked' | 'owner' | 'sleeper' | 'staff' | 'blocker', Someone>

beforeAll(async () => {
  company = await cast('friend', 'asker', 'asked', 'owner', 'sleeper', 'staff', 'blocker')
  const { friend, asker, asked, owner, sleeper, staff, blocker } = company
  canary = await signUp(WORDS.username, { email: `${WORDS.email}@parlour.test` })
  await promote(staff)
  const form = new FormData()
  form.append('first_name', WORDS.first)
  form.append('last_name', WORDS.last)
  form.append('bio', WORDS.bio)
  form.append('profile_pic', new Blob([jpeg()]), 'me.jpg')
  const profile = await done(ask('PATCH', '/api/profile/', { token: canary.access, body: form }))
  picture = (new URL(profile.profile_pic).pathname.split('/').at(-1) ?? '').toLowerCase()
  const request = (from: Someone, to: Someone) => done(post(from, '/api/friend-requests/', { to_user: to.id }))
  await done(post(canary, `/api/friend-requests/${(await request(friend, canary)).id}/accept/`))
  await done(post(owner, `/api/friend-requests/${(await request(canary, owner)).id}/accept/`))
  await request(asker, canary)
  await request(canary, asked)
  const rejected = await request(canary, blocker)
  await done(post(blocker, `/api/friend-requests/${rejected.id}/reject/`))

  const mine = await group(canary, [friend, sleeper, blocker])
  await done(post(canary, `/api/chatrooms/${mine.id}/assign_admin/`, { user_id: sleeper.id }))
  await done(post(canary, `/api/chatrooms/${mine.id}/bans/`, { user_id: blocker.id }))
  const theirs = await group(owner, [canary, friend, sleeper], { room_name: '' })
  const banning = await group(owner, [canary, friend])
  const left = await group(owner, [canary, friend])
  for (const room of [mine, theirs, banning, left]) {
    const text = `Look, @${friend.username} @${sleeper.username}`
    const message = await say(canary, room, text)
    await say(canary, room, 'And once more.', { reply_to: message.id })
    await done(
      post(
        owner === company.owner && room !== mine ? owner : friend,
        `/api/chatrooms/${room.id}/messages/${message.id}/mark_as_read/`,
      ),
    )
    const reply = await say(friend, room, 'Yes?', { reply_to: message.id })
    await done(
      ask('PUT', `/api/chatrooms/${room.id}/messages/${reply.id}/reactions/${encodeURIComponent('👍')}/`, {
        token: canary.access,
      }),
    )
  }
  await done(post(owner, `/api/chatrooms/${banning.id}/bans/`, { user_id: canary.id }))
  await done(post(canary, `/api/chatrooms/${left.id}/leave_room/`))
  await done(post(owner, `/api/chatrooms/${left.id}/add_members/`, { users: [canary.id] }))
  // Somebody who left one of theirs is asked back by them.
  await done(post(friend, `/api/chatrooms/${mine.id}/leave_room/`))
  await done(post(canary, `/api/chatrooms/${mine.id}/add_members/`, { users: [friend.id] }))
  for (const other of [friend, sleeper]) await say(canary, await direct(canary, other), 'Just us.')
  await done(post(blocker, `/api/users/${canary.id}/block/`))
  await done(post(canary, '/api/socket-ticket/'))
  await done(post(staff, '/api/notifications/', { user_id: canary.id, message: 'Hello.' }))
  await done(post(staff, `/api/admin/users/${canary.id}/enable/`))
  await promote(canary)
  await done(post(canary, '/api/notifications/', { user_id: sleeper.id, message: 'From staff.' }))
  await done(post(canary, '/api/admin/invites/', {}))
  const lines = [await openSidebar(canary), await openFeed(canary), await enter(canary, mine), await openFeed(friend)]
  await atRest(mine, theirs, banning, left)
  for (const line of lines) line.close()
})

describe('an erased account', () => {
  test('was found before in every kind of store, or its absence shows nothing', async () => {
    const found = await traces([picture])
    const kinds = new Set(found.map((each) => each.split(',')[0]))
    expect([...kinds].sort()).toEqual(['R2', 'directory', 'feed', 'room', 'sidebar', 'uploads'])
  })

  test('is found nowhere', async () => {
    await done(ask('DELETE', '/api/profile/', { token: canary.access, body: { password: PASSWORD } }))
    await eventually(async () => {
      await runDurableObjectAlarm(sidebarActor(canary))
      for (const id of await listDurableObjectIds(env.ROOMS)) await runDurableObjectAlarm(env.ROOMS.get(id))
      for (const id of await listDurableObjectIds(env.SIDEBARS)) await runDurableObjectAlarm(env.SIDEBARS.get(id))
      expect(await traces([picture])).toEqual([])
    })
    const { body } = await get(company.sleeper, '/api/notifications/')
    expect(body.length).toBeGreaterThan(2)
    expect(JSON.stringify(body).toLowerCase()).not.toMatch(new RegExp(TRACES.join('|')))
  })
})
