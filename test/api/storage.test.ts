/** Quotas: stored bytes are counted, people are warned before the quota is full, and larger uploads are refused. */
import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { settings } from '../../src/config'
import { AdminStats, AdminStorage, formatBytes, parseBytes, storageUse } from '../../src/protocol'
import * as fixtures from '../media/fixtures'
import { promote } from '../support/staff'
import {
  type Answer,
  ask,
  atRest,
  done,
  enter,
  type Frame,
  forward,
  get,
  group,
  patch,
  post,
  presentTime,
  remove,
  roomActor,
  type Someone,
  say,
  signUp,
  twice,
} from '../support/world'

const PERSON = settings(env).STORAGE_PER_PERSON as number
const ROOM = settings(env).STORAGE_PER_ROOM as number

let people = 0
const somebody = (name: string): Promise<Someone> => signUp(`${name}${++people}`)

afterEach(presentTime)

const account = (who: Someone) => env.UPLOADS.getByName(String(who.id))
const image = () => new File([fixtures.png()], 'a.png')
const file = (bytes: number) => new File([new Uint8Array(bytes).fill(7)], 'a.bin')
const form = (field: string, content: File): FormData => {
  const made = new FormData()
  made.append(field, content)
  return made
}

/** Sends a form as clients do: it says how long it is. */
async function sendForm(who: Someone, method: string, path: string, body: FormData): Promise<Answer> {
  const written = new Response(body)
  const bytes = new Uint8Array(await written.clone().arrayBuffer())
  const headers = {
    'Content-Type': written.headers.get('Content-Type') as string,
    'Content-Length': String(bytes.length),
  }
  return ask(method, path, { token: who.access, headers, body: new Blob([bytes]).stream() })
}

const upload = (who: Someone, field: 'image' | 'file', content: File) =>
  sendForm(who, 'POST', `/api/${field}s/`, form(field, content))
const send = (who: Someone, room: Frame, field: 'image' | 'file', content: File) =>
  sendForm(who, 'POST', `/api/chatrooms/${room.id}/messages/`, form(field, content))

const used = async (who: Someone): Promise<number> => (await done(get(who, '/api/storage/'))).used_bytes
const usedIn = async (who: Someone, room: Frame): Promise<Frame> => done(get(who, `/api/chatrooms/${room.id}/storage/`))

/** Has somebody store so much more, as one object that stays. */
async function fill(who: Someone, bytes: number): Promise<string> {
  const key = `${who.id}/${crypto.randomUUID().replaceAll('-', '').slice(0, 22)}`
  await account(who).expect(key, Math.round(bytes))
  await account(who).applyReferences([{ key, holder: 'room 1 message 1', isActive: true }])
  return key
}

/** The room's messages have so much more hanging on them. */
async function hang(room: Frame, bytes: number): Promise<void> {
  await runInDurableObject(roomActor(room), (_, { storage }) => {
    storage.sql.exec('UPDATE storage SET attachment_bytes = attachment_bytes + ?', Math.round(bytes))
  })
  await evictDurableObject(roomActor(room))
}

const told = async (who: Someone): Promise<Frame[]> =>
  (await get(who, '/api/notifications/')).body.filter((each: Frame) => each.notification_type === 'system')

const projected = (kind: 'user' | 'room', id: number) =>
  env.DIRECTORY.prepare('SELECT bytes FROM storage WHERE kind = ? AND id = ?').bind(kind, id).first<number>('bytes')

/** Lets the room tell what it owes, and the account of uploads do what follows. */
async function settled(who: Someone, room: Frame): Promise<void> {
  await atRest(room)
  await runDurableObjectAlarm(account(who))
}

