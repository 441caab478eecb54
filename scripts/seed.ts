/**
 * `npm run seed`: fills a development server with people who know each other, through its public API.
 *
 * Every step may be repeated: what is there already is left as it is, so that an interrupted seeding is finished by the
 * next. Without `--url` it is the local server's; `--when-empty` does nothing where anybody has made an account.
 */
import { parseArgs } from 'node:util'
import { png } from './painting.ts'
import { say, script, Trouble } from './steps.mjs'
import { ASKING, CHARACTERS, FRIENDS, STAFF, TALKS, type Talk, type Who } from './story.ts'
import { stopOnSignals } from './tether.mjs'
import { projectNode, quietly } from './wrangler.mjs'

/** What `/dev/demo/` says of a server. */
interface Demo {
  empty: boolean
  ready: boolean
  address: string
  password: string
  people: unknown[]
}

interface Account {
  id: number
  access: string
}

const FACE = 192
const PLACE = [480, 320] as const

const { values: options } = parseArgs({
  options: { url: { type: 'string' }, 'when-empty': { type: 'boolean', default: false } },
})
const url = options.url ?? `http://localhost:${process.env.PORT ?? 8787}`

class Refusal extends Error {
  readonly code: string

  constructor(what: string, status: number, text: string) {
    super(`${what} answered ${status}: ${text}`)
    this.code = (JSON.parse(text || '{}') as { code?: string }).code ?? ''
  }
}

/** @throws {Refusal} */
async function ask<T>(method: string, path: string, account?: Account, body?: object): Promise<T> {
  const isForm = body instanceof FormData
  const headers: Record<string, string> = { ...(body && !isForm ? { 'content-type': 'application/json' } : {}) }
  if (account) headers.authorization = `Bearer ${account.access}`
  const sent = isForm ? body : body ? JSON.stringify(body) : null
  const response = await fetch(`${url}${path}`, { method, headers, body: sent })
  const text = await response.text()
  if (!response.ok) throw new Refusal(`${method} ${path}`, response.status, text)
  return (text ? JSON.parse(text) : undefined) as T
}

/** Does something unless it has been done before. */
async function once<T>(done: string[], work: Promise<T>): Promise<T | undefined> {
  return work.catch((error: unknown) => {
    if (error instanceof Refusal && done.includes(error.code)) return undefined
    throw error
  })
}

function form(fields: Record<string, string | Blob>): FormData {
  const made = new FormData()
  for (const [name, value] of Object.entries(fields)) {
    if (value instanceof Blob) made.append(name, value, `${name}.png`)
    else made.append(name, value)
  }
  return made
}

async function enter(who: Who, { address, password }: Demo): Promise<Account> {
  const { name, bio, face } = CHARACTERS[who]
  const [first_name, last_name] = name.split(' ')
  const email = `${address}${who}@example.com`
  // Each name is their own, or with a digit behind it where somebody else has it.
  const register = (username: string) =>
    ask('POST', '/api/register/', undefined, { username, email, password, first_name, last_name })
  const made = await once(
    ['email_taken'],
    register(who).catch((error: unknown) => {
      if (error instanceof Refusal && error.code === 'username_taken') return register(`${who}.demo`)
      throw error
    }),
  )
  const { user, access } = await ask<{ user: { id: number; profile_pic: string | null }; access: string }>(
    'POST',
    '/api/login/',
    undefined,
    { identifier: email, password },
  )
  const account = { id: user.id, access }
  if (made || !user.profile_pic) {
    await ask('PATCH', '/api/profile/', account, form({ bio, profile_pic: png(FACE, FACE, face) }))
  }
  return account
}

type Cast = Record<Who, Account>

async function befriend(cast: Cast, [one, other]: readonly [Who, Who]): Promise<void> {
  const done = ['already_friends', 'already_requested']
  const request = await once(
    done,
    ask<{ id: number }>('POST', '/api/friend-requests/', cast[one], { to_user: cast[other].id }),
  )
  if (request) await ask('POST', `/api/friend-requests/${request.id}/accept/`, cast[other])
}

