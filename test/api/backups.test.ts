/** Backups: a restored room equals the exported one, and a damaged file restores nothing. */
import { evictAllDurableObjects, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { env, exports } from 'cloudflare:workers'
import { createHash } from 'node:crypto'
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { keyFor } from '../../src/auth/keys'
import { newOperatorKey, OPERATOR_PROOF, signOperatorProof } from '../../src/auth/operator'
import { SealChain, sealLine } from '../../src/backup/seal'
import { BOUNDS } from '../../src/config'
import { BACKUP_TYPE, type BackupLine, newId, type RestoredRoom } from '../../src/protocol'
import { Room } from '../../src/room/room'
import { jpeg } from '../media/fixtures'
import { type Asking, PASSWORD } from '../support/api'
import { proofOf } from '../support/operator'
import { PATIENCE } from '../support/patience'
import { promote } from '../support/staff'
import {
  ask,
  atRest,
  cast,
  direct,
  done,
  enter,
  type Frame,
  forward,
  get,
  group,
  ORIGIN,
  patch,
  post,
  presentTime,
  remove,
  roomActor,
  type Someone,
  say,
  signUp,
} from '../support/world'

let staff: Someone
let ada: Someone
let bob: Someone
let cid: Someone
beforeAll(async () => {
  ;({ ada, bob, cid } = await cast('ada', 'bob', 'cid'))
  staff = await promote(await signUp('staff'))
})

afterEach(presentTime)

/** A room's backup, as text. */
async function exported(room: Frame): Promise<string> {
  const path = `/api/admin/rooms/${room.id}/export/`
  const headers = { Authorization: `Bearer ${staff.access}`, ...(await proofOf('GET', path)) }
  const answer = await exports.default.fetch(`${ORIGIN}${path}`, { headers })
  expect([answer.status, answer.headers.get('Content-Type')]).toEqual([200, BACKUP_TYPE])
  return answer.text()
}

async function imported(body: string | ReadableStream, map: string[] = []): Promise<{ status: number; body: Frame }> {
  const path = `/api/admin/rooms/import/${map.length > 0 ? `?${map.map((each) => `map=${each}`).join('&')}` : ''}`
  const headers = { 'Content-Type': BACKUP_TYPE, ...(await proofOf('POST', path)) }
  return ask('POST', path, { token: staff.access, headers, body })
}

const restored = async (text: string, map: string[] = []): Promise<RestoredRoom> => {
  const { status, body } = await imported(text, map)
  expect([status, body]).toEqual([201, expect.objectContaining({ room_id: expect.any(Number) })])
  return body as RestoredRoom
}

const linesOf = (text: string): Frame[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))

/** The file of these lines, as this deployment would have written it: with an end that fits them, and sealed. */
function fileOf(lines: (Frame | BackupLine)[], key = keyFor(env.AUTH_SECRET, 'backup')): string {
  const chain = new SealChain(key)
  const rows = lines.filter(({ type }) => type !== 'seal')
  const all: string[] = []
  const write = (line: string) => {
    all.push(line)
    chain.add(new TextEncoder().encode(`${line}\n`))
  }
  for (const line of rows.slice(0, -1)) {
    write(JSON.stringify(line))
    // Small parts, so that what is changed in one leaves others whole.
    if (all.length % 5 === 4) all.push(sealLine(chain.seal()))
  }
  write(JSON.stringify({ ...rows.at(-1), lines: all.length }))
  return `${[...all, sealLine(chain.seal())].join('\n')}\n`
}

/** What two exports of one room share: all but when they were made, and which places of its order came since. */
const same = (text: string) =>
  linesOf(text).map((line) => {
    if (line.type === 'seal') return { ...line, mac: null }
    if (line.type === 'room')
      return { ...line, exported_at: null, seq: null, room: { ...line.room, changed_seq: null } }
    return line.table === 'members' ? { ...line, row: { ...line.row, changed_seq: null } } : line
  })

const form = (field: string, blob: Blob, name: string, more: Record<string, string> = {}) => {
  const data = new FormData()
  for (const [key, value] of Object.entries(more)) data.append(key, value)
  data.append(field, blob, name)
  return data
}