describe('what somebody has uploaded', () => {
  twice('counts with its size, from the upload until it is gone', async (interlude) => {
    const ada = await somebody('ada')
    const room = await group(ada, [])
    expect(await done(get(ada, '/api/storage/'))).toEqual({ used_bytes: 0, quota_bytes: PERSON, level: 'ok' })
    const picture = await done(upload(ada, 'image', image()))
    expect(await used(ada)).toBe(picture.size)
    await interlude()
    const sent = await done(send(ada, room, 'file', file(5_000)))
    expect(await used(ada)).toBe(picture.size + 5_000)
    await done(patch(ada, '/api/profile/', form('profile_pic', image())))
    expect(await used(ada)).toBe(2 * picture.size + 5_000)
    await interlude()
    await done(remove(ada, `/api/chatrooms/${room.id}/messages/${sent.id}/`))
    await settled(ada, room)
    expect(await used(ada)).toBe(2 * picture.size)
    await interlude()
    forward(26 * 3_600_000)
    await settled(ada, room)
    // The face stays, what was on nothing does not.
    expect(await used(ada)).toBe(picture.size)
  })

  test('counts nothing when it is refused', async () => {
    const ada = await somebody('ada')
    expect((await upload(ada, 'image', new File(['no image'], 'a.png'))).status).toBe(415)
    expect((await upload(ada, 'file', file(0))).status).toBe(400)
    await runDurableObjectAlarm(account(ada))
    expect(await used(ada)).toBe(0)
  })

  twice('[R97] beyond the quota is refused, and what fits is not', async (interlude) => {
    const ada = await somebody('ada')
    const room = await group(ada, [])
    await fill(ada, PERSON - 100_000)
    await interlude()
    for (const refused of [await upload(ada, 'file', file(200_000)), await send(ada, room, 'file', file(200_000))]) {
      expect([refused.status, refused.body.code]).toEqual([403, 'quota_exceeded'])
      expect(refused.body.detail).toContain('of 2.0 GB')
    }
    const face = await sendForm(ada, 'PATCH', '/api/profile/', form('profile_pic', file(200_000)))
    expect(face.body.code).toBe('quota_exceeded')
    expect(await used(ada)).toBe(PERSON - 100_000)
    expect((await upload(ada, 'image', image())).status).toBe(201)
    // Words take nothing of it.
    expect((await say(ada, room, 'Still here.')).content).toBe('Still here.')
  })

  test('at once never comes to more than the quota', async () => {
    const ada = await somebody('ada')
    await fill(ada, PERSON - 250_000)
    const answers = await Promise.all(Array.from({ length: 8 }, () => upload(ada, 'file', file(100_000))))
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(2)
    expect(await used(ada)).toBe(PERSON - 50_000)
  })

  twice('[R97] is told of when it is nearly too much, once until there is room again', async (interlude) => {
    const ada = await somebody('ada')
    const room = await group(ada, [])
    const most = await fill(ada, PERSON * 0.79)
    await done(upload(ada, 'image', image()))
    expect(await told(ada)).toEqual([])
    const more = await fill(ada, PERSON * 0.02)
    await interlude()
    await done(upload(ada, 'image', image()))
    const [warning, ...others] = await told(ada)
    expect(others).toEqual([])
    expect(warning).toMatchObject({
      is_read: false,
      count: 1,
      message: expect.stringMatching(/take 1\.6 GB of 2\.0 GB/),
    })
    expect(await done(get(ada, '/api/storage/'))).toMatchObject({ level: 'near' })
    await interlude()
    await done(upload(ada, 'image', image()))
    expect(await told(ada)).toEqual([warning])
    // A little less is no reason to begin anew; much less is.
    await account(ada).discard([more])
    await account(ada).applyReferences([{ key: more, holder: 'room 1 message 1', isActive: false }])
    await settled(ada, room)
    await fill(ada, PERSON * 0.02)
    await done(upload(ada, 'image', image()))
    expect(await told(ada)).toEqual([warning])
    await interlude()
    await account(ada).applyReferences([{ key: most, holder: 'room 1 message 1', isActive: false }])
    await settled(ada, room)
    expect(await done(get(ada, '/api/storage/'))).toMatchObject({ level: 'ok' })
    await done(upload(ada, 'image', image()))
    await fill(ada, PERSON * 0.9)
    await interlude()
    await done(upload(ada, 'image', image()))
    expect(await told(ada)).toMatchObject([{ message: expect.stringMatching(/take 1\.8 GB/) }])
  })

  test('is told of later when the feed does not answer now', async () => {
    const ada = await somebody('ada')
    await fill(ada, PERSON * 0.85)
    const down = { getByName: () => ({ announce: () => Promise.reject(new Error('Network connection lost')) }) }
    await runInDurableObject(account(ada), (actor) => {
      Object.assign(actor, { env: { ...env, FEEDS: down } })
    })
    await done(upload(ada, 'image', image()))
    expect(await told(ada)).toEqual([])
    await runInDurableObject(account(ada), (actor) => {
      Object.assign(actor, { env })
    })
    forward(10 * 60_000)
    await runDurableObjectAlarm(account(ada))
    expect(await told(ada)).toHaveLength(1)
  })

  test('before sizes were kept is measured in storage when the alarm rings', async () => {
    const ada = await somebody('ada')
    const key = `${ada.id}/${'k'.repeat(22)}`
    await env.MEDIA.put(key, new Uint8Array(12_345))
    await account(ada).expect(key)
    await account(ada).expect(`${ada.id}/${'m'.repeat(22)}`)
    expect(await used(ada)).toBe(0)
    await runDurableObjectAlarm(account(ada))
    expect(await used(ada)).toBe(12_345)
  })
})

