/** Erasing an account: messages stay without an author, and everything else of the person is gone. */
import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { afterEach, describe, expect, it, test, vi } from 'vitest'
import { CLOSE, TIMES } from '../../src/config'
import { eraseAccount } from '../../src/directory/accounts/erasure'
import { ERASED_NAME, LIMITS, newId, type Participant } from '../../src/protocol'
import type { Room } from '../../src/room/room'
import { png } from '../media/fixtures'
import { PASSWORD } from '../support/api'
import {
  type Answer,
  ask,
  atRest,
  direct,
  done,
  enter,
  type Frame,
  feedActor,
  forward,
  get,
  group,
  type Interlude,
  openFeed,
  openSidebar,
  patch,
  pause,
  post,
  presentTime,
  remove,
  roomActor,
  type Someone,
  say,
  sidebarActor,
  signIn,
  signUp,
  tryConnect,
  twice,
} from '../support/world'

afterEach(() => {
  presentTime()
  vi.restoreAllMocks()
})

/** Stands in every name of whoever is erased here, so that what is left of them can be looked for. */
const CANARY = 'canary'

let count = 0
const canary = (more: object = {}) => {
  const name = `${CANARY}${++count}`
  return signUp(name, { first_name: `${name}-first`, last_name: `${name}-last`, ...more })
}

const erase = (who: Someone, password: unknown = PASSWORD): Promise<Answer> =>
  ask('DELETE', '/api/profile/', { token: who.access, body: { password } })

/** Rings the sidebar's alarm by hand until it owes nothing. */
async function followed(who: Someone, interlude: Interlude = async () => {}): Promise<void> {
  for (let rounds = 0; rounds < 20; rounds++) {
    await pause(30)
    await interlude()
    if (!(await runDurableObjectAlarm(sidebarActor(who)))) return
  }
  throw new Error('The sidebar never comes to rest')
}

/** Every text in an actor's tables. */
function texts(stub: DurableObjectStub): Promise<string> {
  return runInDurableObject(stub, (_, { storage }) => {
    const tables = storage.sql
      .exec<{ name: string }>(
        `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'search%' AND name NOT LIKE '\\_cf%' ESCAPE '\\'`,
      )
      .toArray()
    return JSON.stringify(tables.map(({ name }) => storage.sql.exec(`SELECT * FROM "${name}"`).toArray()))
  })
}

/** Every text in the directory's tables, but for the mails that a development server shows as they were sent. */
async function directory(): Promise<string> {
  const { results: tables } = await env.DIRECTORY.prepare(
    `SELECT name FROM sqlite_master WHERE type = 'table' AND name <> 'dev_mail' AND name NOT LIKE '\\_cf%' ESCAPE '\\'`,
  ).all<{ name: string }>()
  const rows = await Promise.all(tables.map(({ name }) => env.DIRECTORY.prepare(`SELECT * FROM "${name}"`).all()))
  return JSON.stringify(rows.map(({ results }) => results))
}

const names = (people: Participant[]) => people.map(({ username }) => username)