async function roomOf(cast: Cast, { people, group }: Talk): Promise<string> {
  const [first, ...others] = people
  const participant_ids = others.map((who) => cast[who].id)
  if (!group) {
    const { id } = await ask<{ id: number }>('POST', '/api/chatrooms/direct/', cast[first], {
      user_id: participant_ids[0],
    })
    return `/api/chatrooms/${id}/`
  }
  const search = encodeURIComponent(group.name)
  const { results } = await ask<{ results: { id: number }[] }>('GET', `/api/chatrooms/?search=${search}`, cast[first])
  const found = results[0]
  if (found) return `/api/chatrooms/${found.id}/`
  const made = await ask<{ id: number }>('POST', '/api/chatrooms/', cast[first], {
    room_name: group.name,
    description: group.about,
    participant_ids,
  })
  const room = `/api/chatrooms/${made.id}/`
  await ask('PATCH', room, cast[first], form({ group_image: png(FACE, FACE, group.picture) }))
  return room
}

async function tell(cast: Cast, talk: Talk): Promise<void> {
  const room = await roomOf(cast, talk)
  const told: number[] = []
  for (const [place, { who, text, before, answers, picture, liked = {} }] of talk.lines.entries()) {
    const image = picture && form({ image: png(...PLACE, picture.painting) })
    const uploaded = image && (await ask<{ id: string }>('POST', '/api/images/', cast[who], image))
    const { id } = await ask<{ id: number }>('POST', `${room}messages/`, cast[who], {
      content: before ?? text,
      // The same again is the same message.
      client_id: `demo-${place}`,
      ...(answers ? { reply_to: told[place - answers] } : {}),
      ...(uploaded ? { image_id: uploaded.id, image_alt: picture.shows } : {}),
    })
    told.push(id)
    if (before) await ask('PATCH', `${room}messages/${id}/`, cast[who], { content: text })
    for (const [by, emoji] of Object.entries(liked)) {
      await ask('PUT', `${room}messages/${id}/reactions/${encodeURIComponent(emoji)}/`, cast[by as Who])
    }
  }
  for (const who of talk.people) {
    const last = told.at(-1 - (talk.unread?.[who] ?? 0))
    if (last) await ask('POST', `${room}messages/${last}/mark_as_read/`, cast[who])
  }
  for (const who of talk.mutedBy ?? []) await ask('PATCH', `${room}me/`, cast[who], { muted: true })
  for (const who of talk.pinnedBy ?? []) await ask('PATCH', `${room}me/`, cast[who], { pinned: true })
}

/** Everything there is to tell, and last the rights of staff: with them the set is complete. */
async function seed(demo: Demo): Promise<void> {
  const names = Object.keys(CHARACTERS) as Who[]
  const cast = Object.fromEntries(
    await Promise.all(names.map(async (who) => [who, await enter(who, demo)] as const)),
  ) as Cast
  // Friends first, because a friendship makes a room; the last talk after the others, so that it tops the lists.
  for (const pair of FRIENDS) await befriend(cast, pair)
  await Promise.all(TALKS.slice(0, -1).map((talk) => tell(cast, talk)))
  for (const talk of TALKS.slice(-1)) await tell(cast, talk)
  for (const [from, to] of ASKING) {
    const body = { to_user: cast[to].id }
    await once(['already_friends', 'already_requested'], ask('POST', '/api/friend-requests/', cast[from], body))
  }
  const admin = new URL('admin.ts', import.meta.url).pathname
  const email = `${demo.address}${STAFF}@example.com`
  await quietly('Making one of them staff', projectNode(), [admin, 'staff', email, '--url', url])
}

stopOnSignals()
await script(async () => {
  const demo = await ask<Demo>('GET', '/dev/demo/').catch((error: unknown) => {
    if (error instanceof Refusal) {
      throw new Trouble(`${url} is not a development server.`, 'Demo accounts have a known password: only there.')
    }
    throw new Trouble(`No server answers at ${url}.`, 'Start one: npm start. Or name it: npm run seed -- --url …')
  })
  // One that was begun and interrupted is finished.
  const wanted = !options['when-empty'] || demo.empty || demo.people.length > 0
  if (demo.ready || !wanted) {
    if (!options['when-empty']) say('The demo accounts are there already.')
    return
  }
  const began = performance.now()
  await seed(demo)
  const took = ((performance.now() - began) / 1000).toFixed(1)
  say(`Demo   ${Object.keys(CHARACTERS).length} people to try it as, at the sign-in page (made in ${took} s)`)
})