/** A room in which everything happened that a room can remember. */
async function eventful(): Promise<Frame> {
  const room = await group(ada, [bob, cid], { description: 'Much happens.' })
  const path = `/api/chatrooms/${room.id}`
  await done(ask('PATCH', `${path}/`, { token: ada.access, body: form('group_image', new Blob([jpeg()]), 'face.jpg') }))
  const first = await say(ada, room, 'Hello — 你好 \u{1F600}', { client_id: 'one' })
  await say(bob, room, 'An answer', { reply_to: first.id })
  const edited = await say(ada, room, 'befor')
  await done(patch(ada, `${path}/messages/${edited.id}/`, { content: 'before' }))
  const gone = await say(bob, room, 'Not meant')
  await done(remove(bob, `${path}/messages/${gone.id}/`))
  const picture = form('image', new Blob([jpeg()]), 'tower.jpg', { content: 'Look' })
  await done(ask('POST', `${path}/messages/`, { token: cid.access, body: picture }))
  const file = form('file', new Blob(['x'.repeat(500_000)]), 'notes.txt', { content: 'Read' })
  await done(ask('POST', `${path}/messages/`, { token: bob.access, body: file }))
  await done(post(bob, `${path}/messages/${first.id}/mark_as_read/`))
  await done(ask('PUT', `${path}/messages/${first.id}/reactions/${encodeURIComponent('👍')}/`, { token: cid.access }))
  const dan = await signUp(`dan${room.id}`)
  await done(post(ada, `${path}/bans/`, { user_id: dan.id }))
  await done(post(ada, `${path}/shareable_link/`))
  await done(post(cid, `${path}/leave_room/`))
  return room
}

const messagesOf = async (who: Someone, room: Frame | { id: number }): Promise<Frame[]> =>
  (await get(who, `/api/chatrooms/${room.id}/messages/`)).body.results

/** Messages, but for the URLs that lead to the same pictures. */
const readable = (messages: Frame[], room: number) =>
  messages.map(({ image, file, room: _, ...message }) => ({
    ...message,
    room,
    image: image !== null,
    file: file !== null,
  }))