describe('erasing an account', () => {
  twice('closes its sockets, takes its names away and leaves what it said by nobody', async (interlude) => {
    const who = await canary()
    const { friend, other } = await castOf('friend', 'other')
    const room = await group(friend, [who, other])
    const pair = await direct(friend, who)
    await say(who, room, 'I was here.')
    await say(who, pair, 'Just us.')
    await done(post(friend, '/api/friend-requests/', { to_user: who.id }))
    await done(post(other, `/api/users/${who.id}/block/`))
    const phone = await signIn(who)
    const mine = [await enter(who, room), await openSidebar(who), await openFeed(phone), await enter(phone, pair)]
    const theirs = await enter(friend, room)
    const list = await openSidebar(friend)
    expect(await directory()).toContain(who.username)
    expect(await texts(roomActor(room))).toContain(who.username)
    await interlude()

    const answer = await erase(who)
    expect([answer.status, answer.body]).toEqual([204, null])
    // Closed by the erasure itself: by the next answer all are.
    await get(friend, '/api/profile/')
    expect(mine.map(({ ended }) => ended?.code)).toEqual(mine.map(() => CLOSE.sessionEnded))
    await followed(who, interlude)

    // Those who look see it live: the name first, then the going, then the last line of their list.
    expect((await theirs.next('member_updated')).user).toMatchObject({ id: who.id, username: ERASED_NAME })
    expect((await theirs.next('member_removed')).user).toEqual({
      id: who.id,
      username: ERASED_NAME,
      full_name: ERASED_NAME,
      profile_pic: null,
      is_bot: false,
    })
    const shown = await list.next(
      'last_message_updated',
      ({ last_message }) => last_message?.sender_name === ERASED_NAME,
    )
    expect(shown.last_message.text).toMatch(/I was here|Just us/)
    theirs.close()
    list.close()
    await interlude()

    const [message] = (await get(friend, `/api/chatrooms/${room.id}/messages/`)).body.results
    expect(message).toMatchObject({
      content: 'I was here.',
      sender: { id: who.id, username: ERASED_NAME, full_name: ERASED_NAME, profile_pic: null, is_bot: false },
    })
    expect(names((await get(friend, `/api/chatrooms/${room.id}/participants/`)).body)).not.toContain(ERASED_NAME)
    expect((await get(friend, `/api/users/${who.id}/`)).status).toBe(404)
    expect((await get(friend, `/api/users/?search=${who.username}`)).body).toEqual([])

    await atRest(room, pair)
    for (const kept of [
      await directory(),
      ...(await Promise.all([room, pair].map((each) => texts(roomActor(each))))),
    ]) {
      expect(kept).not.toContain(who.username)
    }
    for (const actor of [sidebarActor(who), feedActor(who), sidebarActor(friend)]) {
      expect(await texts(actor)).not.toContain(who.username)
    }
    // The username is blocked for a while and free afterwards.
    await expect(signUp(who.username)).rejects.toThrow('username_taken')
    forward(LIMITS.usernameRestDays * 24 * 60 * 60 * 1_000)
    expect((await signUp(who.username)).id).not.toBe(who.id)
    presentTime()
  })

  it('ends every way in', async () => {
    const who = await canary()
    const room = await group(who, [])
    const { ticket } = (await post(who, '/api/socket-ticket/')).body
    expect((await erase(who)).status).toBe(204)
    expect((await get(who, '/api/profile/')).body.code).toBe('session_ended')
    expect((await erase(who)).body.code).toBe('session_ended')
    expect((await ask('POST', '/api/token/refresh/', { body: { refresh: who.refresh } })).status).toBe(401)
    for (const identifier of [who.username, who.email]) {
      const login = await ask('POST', '/api/login/', { body: { identifier, password: PASSWORD } })
      expect(login.body.code).toBe('wrong_credentials')
    }
    for (const path of [`/ws/chat/${room.id}/`, '/ws/sidebar/', '/ws/notifications/']) {
      expect(await tryConnect(who, path)).toMatchObject({ status: 401 })
      expect(await tryConnect({ ...who, access: '' }, `${path}?ticket=${ticket}`)).toMatchObject({ status: 401 })
    }
  })

  it.each([
    ['the wrong password', 'not this one', 'invalid'],
    ['no password', undefined, 'invalid'],
    ['something that is no password', { $ne: null }, 'invalid'],
  ])('does nothing with %s', async (_, password, code) => {
    const who = await canary()
    const { status, body } = await erase(who, password ?? null)
    expect([status, body.code]).toEqual([400, code])
    expect(body.password).toEqual([expect.any(String)])
    await followed(who)
    expect((await get(who, '/api/profile/')).status).toBe(200)
  })

  it('does nothing for somebody who is not signed in', async () => {
    expect((await ask('DELETE', '/api/profile/', { body: { password: PASSWORD } })).status).toBe(401)
  })

  it('asked for twice at once happens once', async () => {
    const who = await canary()
    const answers = await Promise.all([erase(who), erase(who), erase(who)])
    expect(answers.filter(({ status }) => status === 204)).toHaveLength(1)
    for (const { status } of answers) expect([204, 400, 401]).toContain(status)
  })
})

twice('the picture goes with the account', async (interlude) => {
  const who = await canary()
  const form = new FormData()
  form.append('profile_pic', new Blob([png()], { type: 'image/png' }), 'me.png')
  const { profile_pic } = await done(ask('PATCH', '/api/profile/', { token: who.access, body: form }))
  const key = decodeURIComponent(new URL(profile_pic).pathname.replace('/media/', ''))
  const uploads = env.UPLOADS.getByName(String(who.id))
  await runDurableObjectAlarm(uploads)
  expect(await env.MEDIA.head(key)).not.toBeNull()
  await interlude()
  expect((await erase(who)).status).toBe(204)
  await followed(who, interlude)
  await runDurableObjectAlarm(uploads)
  expect(await env.MEDIA.head(key)).toBeNull()
})

/** People under new names. */
async function castOf<Name extends string>(...roles: Name[]): Promise<Record<Name, Someone>> {
  const people = await Promise.all(roles.map(async (role) => [role, await signUp(`${role}${newId()}`)] as const))
  return Object.fromEntries(people) as Record<Name, Someone>
}