describe('a room', () => {
  twice('takes its database and what hangs on its messages', async (interlude) => {
    const [ada, bob] = [await somebody('ada'), await somebody('bob')]
    const room = await group(ada, [bob])
    const before = await usedIn(bob, room)
    expect(before).toMatchObject({ quota_bytes: ROOM, level: 'ok' })
    expect(before.used_bytes).toBeGreaterThan(0)
    await interlude()
    const sent = await done(send(ada, room, 'file', file(3_000_000)))
    expect((await usedIn(bob, room)).used_bytes).toBeGreaterThanOrEqual(before.used_bytes + 3_000_000)
    await interlude()
    await done(remove(ada, `/api/chatrooms/${room.id}/messages/${sent.id}/`))
    expect((await usedIn(bob, room)).used_bytes).toBeLessThan(before.used_bytes + 100_000)
    expect((await get(await somebody('eve'), `/api/chatrooms/${room.id}/storage/`)).status).toBe(404)
  })

  twice(
    '[R97] that is full takes no message by either way, and lets everything be that makes room',
    async (interlude) => {
      const [ada, bob] = [await somebody('ada'), await somebody('bob')]
      const room = await group(ada, [bob])
      const said = await say(ada, room, 'Before.', { client_id: 'before' })
      await hang(room, ROOM)
      await interlude()
      const line = await enter(bob, room)
      line.send({ type: 'send_message', content: 'x', ref: 'r' })
      expect(await line.next('error')).toMatchObject({ code: 'quota_exceeded', ref: 'r' })
      const path = `/api/chatrooms/${room.id}/messages/`
      for (const refused of [
        await post(bob, path, { content: 'x' }),
        await send(bob, room, 'image', image()),
        await patch(ada, `${path}${said.id}/`, { content: 'After.' }),
      ]) {
        expect([refused.status, refused.body.code]).toEqual([403, 'quota_exceeded'])
        expect(refused.body.detail).toContain('5.0 GB')
      }
      // Stored objects are still served.
      expect((await post(ada, path, { content: 'Before.', client_id: 'before' })).status).toBe(200)
      await interlude()
      expect((await ask('PUT', `${path}${said.id}/reactions/👍/`, { token: bob.access })).status).toBe(200)
      expect((await post(bob, `${path}${said.id}/mark_as_read/`)).status).toBe(200)
      expect((await remove(ada, `${path}${said.id}/`)).status).toBe(204)
      await hang(room, -ROOM)
      expect((await post(bob, path, { content: 'There is room.' })).status).toBe(201)
    },
  )

  twice('[R97] that is nearly full says so to those who run it, once', async (interlude) => {
    const [ada, bob, cleo] = [await somebody('ada'), await somebody('bob'), await somebody('cleo')]
    const room = await group(ada, [bob, cleo], { room_name: 'Archive' })
    await done(post(ada, `/api/chatrooms/${room.id}/assign_admin/`, { user_id: bob.id }))
    // Also those who want to hear nothing of what is said there.
    await done(patch(bob, `/api/chatrooms/${room.id}/me/`, { notify: 'nothing' }))
    await hang(room, ROOM * 0.81)
    await interlude()
    await say(cleo, room, 'One more.')
    await atRest(room)
    for (const admin of [ada, bob]) {
      expect(await told(admin)).toMatchObject([
        { chat_name: 'Archive', room_id: room.id, message: expect.stringContaining('4.1 GB of 5.0 GB') },
      ])
    }
    expect(await told(cleo)).toEqual([])
    await interlude()
    await say(cleo, room, 'And one.')
    await atRest(room)
    expect(await told(ada)).toHaveLength(1)
    await hang(room, ROOM * 0.2)
    expect((await post(cleo, `/api/chatrooms/${room.id}/messages/`, { content: 'Too much.' })).status).toBe(403)
  })

  test('of two people tells both', async () => {
    const [ada, bob] = [await somebody('ada'), await somebody('bob')]
    const room = await done(post(ada, '/api/chatrooms/direct/', { user_id: bob.id }))
    await hang(room, ROOM * 0.9)
    await say(ada, room, 'Hello.')
    await atRest(room)
    for (const who of [ada, bob]) expect(await told(who)).toHaveLength(1)
  })
})

