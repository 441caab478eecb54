/** A forged `Host` reaches only its sender's own answers. */
import { env } from 'cloudflare:workers'
import { describe, expect, test } from 'vitest'
import { isOwnPage } from '../../src/api/middleware/origins'
import { settings } from '../../src/config'
import { png } from '../media/fixtures'
import {
  ask,
  cast,
  connect,
  done,
  type Frame,
  get,
  group,
  type Line,
  ORIGIN,
  type Someone,
  say,
  signUp,
  twice,
} from '../support/world'

const EVIL = 'http://evil.example'
const OTHER = 'https://chat.example'

const form = (fields: Record<string, string | Blob>): FormData => {
  const made = new FormData()
  for (const [name, value] of Object.entries(fields)) made.append(name, value)
  return made
}
const picture = () => new Blob([png()])

/** The three sockets of a person, opened at an origin. */
const listening = (who: Someone, room: Frame, origin: string, query = '?after=0'): Promise<Line[]> =>
  Promise.all([
    connect(who, `${origin}/ws/chat/${room.id}/${query}`),
    connect(who, `${origin}/ws/sidebar/${query}`),
    connect(who, `${origin}/ws/notifications/${query}`),
  ])

/** The origins of all URLs of images in what was told. */
const originsIn = (told: string[]): string[] => [
  ...new Set(told.flatMap((text) => [...text.matchAll(/"([^"]+)\/media\/\d/g)].map(([, origin = '']) => origin))),
]

/** Everything that somebody can do in a room and that others are told of, at another host. */
async function actAt(origin: string, eve: Someone, room: Frame, newcomer: Someone): Promise<void> {
  const { access: token } = eve
  const at = `${origin}/api/chatrooms/${room.id}/`
  await done(
    ask('PATCH', `${origin}/api/profile/`, { token, body: form({ first_name: 'Eve', profile_pic: picture() }) }),
  )
  await done(ask('PATCH', at, { token, body: form({ room_name: 'Hers', group_image: picture() }) }))
  const said = await done(ask('POST', `${at}messages/`, { token, body: form({ content: 'One', image: picture() }) }))
  await done(ask('PATCH', `${at}messages/${said.id}/`, { token, body: { content: 'Two' } }))
  await done(ask('PUT', `${at}messages/${said.id}/reactions/👍/`, { token }))
  await done(ask('POST', `${at}add_members/`, { token, body: { users: [newcomer.id] } }))
  await done(ask('POST', `${at}assign_admin/`, { token, body: { user_id: newcomer.id } }))
  await done(ask('POST', `${at}shareable_link/`, { token, body: {} }))
  const line = await connect(eve, `${origin}/ws/chat/${room.id}/?after=0`)
  await line.next('ready')
  line.send({ type: 'send_message', content: `At last, @${newcomer.username}` })
  await line.heard()
  line.close()
  await done(ask('DELETE', `${at}messages/${said.id}/`, { token }))
  await done(
    ask('POST', `${origin}/api/chatrooms/`, {
      token,
      body: form({ room_name: 'Another', participant_ids: String(newcomer.id), group_image: picture() }),
    }),
  )
}

/** People whose names nobody has had yet: the test runs twice. */
const strangers = (...names: string[]): Promise<Someone[]> =>
  Promise.all(names.map((name) => signUp(name + crypto.randomUUID().slice(0, 8))))

/** All that the person's own requests show of rooms and people. */
async function readAt(origin: string, who: Someone, room: Frame): Promise<string[]> {
  const at = `/api/chatrooms/${room.id}/`
  const paths = ['/api/chatrooms/', at, `${at}participants/`, `${at}messages/`, `${at}shareable_link/`, '/api/users/']
  const answers = await Promise.all(paths.map((path) => get(who, origin + path)))
  return answers.map(({ body, headers }) => JSON.stringify(body) + headers.get('Link'))
}