describe('a backup', () => {
  test('has everything the room remembers, and comes back as it was', async () => {
    const room = await eventful()
    const before = readable(await messagesOf(bob, room), room.id)
    const text = await exported(room)
    const tables = linesOf(text).flatMap(({ table }) => table ?? [])
    expect(new Set(tables)).toEqual(
      new Set(['members', 'bans', 'links', 'system_lines', 'messages', 'versions', 'reactions']),
    )
    for (const secret of [ada.email, ada.access]) expect(text).not.toContain(secret)

    await done(remove(staff, `/api/admin/rooms/${room.id}/`))
    expect((await get(bob, `/api/chatrooms/${room.id}/`)).status).toBe(404)
    const back = await restored(text)
    expect(back).toEqual({ room_id: room.id, messages: 6, members: 2, objects: 3, unknown_people: 0 })
    expect(same(await exported(room))).toEqual(same(text))

    const after = await messagesOf(bob, room)
    expect(readable(after, room.id)).toEqual(before)
    const [withFile, withImage] = after
    expect(await (await exports.default.fetch(withFile?.file)).text()).toBe('x'.repeat(500_000))
    expect((await exports.default.fetch(withImage?.image)).headers.get('Content-Type')).toBe('image/jpeg')
    expect((await get(cid, `/api/chatrooms/${room.id}/`)).status).toBe(404)
  })

  test('opens a room that goes on: in lists, in search, in its order', async () => {
    const room = await group(ada, [bob])
    const old = await say(ada, room, 'Findable words')
    const text = await exported(room)
    await done(remove(staff, `/api/admin/rooms/${room.id}/`))
    await restored(text)
    await atRest(room)
    const listedTo = async (who: Someone) =>
      (await get(who, '/api/chatrooms/')).body.results.find(({ id }: Frame) => id === room.id)
    await vi.waitUntil(() => listedTo(bob), { timeout: PATIENCE })
    await evictAllDurableObjects()
    const listed = await listedTo(bob)
    expect(listed).toMatchObject({
      room_name: 'The Group',
      unread_count: 1,
      last_message: { content: 'Findable words' },
    })
    expect((await get(bob, '/api/search/?q=findable')).body.results).toMatchObject([{ id: old.id, room: room.id }])
    const line = await enter(bob, room)
    line.send({ type: 'send_message', content: 'On we go', client_id: 'c' })
    expect((await line.next('message.ack')).id).toBeGreaterThan(old.id)
    const [indexed] = (await get(staff, '/api/admin/rooms/')).body.filter(({ id }: Frame) => id === room.id)
    expect(indexed).toMatchObject({ member_count: 2 })
  })

  test('of a room that is there becomes another room, without its link', async () => {
    const room = await group(ada, [bob])
    await say(ada, room, 'Twice')
    await done(post(ada, `/api/chatrooms/${room.id}/shareable_link/`))
    const { room_id } = await restored(await exported(room))
    expect(room_id).not.toBe(room.id)
    expect(await messagesOf(bob, { id: room_id })).toMatchObject([{ content: 'Twice', room: room_id }])
    expect((await get(ada, `/api/chatrooms/${room_id}/shareable_link/`)).body.code).not.toContain(room.id.toString(36))
    expect(await messagesOf(bob, room)).toMatchObject([{ content: 'Twice', room: room.id }])
  })

  /** The backup of a room whose people are all of another deployment, sealed by this one. */
  async function foreign(room: Frame, people: Someone[]) {
    const ids = people.map(() => newId())
    const id = newId()
    let text = (await exported(room)).replaceAll(String(room.id), String(id))
    people.forEach((who, at) => {
      text = text.replaceAll(String(who.id), String(ids[at]))
    })
    return { id, ids, text: fileOf(linesOf(text)) }
  }

  test('finds people by id and by what the map says, never by name; who is nobody here stays as deleted user', async () => {
    const room = await group(ada, [bob, cid])
    await say(bob, room, 'by bob')
    await say(cid, room, 'by cid')
    const { id, ids, text } = await foreign(room, [bob, cid])
    const back = await restored(text, [`${ids[0]}=${bob.id}`])
    expect(back).toMatchObject({ room_id: id, members: 2, unknown_people: 1 })
    const [second, first] = await messagesOf(bob, { id })
    expect(first).toMatchObject({ content: 'by bob', sender: { id: bob.id, username: 'bob' } })
    expect(second).toMatchObject({ content: 'by cid', sender: { id: ids[1], username: 'deleted user' } })
    // Somebody here is called cid: that makes them neither a member nor the author.
    expect((await get(cid, `/api/chatrooms/${id}/`)).status).toBe(404)
    const [entry, before] = (await get(staff, '/api/admin/audit/')).body
    expect(entry).toMatchObject({ action: 'room.restored', detail: '2 messages, 2 members, 1 unknown' })
    expect(before).toMatchObject({ action: 'room.restoring', actor: { id: staff.id }, room_id: id })
    expect(before.detail).toContain(`${ids[0]} is ${bob.id}`)
  })

  test('whoever takes the name of an erased owner gets nothing of what was theirs', async () => {
    const gone = await signUp('gone')
    const room = await group(gone, [bob])
    await say(gone, room, 'What I said')
    const text = await exported(room)
    await done(ask('DELETE', '/api/profile/', { token: gone.access, body: { password: PASSWORD } }))
    // As when the name has rested for long enough.
    await env.DIRECTORY.prepare('DELETE FROM username_skeletons').run()
    const heir = await signUp('gone')
    await done(remove(staff, `/api/admin/rooms/${room.id}/`))
    await restored(text)
    expect((await get(heir, `/api/chatrooms/${room.id}/`)).status).toBe(404)
    const [message] = await messagesOf(bob, room)
    expect(message).toMatchObject({ content: 'What I said', sender: { id: gone.id, username: 'deleted user' } })
    // Nor can the map give it to anybody.
    const { status, body } = await imported(text, [`${gone.id}=${heir.id}`])
    expect([status, body.detail]).toEqual([400, expect.stringContaining('stays who they are')])
  })

  test.each<[string, (there: number[]) => string[], RegExp]>([
    ['somebody of the file who is here', () => [`${ada.id}=${cid.id}`], /stays who they are/],
    ['somebody who is not in the file', () => [`${newId()}=${cid.id}`], /nobody in the file/],
    ['somebody who is not here', ([there]) => [`${there}=${newId()}`], /nobody here/],
    ['somebody who is in the room already', ([there]) => [`${there}=${ada.id}`], /twice/],
    ['one person twice', ([there]) => [`${there}=${cid.id}`, `${there}=${bob.id}`], /twice/],
    ['no ids', () => ['bob=ada'], /not valid/],
  ])('is refused with a map of %s', async (_, map, why) => {
    const room = await group(ada, [bob])
    const { ids, text } = await foreign(room, [bob])
    const { status, body } = await imported(text, map(ids))
    expect([status, body.detail]).toEqual([400, expect.stringMatching(why)])
  })

  test('in which nobody is known falls to nobody: it takes a map', async () => {
    const room = await group(ada, [])
    await say(ada, room, 'Not for staff')
    const { id, ids, text } = await foreign(room, [ada])
    const refused = await imported(text)
    expect([refused.status, refused.body.detail]).toEqual([400, expect.stringContaining('map')])
    expect((await get(staff, `/api/chatrooms/${id}/`)).status).toBe(404)
    expect(await restored(text, [`${ids[0]}=${ada.id}`])).toMatchObject({ room_id: id, members: 1, unknown_people: 0 })
    expect((await get(ada, `/api/chatrooms/${id}/`)).body).toMatchObject({ my_role: 'owner' })
    expect((await get(staff, `/api/chatrooms/${id}/`)).status).toBe(404)
  })

  test('of a direct room is restored for its two people, and never beside the one they have', async () => {
    const { eve, fay } = await cast('eve', 'fay')
    const room = await direct(eve, fay)
    await say(eve, room, 'Between us')
    const text = await exported(room)
    expect(await imported(text)).toMatchObject({ status: 409, body: { code: 'room_exists' } })
    await done(remove(staff, `/api/admin/rooms/${room.id}/`))
    expect((await restored(text)).room_id).toBe(room.id)
    expect(await messagesOf(fay, room)).toMatchObject([{ content: 'Between us' }])
    expect((await direct(fay, eve)).id).toBe(room.id)
  })

  test('is written down before it happens, both ways', async () => {
    const room = await group(ada, [])
    const { room_id } = await restored(await exported(room))
    const trail = (await get(staff, '/api/admin/audit/')).body
    expect(trail.slice(0, 3)).toMatchObject([
      { action: 'room.restored', room_id, actor: { id: staff.id } },
      {
        action: 'room.restoring',
        room_id,
        actor: { id: staff.id },
        detail: expect.stringContaining(`room ${room.id}`),
      },
      { action: 'room.exported', room_id: room.id, actor: { id: staff.id } },
    ])
    // A room that cannot be read after it was recorded is recorded all the same, and one that cannot be recorded is not read.
    const archive = vi.spyOn(Room.prototype, 'archive')
    const { DIRECTORY } = env
    const failing = {
      prepare: (sql: string) => {
        if (sql.startsWith('INSERT INTO audit')) throw new Error('Network connection lost.')
        return DIRECTORY.prepare(sql)
      },
      batch: DIRECTORY.batch.bind(DIRECTORY),
    } as D1Database
    const path = `/api/admin/rooms/${room.id}/export/`
    const asking = { token: staff.access, headers: await proofOf('GET', path) }
    expect((await ask('GET', path, { ...asking, env: { DIRECTORY: failing } })).status).toBe(503)
    expect(archive).not.toHaveBeenCalled()
    archive.mockImplementationOnce(() => {
      throw new Error('Network connection lost.')
    })
    expect((await ask('GET', path, asking)).status).toBe(503)
    const [last] = (await get(staff, '/api/admin/audit/')).body
    expect(last).toMatchObject({ action: 'room.exported', room_id: room.id })
    expect(last.id).toBeGreaterThan(trail[0].id)
  })

  test.each([
    ['off', []],
    ['on', ['system', 'system']],
  ] as const)('tells the members where EXPORT_NOTICE is %s', async (EXPORT_NOTICE, told) => {
    const { hal, ivy } = await cast(`hal${EXPORT_NOTICE}`, `ivy${EXPORT_NOTICE}`)
      .then(Object.values)
      .then(([hal, ivy]) => ({ hal, ivy }) as Record<'hal' | 'ivy', Someone>)
    const room = await group(hal, [ivy], { room_name: 'Plans' })
    await atRest(room)
    const path = `/api/admin/rooms/${room.id}/export/`
    const asking = { token: staff.access, headers: await proofOf('GET', path), env: { EXPORT_NOTICE } }
    expect((await ask('GET', path, asking)).status).toBe(200)
    await atRest(room)
    const notices = await Promise.all([hal, ivy].map(async (who) => (await get(who, '/api/notifications/')).body))
    const system = notices.flat().filter(({ notification_type }: Frame) => notification_type === 'system')
    expect(system.map(({ notification_type }: Frame) => notification_type)).toEqual(told)
    for (const { message, room_id, sender } of system) {
      expect([message, room_id, sender]).toEqual([expect.stringContaining('backup of Plans'), room.id, null])
    }
  })

  /** A group with so many messages of 1,000 characters. */
  async function full(count: number): Promise<Frame> {
    const room = await group(ada, [bob])
    await runInDurableObject(roomActor(room), (_, { storage }) => {
      const text = 'word '.repeat(200)
      for (let n = 10; n < 10 + count; n++) {
        storage.sql.exec(
          'INSERT INTO messages (id, sender_id, content, created_at) VALUES (?, ?, ?, ?)',
          n,
          ada.id,
          `${n} ${text}`,
          n,
        )
      }
    })
    await evictAllDurableObjects()
    return room
  }

  test('restored twice at once becomes one whole room: the restore that began first is refused', async () => {
    const room = await full(1_500)
    const text = await exported(room)
    await done(remove(staff, `/api/admin/rooms/${room.id}/`))
    /** When the oldest of the staged rows were staged. */
    const stagedSince = () =>
      runInDurableObject(roomActor(room), (_, { storage }) => {
        const [table] = storage.sql.exec("SELECT 1 FROM sqlite_master WHERE name = 'restoring'").toArray()
        const parts = table ? storage.sql.exec<{ at: number }>('SELECT at FROM restoring ORDER BY at').toArray() : []
        return parts.length < 2 ? 0 : (parts[0]?.at ?? 0)
      })
    /** Begins a restore that has staged some of its rows and waits for the rest of its file. @returns what ends it */
    const half = async () => {
      const began = Date.now()
      const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>()
      const writer = writable.getWriter()
      const answer = imported(readable)
      const bytes = new TextEncoder().encode(text)
      const middle = Math.floor(bytes.length * 0.7)
      await writer.write(bytes.subarray(0, middle))
      await vi.waitUntil(async () => (await stagedSince()) >= began, { timeout: PATIENCE })
      return () => {
        // A restore that is refused reads no further, so neither of them is waited for.
        writer.write(bytes.subarray(middle)).catch(() => undefined)
        writer.close().catch(() => undefined)
        return answer
      }
    }
    const endFirst = await half()
    const endSecond = await half()
    const [first, second] = [await endFirst(), await endSecond()]
    expect([first.status, first.body]).toEqual([409, expect.objectContaining({ code: 'room_exists' })])
    expect([second.status, second.body]).toEqual([201, expect.objectContaining({ room_id: room.id, messages: 1_500 })])
    expect(same(await exported(room))).toEqual(same(text))
  })

  test('of many messages is read page by page and comes back whole', async () => {
    const room = await full(5_000)
    const text = await exported(room)
    expect(linesOf(text).at(-2)?.counts).toMatchObject({ messages: 5_000 })
    await done(remove(staff, `/api/admin/rooms/${room.id}/`))
    expect(await restored(text)).toMatchObject({ room_id: room.id, messages: 5_000 })
    expect(same(await exported(room))).toEqual(same(text))
  })
})