describe('the rooms of whoever is erased', () => {
  twice('pass to the longest-standing admin, then member, and vanish with the last', async (interlude) => {
    const owner = await canary()
    const { admin, member } = await castOf('admin', 'member')
    const withAdmin = await group(owner, [member, admin])
    await done(post(owner, `/api/chatrooms/${withAdmin.id}/assign_admin/`, { user_id: admin.id }))
    const without = await group(owner, [member])
    const alone = await group(owner, [])
    await say(owner, alone, 'Nobody reads this.')
    await interlude()
    await erase(owner)
    await followed(owner, interlude)
    expect((await get(admin, `/api/chatrooms/${withAdmin.id}/`)).body.my_role).toBe('owner')
    expect((await get(member, `/api/chatrooms/${without.id}/`)).body.my_role).toBe('owner')
    await atRest(alone)
    const row = await env.DIRECTORY.prepare('SELECT deleted_at, member_count FROM rooms WHERE id = ?')
      .bind(alone.id)
      .first()
    expect(row).toEqual({ deleted_at: expect.any(Number), member_count: 0 })
    expect(await texts(roomActor(alone))).not.toContain('Nobody reads this.')
  })

  twice('of two stay readable for the other, who cannot write into them any more', async (interlude) => {
    const who = await canary()
    const { left } = await castOf('left')
    const pair = await direct(left, who)
    const theirs = await say(who, pair, 'Goodbye.')
    const ours = await say(left, pair, 'Goodbye to you.', { client_id: 'mine' })
    await erase(who)
    await followed(who, interlude)

    const { body } = await get(left, `/api/chatrooms/${pair.id}/`)
    expect(body).toMatchObject({ chat_name: ERASED_NAME, group_image: null, my_role: 'member' })
    const listed = (await get(left, '/api/chatrooms/')).body.results
    expect(listed.find(({ id }: Frame) => id === pair.id)).toMatchObject({ chat_name: ERASED_NAME })
    const { results } = (await get(left, `/api/chatrooms/${pair.id}/messages/`)).body
    expect(results.map(({ content, sender }: Frame) => [content, sender.username])).toEqual([
      ['Goodbye to you.', left.username],
      ['Goodbye.', ERASED_NAME],
    ])
    await interlude()

    const path = `/api/chatrooms/${pair.id}/messages/`
    expect(await post(left, path, { content: 'Hello?' })).toMatchObject({
      status: 403,
      body: { code: 'account_erased' },
    })
    const line = await enter(left, pair)
    expect(await line.answer({ type: 'send_message', content: 'Hello?' })).toMatchObject({ code: 'account_erased' })
    line.close()
    expect(await patch(left, `${path}${ours.id}/`, { content: 'Edited' })).toMatchObject({
      status: 403,
      body: { code: 'account_erased' },
    })
    // Sent messages are still acknowledged, deletable and readable.
    expect((await post(left, path, { content: 'Goodbye to you.', client_id: 'mine' })).body.id).toBe(ours.id)
    expect((await remove(left, `${path}${ours.id}/`)).status).toBe(204)
    expect((await post(left, `${path}${theirs.id}/mark_as_read/`)).status).toBe(200)
    expect((await post(left, '/api/chatrooms/direct/', { user_id: who.id })).body.code).toBe('unknown_users')
    expect((await get(left, '/api/chatrooms/')).body.results.map(({ id }: Frame) => id)).toContain(pair.id)
  })

  it('of two vanish when both are erased', async () => {
    const [one, two] = [await canary(), await canary()]
    const pair = await direct(one, two)
    await say(one, pair, 'Between us.')
    await erase(one)
    await followed(one)
    await erase(two)
    await followed(two)
    expect(await texts(roomActor(pair))).not.toMatch(/Between us|canary/)
  })

  it('that they had left, or were banned from, forget their name too', async () => {
    const who = await canary()
    const { owner } = await castOf('owner')
    const [left, banned] = [await group(owner, [who]), await group(owner, [who])]
    await say(who, left, 'Once.')
    await done(post(who, `/api/chatrooms/${left.id}/leave_room/`))
    await done(post(owner, `/api/chatrooms/${banned.id}/bans/`, { user_id: who.id }))
    await erase(who)
    await followed(who)
    const [message] = (await get(owner, `/api/chatrooms/${left.id}/messages/`)).body.results
    expect(message.sender.username).toBe(ERASED_NAME)
    expect((await get(owner, `/api/chatrooms/${banned.id}/bans/`)).body[0].user).toEqual({
      id: who.id,
      username: ERASED_NAME,
      full_name: ERASED_NAME,
      profile_pic: null,
      is_bot: false,
    })
    for (const room of [left, banned]) expect(await texts(roomActor(room))).not.toContain(CANARY)
  })

  twice('that let them in too late for the list are told as well', async (interlude) => {
    const who = await canary()
    const { owner } = await castOf('owner')
    const room = await group(owner, [])
    const line = await openSidebar(who)
    await erase(who)
    await line.closed()
    await followed(who)
    await interlude()
    // Admitted by a request that had looked before.
    const person = { id: who.id, username: who.username, full_name: who.username, picture: null }
    const caller = { ...(await callerOf(owner)), origin: 'http://parlour.test' }
    await roomActor(room).addMembers(caller, [person])
    await atRest(room)
    await followed(who)
    await atRest(room)
    expect(names((await get(owner, `/api/chatrooms/${room.id}/participants/`)).body)).toEqual([owner.username])
    expect(await texts(roomActor(room))).not.toContain(CANARY)
  })
})