describe('a Host that its sender made up', () => {
  twice('[R6] is in no frame and no answer of anybody else', async (interlude) => {
    const [eve, ada, bob, late] = (await strangers('eve', 'ada', 'bob', 'late')) as [Someone, Someone, Someone, Someone]
    const room = await group(eve, [ada])
    const lines = {
      ada: [...(await listening(ada, room, ORIGIN)), ...(await listening(ada, room, ORIGIN, '?after=0&batch=1'))],
      elsewhere: await listening(ada, room, OTHER),
      bob: [await connect(bob, '/ws/sidebar/'), await connect(bob, '/ws/notifications/')],
    }
    await say(ada, room, 'Good evening.')
    await actAt(EVIL, eve, room, bob)
    await interlude()
    await actAt(EVIL, eve, room, late)
    const wire = async (which: Line[]) => {
      for (const line of which) await line.heard()
      return which.flatMap((line) => line.wire)
    }
    const told = { ada: await wire(lines.ada), elsewhere: await wire(lines.elsewhere), bob: await wire(lines.bob) }
    expect(originsIn(told.ada)).toEqual([ORIGIN])
    expect(originsIn(told.elsewhere)).toEqual([OTHER])
    expect(originsIn(told.bob)).toEqual([ORIGIN])
    const resumed = await wire(await listening(ada, room, ORIGIN))
    expect(originsIn(resumed)).toEqual([ORIGIN])
    const all = [...told.ada, ...told.elsewhere, ...told.bob, ...resumed, ...(await readAt(ORIGIN, ada, room))].join()
    expect(all).not.toContain('evil.example')
    expect(all).not.toContain('.invalid')
    // The sender's own answers show that it could have got there.
    expect(originsIn(await readAt(EVIL, eve, room))).toEqual([EVIL])
    for (const line of Object.values(lines).flat()) line.close()
  })

  test('[R6] names nothing where the public URL is set, not even to its sender', async () => {
    const { gus, hal } = await cast('gus', 'hal')
    const at = { PUBLIC_URL: OTHER }
    const asking = { token: gus.access, env: at }
    const { body: room } = await ask('POST', `${EVIL}/api/chatrooms/`, {
      ...asking,
      body: form({ room_name: 'Ours', participant_ids: String(hal.id), group_image: picture() }),
    })
    const { body: link } = await ask('POST', `${EVIL}/api/chatrooms/${room.id}/shareable_link/`, {
      ...asking,
      body: {},
    })
    expect(new URL(room.group_image).origin).toBe(OTHER)
    expect(new URL(link.link).origin).toBe(OTHER)
    for (const text of ['One', 'Two']) await say(gus, room, text)
    const page = await ask('GET', `${EVIL}/api/chatrooms/${room.id}/messages/?limit=1`, asking)
    expect(page.body.next).toMatch(/^https:\/\/chat\.example\/api\/chatrooms\/\d+\/messages\/\?limit=1&cursor=/)
    const people = await ask('GET', `${EVIL}/api/users/?limit=1`, asking)
    expect(people.headers.get('Link')).toContain(`<${OTHER}/api/users/`)
    const { body: schema } = await ask('GET', `${EVIL}/api/schema/`, asking)
    expect(schema.servers).toEqual([{ url: OTHER }])
  })

  test.each([
    'chat.example',
    'https://chat.example/chat/',
    'https://chat.example?',
    'ftp://chat.example',
    'https://user@chat.example',
    'https://',
  ])('PUBLIC_URL = %j is refused, in words', (PUBLIC_URL) => {
    expect(() => settings({ ...env, PUBLIC_URL })).toThrow('PUBLIC_URL must be')
  })

  test.each([
    ['https://chat.example', 'https://chat.example'],
    ['https://chat.example/', 'https://chat.example'],
    ['http://localhost:8787', 'http://localhost:8787'],
    ['', null],
  ])('PUBLIC_URL = %j means %j', (PUBLIC_URL, origin) => {
    expect(settings({ ...env, PUBLIC_URL }).PUBLIC_URL).toBe(origin)
  })
})

describe('a page of the origin that a request names as its host', () => {
  const deployed = (PUBLIC_URL = '') => settings({ ...env, ENVIRONMENT: 'production', PUBLIC_URL })

  test.each([
    ['http://evil.example', 'http://evil.example/ws/sidebar/'],
    ['https://evil.example', 'http://evil.example/ws/sidebar/'],
    ['http://localhost.evil.example', 'http://localhost.evil.example/ws/sidebar/'],
    ['http://127.0.0.1.evil.example', 'http://127.0.0.1.evil.example/ws/sidebar/'],
    ['http://parlour.test.example', 'http://parlour.test.example/ws/sidebar/'],
  ])('%s over %s is no page of a deployed server', (origin, url) => {
    expect(isOwnPage(origin, url, deployed())).toBe(false)
  })

  test.each([
    ['https://chat.example', 'https://chat.example/ws/sidebar/'],
    ['http://127.0.0.1:8787', 'http://127.0.0.1:8787/ws/sidebar/'],
    ['http://localhost:8787', 'http://localhost:8787/ws/sidebar/'],
    ['http://[::1]:8787', 'http://[::1]:8787/ws/sidebar/'],
  ])('%s over %s is one: nobody else has that host', (origin, url) => {
    expect(isOwnPage(origin, url, deployed())).toBe(true)
  })

  test('is one only at the public URL where that is set', () => {
    const set = deployed(OTHER)
    expect(isOwnPage(OTHER, `${EVIL}/ws/sidebar/`, set)).toBe(true)
    expect(isOwnPage(EVIL, `${EVIL}/ws/sidebar/`, set)).toBe(false)
    expect(isOwnPage('https://evil.example', 'https://evil.example/ws/sidebar/', set)).toBe(false)
    expect(isOwnPage(`${OTHER}:8443`, `${OTHER}/ws/sidebar/`, set)).toBe(false)
  })
})