describe('without the operator’s own key', () => {
  const asking = async (method: string, path: string, headers: Record<string, string>, more: object = {}) => {
    const body = method === 'POST' ? { body: 'x' } : {}
    const { status, body: said } = await ask(method, path, {
      token: staff.access,
      headers: { 'Content-Type': BACKUP_TYPE, ...headers },
      ...body,
      ...more,
    })
    return [status, said.code]
  }

  test('staff read no room and restore none, and nothing is recorded as if they had', async () => {
    const room = await group(ada, [bob])
    const key = (await newOperatorKey()).privateKey
    const trail = (await get(staff, '/api/admin/audit/')).body
    for (const [method, path] of [
      ['GET', `/api/admin/rooms/${room.id}/export/`],
      ['POST', '/api/admin/rooms/import/'],
    ] as const) {
      const request = { origin: ORIGIN, method, path }
      const right = await proofOf(method, path)
      const [proof = ''] = Object.values(right)
      const wrong: Record<string, Record<string, string>> = {
        none: {},
        empty: { [OPERATOR_PROOF]: '' },
        nonsense: { [OPERATOR_PROOF]: 'x.y.z' },
        'the staff’s own token': { [OPERATOR_PROOF]: staff.access },
        'another key': { [OPERATOR_PROOF]: await signOperatorProof(key, request, Date.now()) },
        'another path': await proofOf(method, '/api/admin/rooms/1/export/'),
        'another query': await proofOf(method, `${path}?map=1=2`),
        'another method': await proofOf(method === 'GET' ? 'POST' : 'GET', path),
        'another server': await proofOf(method, path, 'https://elsewhere.test'),
        'a changed letter': { [OPERATOR_PROOF]: proof.replace(/.{5}$/, 'AAAAA') },
        'no algorithm': {
          [OPERATOR_PROOF]: `${btoa('{"alg":"none","typ":"operator-proof+jwt"}')}.${proof.split('.')[1]}.`,
        },
      }
      for (const [what, headers] of Object.entries(wrong)) {
        expect([what, ...(await asking(method, path, headers))]).toEqual([what, 403, 'operator_only'])
      }
      // What would have been good is not for ever, nor for people who are no staff, nor where no key is configured.
      const none = { env: { OPERATOR_PUBLIC_KEY: '' } }
      expect(await asking(method, path, right, none)).toEqual([403, 'operator_only'])
      expect((await ask(method, path, { token: ada.access, headers: right })).body.code).toBe('staff_only')
      forward(10 * 60_000)
      expect(await asking(method, path, right)).toEqual([403, 'operator_only'])
      presentTime()
      expect((await asking(method, path, right))[0]).not.toBe(403)
    }
    const after = (await get(staff, '/api/admin/audit/')).body
    expect(after.length - trail.length).toBe(1)
    expect(after[0]).toMatchObject({ action: 'room.exported', room_id: room.id })
  })
})