async function callerOf({ id, username }: Someone) {
  return { id, username, full_name: username, picture: null, session: 1, sessionEnds: Number.MAX_SAFE_INTEGER }
}

describe('an erasure that is cut short', () => {
  const eraseRow = async (who: Someone) => {
    const { password_hash } = (await env.DIRECTORY.prepare('SELECT password_hash FROM users WHERE id = ?')
      .bind(who.id)
      .first<{ password_hash: string }>()) as { password_hash: string }
    return eraseAccount(env.DIRECTORY, { id: who.id, passwordHash: password_hash, addresses: [] }, Date.now())
  }

  test('after the directory was written follows through all the same', async () => {
    const who = await canary()
    const { owner } = await castOf('owner')
    const room = await group(owner, [who])
    const line = await enter(who, room)
    const list = await openSidebar(who)
    await sidebarActor(who).accountErased(false, [])
    await pause(20)
    expect(line.ended).toBeUndefined()
    expect(await eraseRow(who)).not.toBeNull()
    // The request ends here, and so does the life of the sidebar.
    await evictDurableObject(sidebarActor(who))
    forward(TIMES.outboxMost)
    await followed(who)
    for (const each of [line, list]) expect((await each.closed()).code).toBe(CLOSE.sessionEnded)
    expect(names((await get(owner, `/api/chatrooms/${room.id}/participants/`)).body)).toEqual([owner.username])
  })

  test('before the directory was written leaves everything as it was', async () => {
    const who = await canary()
    const room = await group(who, [])
    const broken = new Proxy(env.DIRECTORY, {
      get(target, name) {
        const value: unknown = Reflect.get(target, name)
        if (name === 'batch') return () => Promise.reject(new Error('D1_ERROR: Network connection lost.'))
        return typeof value === 'function' ? value.bind(target) : value
      },
    })
    const failed = await ask('DELETE', '/api/profile/', {
      token: who.access,
      body: { password: PASSWORD },
      env: { DIRECTORY: broken },
    })
    expect(failed.status).toBe(503)
    forward(TIMES.erasureTimeout * 2)
    await followed(who)
    expect((await get(who, `/api/chatrooms/${room.id}/`)).status).toBe(200)
    expect((await get(who, '/api/chatrooms/')).body.results).toHaveLength(1)
    expect((await erase(who)).status).toBe(204)
  })

  test('by a room that fails goes on when the room answers', async () => {
    const who = await canary()
    const { owner } = await castOf('owner')
    const [good, bad] = [await group(owner, [who]), await group(owner, [who])]
    await runInDurableObject(roomActor(bad), (room) => {
      const real = room.personErased
      vi.spyOn(Object.getPrototypeOf(room) as typeof room, 'personErased').mockImplementation(function (
        this: Room,
        user,
      ) {
        if (this === room) throw new Error('Not now.')
        real.call(this, user)
      })
    })
    await erase(who)
    await pause(100)
    expect(names((await get(owner, `/api/chatrooms/${good.id}/participants/`)).body)).toEqual([owner.username])
    expect(names((await get(owner, `/api/chatrooms/${bad.id}/participants/`)).body)).toContain(who.username)
    await evictDurableObject(roomActor(bad))
    await evictDurableObject(sidebarActor(who))
    forward(TIMES.outboxMost)
    await followed(who)
    expect(names((await get(owner, `/api/chatrooms/${bad.id}/participants/`)).body)).toEqual([owner.username])
    expect(await texts(sidebarActor(who))).not.toContain(String(bad.id))
  })
})

test('the address goes with the account, also where somebody else has tried to register with it', async () => {
  const ada = await canary()
  const attempt = await ask('POST', '/api/register/', {
    body: { email: ada.email, password: 'the password of a stranger' },
    env: { EMAIL_VERIFICATION: 'required' },
    headers: { 'CF-Connecting-IP': '198.51.100.7' },
  })
  expect(attempt.status).toBe(201)
  const attempts = () =>
    env.DIRECTORY.prepare('SELECT count(*) AS n FROM registrations WHERE address = ?').bind(ada.email).first('n')
  expect(await attempts()).toBe(1)
  expect((await erase(ada)).status).toBe(204)
  expect(await attempts()).toBe(0)
})