describe('staff', () => {
  let boss: Someone
  beforeAll(async () => {
    boss = await promote(await somebody('boss'))
  })
  const stats = async () => AdminStats.parse((await get(boss, '/api/admin/stats/')).body).storage
  const listed = async (path: string): Promise<Frame[]> => (await done(get(boss, path))) as Frame[]

  test('see what people and rooms have stored, and who is near the end', async () => {
    const [ada, bob] = [await somebody('ada'), await somebody('bob')]
    const room = await group(ada, [bob], { room_name: 'Heavy' })
    const before = await stats()
    await fill(ada, PERSON * 0.9)
    await done(upload(ada, 'image', image()))
    await hang(room, ROOM * 0.85)
    await say(ada, room, 'Hello.')
    await atRest(room)
    const now = await stats()
    expect(now.people_bytes - before.people_bytes).toBeGreaterThanOrEqual(PERSON * 0.9)
    expect(now.rooms_bytes - before.rooms_bytes).toBeGreaterThanOrEqual(ROOM * 0.85)
    expect([now.people_near - before.people_near, now.rooms_near - before.rooms_near]).toEqual([1, 1])
    const [account] = await listed(`/api/admin/users/?search=${ada.username}`)
    expect(account?.stored_bytes).toBe(await projected('user', ada.id))
    expect((await done(get(boss, `/api/admin/users/${bob.id}/`))).stored_bytes).toBe(0)
    const [listedRoom] = await listed(`/api/admin/rooms/?search=${room.id}`)
    expect(listedRoom?.stored_bytes).toBe(await projected('room', room.id))
    const { people, rooms } = AdminStorage.parse((await get(boss, '/api/admin/storage/')).body)
    expect(people.map(({ id }) => id)).toContain(ada.id)
    expect(people.map(({ id }) => id)).not.toContain(bob.id)
    expect(rooms.find(({ id }) => id === room.id)?.stored_bytes).toBe(listedRoom?.stored_bytes)
    for (const heaviest of [people, rooms]) {
      const bytes = heaviest.map(({ stored_bytes }) => stored_bytes)
      expect(bytes).toEqual(bytes.toSorted((a, b) => b - a))
    }
    const detail = await done(get(boss, `/api/admin/rooms/${room.id}/`))
    expect(detail.storage).toMatchObject({ quota_bytes: ROOM, level: 'near', used_bytes: detail.stored_bytes })
  })

  test('are told little by little: a picture more is no write of the directory', async () => {
    const ada = await somebody('ada')
    await done(upload(ada, 'image', image()))
    expect(await projected('user', ada.id)).toBeNull()
    await fill(ada, PERSON / 90)
    await done(upload(ada, 'image', image()))
    expect(await projected('user', ada.id)).toBe(await used(ada))
  })

  test('hear of what is gone: of a deleted room, and of somebody who has nothing any more', async () => {
    const ada = await somebody('ada')
    const room = await group(ada, [])
    await hang(room, ROOM * 0.5)
    await say(ada, room, 'Hello.')
    const key = await fill(ada, PERSON * 0.5)
    await done(upload(ada, 'image', image()))
    await atRest(room)
    expect([await projected('room', room.id), await projected('user', ada.id)]).not.toContain(null)
    await done(remove(ada, `/api/chatrooms/${room.id}/`))
    await account(ada).applyReferences([{ key, holder: 'room 1 message 1', isActive: false }])
    await atRest(room)
    forward(26 * 3_600_000)
    await runDurableObjectAlarm(account(ada))
    expect([await projected('room', room.id), await projected('user', ada.id)]).toEqual([null, null])
  })
})