describe('a file that is not whole, or not ours', () => {
  let text: string
  let lines: Frame[]
  beforeAll(async () => {
    const room = await eventful()
    text = await exported(room)
    lines = linesOf(text).filter(({ type }) => type !== 'seal')
    await done(remove(staff, `/api/admin/rooms/${room.id}/`))
  })

  /** The file with small parts, of which one is left out, or comes after another. */
  const withoutPart = (at: number, after = -1) => {
    const parts = fileOf(lines).split(/(?<=\{"type":"seal".*\n)/)
    expect(parts.length).toBeGreaterThan(3)
    const [part = ''] = parts.splice(at, 1)
    if (after >= 0) parts.splice(after, 0, part)
    return parts.join('')
  }
  const without = (table: string) => fileOf(lines.filter((line) => line.table !== table))
  /** The file with the first line that fits changed. */
  const changed = (fits: (line: Frame) => unknown, change: (line: Frame) => Frame) => {
    const place = lines.findIndex(fits)
    expect(place).toBeGreaterThanOrEqual(0)
    return fileOf(lines.map((line, at) => (at === place ? change(line) : line)))
  }
  const row = (table: string, more: Frame) => () =>
    changed(
      (line) => line.table === table,
      (line) => ({ ...line, row: { ...line.row, ...more } }),
    )

  /** Rooms that are there, and objects that stay stored when the alarms have rung. */
  async function left(): Promise<unknown> {
    for (const owner of [ada, bob, cid]) {
      const uploads = env.UPLOADS.getByName(String(owner.id))
      while (await runDurableObjectAlarm(uploads)) if ((await waiting(uploads)) > 0) break
    }
    const rooms = await env.DIRECTORY.prepare('SELECT count(*) FROM rooms WHERE deleted_at IS NULL').first('count(*)')
    return [rooms, (await env.MEDIA.list()).objects.length]
  }
  const waiting = (uploads: DurableObjectStub) =>
    runInDurableObject(
      uploads,
      (_, { storage }) => storage.sql.exec('SELECT 1 FROM removals WHERE due <= ?', Date.now()).toArray().length,
    )

  test.each<[string, () => string, number, RegExp]>([
    ['nothing', () => '', 400, /backup|cut off/],
    ['something else', () => 'PK\u0003\u0004 not JSON\n', 400, /Line 1/],
    ['half of it', () => text.slice(0, text.length / 2), 400, /cut off/],
    ['all but its end', () => text.slice(0, text.lastIndexOf('{')), 400, /cut off/],
    ['all but its last newline', () => text.trimEnd(), 400, /cut off/],
    ['a changed letter', () => text.replace('An answer', 'No answer'), 400, /seal/],
    ['a line that is missing', () => text.replace(/\{"type":"row","table":"bans".*\n/, ''), 400, /seal/],
    ['a line that is there twice', () => text.replace(/(\{"type":"row","table":"bans".*\n)/, '$1$1'), 400, /seal/],
    ['a part that is missing', () => withoutPart(1), 400, /seal/],
    ['parts in another order', () => withoutPart(1, 2), 400, /seal/],
    [
      'the seals of another deployment',
      () => fileOf(lines, keyFor('x'.repeat(40), 'backup')),
      400,
      /another deployment/,
    ],
    ['the seals of another purpose', () => fileOf(lines, keyFor(env.AUTH_SECRET, 'media url')), 400, /seal/],
    ['no seals', () => text.replaceAll(/\{"type":"seal".*\n/g, ''), 400, /cut off/],
    ['a seal of nothing', () => text.replace(/(\{"type":"seal".*\n)/, '$1$1'), 400, /seal/],
    ['fewer lines than it says', () => fileOf(lines).replace(/"lines":\d+/, '"lines":3'), 400, /seal/],
    ['more behind its end', () => `${text}{}\n`, 400, /behind the end/],
    [
      'another version',
      () =>
        changed(
          (line) => line.type === 'room',
          (line) => ({ ...line, version: 1 }),
        ),
      400,
      /version 1/,
    ],
    ['no people', () => without('members'), 400, /None of its members/],
    ['a member who is nobody', row('members', { user_id: 'x' }), 400, /member/],
    ['a column that we have not', row('messages', { x: 1 }), 400, /do not fit/],
    ['a column that is code', row('messages', { 'id) VALUES (1);--': 1 }), 400, /Line/],
    [
      'a table that we have not',
      () =>
        changed(
          (line) => line.table === 'bans',
          (line) => ({ ...line, table: 'outbox' }),
        ),
      400,
      /Line/,
    ],
    ['text where a number is due', row('messages', { created_at: 'soon' }), 400, /do not fit/],
    [
      'two messages in one place',
      () =>
        fileOf([
          ...lines.slice(0, -1),
          lines.findLast((line) => line.table === 'messages') as Frame,
          lines.at(-1) as Frame,
        ]),
      400,
      /object|do not fit/,
    ],
    ['a picture that is not there', row('messages', { image: { object: 77 } }), 400, /object/],
    [
      'a picture that is text',
      () => {
        const data = Buffer.from('<svg onload=alert(1)>')
        const sha256 = createHash('sha256').update(data).digest('hex')
        const start = lines.findIndex((line) => line.kind === 'image')
        const rest = lines.slice(start + 3)
        return fileOf([
          ...lines.slice(0, start + 1),
          { type: 'data', base64: data.toString('base64') },
          { ...lines[start + 2], size: data.length, sha256 } as Frame,
          ...rest,
        ])
      },
      415,
      /image/,
    ],
    [
      'an object of another size',
      () =>
        changed(
          (line) => line.type === 'stored',
          (line) => ({ ...line, size: 1 }),
        ),
      400,
      /not what was written/,
    ],
    ['an object without its end', () => fileOf(lines.filter((line) => line.type !== 'stored')), 400, /not whole/],
    ['a line without end', () => `${text.slice(0, 500)}${'x'.repeat(1_100_000)}`, 413, /too long/],
    [
      'an object larger than may be',
      () => {
        const piece = { type: 'data', base64: Buffer.alloc(190_000).toString('base64') }
        const start = lines.findIndex((line) => line.kind === 'file')
        return fileOf([...lines.slice(0, start + 1), ...Array(140).fill(piece), ...lines.slice(start + 2)])
      },
      413,
      /larger/,
    ],
  ])('is refused with %s, and leaves nothing', async (_, make, status, why) => {
    const before = await left()
    const answer = await imported(make())
    expect([answer.status, answer.body]).toEqual([
      status,
      expect.objectContaining({ detail: expect.stringMatching(why) }),
    ])
    expect(await left()).toEqual(before)
  })

  test('is asked for as what it is', async () => {
    const path = '/api/admin/rooms/import/'
    const headers = await proofOf('POST', path)
    const answer = await ask('POST', path, { token: staff.access, headers, body: { type: 'room' } })
    expect(answer.status).toBe(415)
  })

  test('restores when it is whole: nothing above was refused for another reason', async () => {
    expect((await imported(fileOf(lines))).status).toBe(201)
    expect((await imported(text)).status).toBe(201)
  })
})

describe('a backup in parts', () => {
  const { backupTransfer } = BOUNDS
  afterEach(() => void Object.assign(BOUNDS, { backupTransfer }))

  const asStaff = async (method: string, path: string, more: Asking = {}) =>
    ask(method, path, {
      ...more,
      token: staff.access,
      headers: { ...more.headers, ...(await proofOf(method, path)) },
    })

  /** One part: its own lines, and what names the next one. */
  async function part(room: Frame, query: string): Promise<{ text: string; from: string | undefined }> {
    const path = `/api/admin/rooms/${room.id}/export/?${query}`
    const headers = { Authorization: `Bearer ${staff.access}`, ...(await proofOf('GET', path)) }
    const answer = await exports.default.fetch(`${ORIGIN}${path}`, { headers })
    const text = await answer.text()
    if (answer.status !== 200) return { text, from: undefined }
    const last = text.slice(text.trimEnd().lastIndexOf('\n') + 1)
    const { type, from } = JSON.parse(last)
    return type === 'continues' ? { text: text.slice(0, -last.length), from } : { text, from: undefined }
  }

  test('is the file that a whole one is, and comes back from parts of any size, sent in any order', async () => {
    const room = await eventful()
    const whole = await exported(room)
    // A part ends with the message that reaches it.
    Object.assign(BOUNDS, { backupTransfer: 1_500 })
    const parts = [await part(room, 'parts=1')]
    for (let from = parts[0]?.from; from; from = parts.at(-1)?.from) {
      // Each part may be asked for again: a connection may break.
      const again = await part(room, `from=${from}`)
      parts.push(await part(room, `from=${from}`))
      expect(parts.at(-1)?.text).toBe(again.text)
    }
    expect(parts.length).toBeGreaterThan(2)
    const text = parts.map((each) => each.text).join('')
    const rowsOf = (file: string) =>
      same(file)
        .filter(({ type }) => type !== 'seal')
        .map((line) => ({ ...line, lines: null }))
    expect(rowsOf(text)).toEqual(rowsOf(whole))

    Object.assign(BOUNDS, { backupTransfer: 200_000 })
    const path = `/api/admin/rooms/import/${'digest-of-the-file-'.padEnd(40, 'x')}/`
    const send = (number: number, size = 150_000) => {
      const body = text.slice(number * size, (number + 1) * size)
      const length = new TextEncoder().encode(body).length
      return asStaff('PUT', `${path}${number}/`, { body, headers: { 'Content-Length': String(length) } })
    }
    expect((await send(0, 200_001)).status).toBe(413)
    const count = Math.ceil(text.length / 150_000)
    for (let number = count - 1; number > 0; number--) expect((await send(number)).status).toBe(204)
    const transfer = path.split('/').at(-2)
    const early = await asStaff('POST', `/api/admin/rooms/import/?transfer=${transfer}`)
    expect([early.status, early.body.detail]).toEqual([400, 'Part 0 is missing.'])
    await send(0)
    expect((await asStaff('GET', path)).body).toHaveLength(count)
    await done(remove(staff, `/api/admin/rooms/${room.id}/`))
    const { status, body } = await asStaff('POST', `/api/admin/rooms/import/?transfer=${transfer}`)
    expect([status, body]).toEqual([201, expect.objectContaining({ room_id: room.id, messages: 6, objects: 3 })])
    expect((await asStaff('GET', path)).body).toEqual([])
  })

  test('goes on only where this deployment said, in the same room', async () => {
    Object.assign(BOUNDS, { backupTransfer: 100 })
    const [room, other] = [await group(ada, [bob]), await group(ada, [bob])]
    for (const each of [room, other]) for (const text of ['one', 'two']) await say(ada, each, text)
    const { from = '' } = await part(room, 'parts=1')
    const changed = `${btoa(atob(from.split('.')[0] ?? '').replace('"after":', '"after":1'))}.${from.split('.')[1]}`
    for (const [which, token] of [
      [other, from],
      [room, changed],
      [room, 'nonsense'],
    ] as const) {
      expect((await part(which, `from=${encodeURIComponent(token)}`)).text).toContain('cannot be continued here')
    }
  })

  test('that is changed in one part is refused as a whole one is', async () => {
    const room = await group(ada, [bob])
    await say(ada, room, 'the truth')
    const text = (await exported(room)).replace('the truth', 'otherwise')
    const name = 'another-digest-'.padEnd(40, 'y')
    const headers = { 'Content-Length': String(new TextEncoder().encode(text).length) }
    await asStaff('PUT', `/api/admin/rooms/import/${name}/0/`, { body: text, headers })
    const { status, body } = await asStaff('POST', `/api/admin/rooms/import/?transfer=${name}`)
    expect([status, body.detail]).toEqual([400, expect.stringContaining('The seal does not fit')])
  })
})