describe('a quota', () => {
  test.each([
    ['2 GB', 2_000_000_000],
    ['500MB', 500_000_000],
    ['1.5 tb', 1_500_000_000_000],
    ['10 KB', 10_000],
    ['7 B', 7],
  ])('%j is %d bytes', (size, bytes) => {
    expect(parseBytes(size)).toBe(bytes)
    expect(settings({ ...env, STORAGE_PER_ROOM: size }).STORAGE_PER_ROOM).toBe(bytes)
  })

  test.each(['2', 'GB', '-1 GB', '0 GB', '1e9 B', '2 GiB', 'all', ''])('%j is refused, in words', (size) => {
    expect(() => settings({ ...env, STORAGE_PER_PERSON: size })).toThrow('STORAGE_PER_PERSON must be')
  })

  test('may be off', async () => {
    const set = settings({ ...env, STORAGE_PER_PERSON: 'off', STORAGE_PER_ROOM: 'off' })
    expect([set.STORAGE_PER_PERSON, set.STORAGE_PER_ROOM]).toEqual([null, null])
    expect(storageUse(10 ** 15, null)).toEqual({ used_bytes: 10 ** 15, quota_bytes: null, level: 'ok' })
    const { body } = await ask('GET', '/api/limits/', { env: { STORAGE_PER_PERSON: 'off', NOTIFICATIONS_KEPT: '77' } })
    expect(body.quotas).toMatchObject({ person_bytes: null, room_bytes: ROOM, told_from: 0.8, notifications: 77 })
  })

  test.each([
    ['NOTIFICATIONS_KEPT', '49'],
    ['NOTIFICATIONS_KEPT', 'many'],
    ['NOTIFICATION_DAYS', '0'],
    ['NOTIFICATION_DAYS', '1.5'],
  ])('%s = %j is refused, in words', (name, value) => {
    expect(() => settings({ ...env, [name]: value })).toThrow(`${name} must be`)
  })

  test.each([
    [0, '0 B'],
    [999, '999 B'],
    [1_000, '1.0 KB'],
    [1_640_000_000, '1.6 GB'],
    [25_000_000, '25 MB'],
    [5 * 10 ** 15, '5000 TB'],
  ])('%d bytes are shown as %s', (bytes, shown) => {
    expect(formatBytes(bytes)).toBe(shown)
  })
})
