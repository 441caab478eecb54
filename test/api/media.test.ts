/** Images and files over HTTP: uploaded, shown to those who may see them, refused, and removed. */
import {
  createExecutionContext,
  runDurableObjectAlarm,
  runInDurableObject,
  waitOnExecutionContext,
} from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { app } from '../../src/api/app'
import { TIMES } from '../../src/config'
import { LIMITS, Message, RoomDetail, UploadedFile, UploadedImage } from '../../src/protocol'
import { Uploads } from '../../src/uploads/uploads'
import * as fixtures from '../media/fixtures'
import { eventually } from '../support/eventually'
import { stopwatch } from '../support/stopwatch'
import {
  ask,
  atRest,
  cast,
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
  sidebarActor,
} from '../support/world'

let ada: Someone
let bob: Someone
let eve: Someone
let room: Frame

beforeAll(async () => {
  ;({ ada, bob, eve } = await cast('ada', 'bob', 'eve'))
  room = await group(ada, [bob])
})
afterEach(presentTime)

type Bytes = Uint8Array<ArrayBuffer>
type Field = string | number | File

const photo = (bytes: Bytes = fixtures.jpeg(), name = 'photo.jpg') => new File([bytes], name)
const textFile = (text: string, name = 'notes.txt') => new File([text], name, { type: 'text/html' })

function form(fields: Record<string, Field | Field[]>): FormData {
  const data = new FormData()
  for (const [name, values] of Object.entries(fields)) {
    for (const value of [values].flat()) data.append(name, value instanceof File ? value : String(value))
  }
  return data
}

const upload = (who: Someone, image: File = photo()) => post(who, '/api/images/', form({ image }))
const uploadFile = (who: Someone, file: File) => post(who, '/api/files/', form({ file }))
const send = (who: Someone, to: Frame, body: unknown) => post(who, `/api/chatrooms/${to.id}/messages/`, body)
const attach = (who: Someone, to: Frame, fields: Record<string, Field | Field[]>) => done(send(who, to, form(fields)))

/** Fetches what a URL leads to, as a browser would. */
async function fetched(url: string, headers: Record<string, string> = {}, method = 'GET') {
  const context = createExecutionContext()
  const answer = await app.fetch(new Request(url, { method, headers }), env, context)
  const bytes = new Uint8Array(await answer.arrayBuffer())
  await waitOnExecutionContext(context)
  return { status: answer.status, headers: answer.headers, bytes, text: new TextDecoder().decode(bytes) }
}

const keyOf = (url: string) => new URL(url).pathname.replace('/media/', '')
const exists = async (url: string) => (await env.MEDIA.head(keyOf(url))) !== null
const account = (owner: Someone) => env.UPLOADS.getByName(String(owner.id))

/** Lets the account of uploads do what it has to. */
async function swept(owner: Someone): Promise<void> {
  await atRest(room)
  await runDurableObjectAlarm(account(owner))
}

/** The number of objects that are stored for a person. */
const storedOf = async (owner: Someone) => (await env.MEDIA.list({ prefix: `${owner.id}/` })).objects.length

describe('uploading', () => {
  test('an image is answered with its size as shown, its type, and a URL that shows it', async () => {
    const { status, body } = await upload(ada)
    expect(status).toBe(201)
    expect(UploadedImage.parse(body)).toEqual(body)
    expect(body).toMatchObject({ width: 16, height: 24, type: 'image/jpeg' })
    const shown = await fetched(body.url)
    expect(shown.status).toBe(200)
    expect(shown.bytes.length).toBe(body.size)
    expect(shown.text).not.toContain('GPSLatitude')
  })

  test('a file is answered with its name and a URL that saves it', async () => {
    const { status, body } = await uploadFile(
      ada,
      textFile('<script>alert(1)</script>', '../../secret "plans" 数.html'),
    )
    expect(status).toBe(201)
    expect(UploadedFile.parse(body)).toEqual(body)
    expect(body).toMatchObject({ name: 'secret "plans" 数.html', size: 25, type: 'application/octet-stream' })
    const saved = await fetched(body.url)
    expect(saved.text).toBe('<script>alert(1)</script>')
    expect(saved.headers.get('content-type')).toBe('application/octet-stream')
    expect(saved.headers.get('content-disposition')).toMatch(
      /^attachment; filename="secret _plans_ _\.html"; filename\*/,
    )
  })

  test('a large file comes back as it was, in its parts', async () => {
    const bytes = new Uint8Array(12 * 1024 * 1024 + 7)
    for (let at = 0; at < bytes.length; at += 1_000) bytes[at] = at % 251
    const { body } = await uploadFile(ada, new File([bytes], 'large.bin'))
    expect(body.size).toBe(bytes.length)
    const saved = await fetched(body.url)
    expect(Buffer.from(saved.bytes).equals(Buffer.from(bytes))).toBe(true)
    const part = await fetched(body.url, { Range: 'bytes=5242879-5242882' })
    expect([...part.bytes]).toEqual([...bytes.slice(5_242_879, 5_242_883)])
  })

  test('only people who are signed in upload', async () => {
    expect(await ask('POST', '/api/images/', { body: form({ image: photo() }) })).toMatchObject({ status: 401 })
    expect(await ask('POST', '/api/files/', { body: form({ file: photo() }) })).toMatchObject({ status: 401 })
  })
})

describe('what is served', () => {
  test('its headers let it be looked at and nothing else', async () => {
    const { body } = await upload(ada)
    const { headers } = await fetched(body.url)
    expect(Object.fromEntries(headers)).toMatchObject({
      'content-type': 'image/jpeg',
      'content-length': String(body.size),
      'content-disposition': 'inline; filename="image.jpeg"',
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; sandbox",
      'cross-origin-resource-policy': 'cross-origin',
      'accept-ranges': 'bytes',
    })
    const [, age] = /^private, immutable, max-age=(\d+)$/.exec(headers.get('cache-control') ?? '') ?? []
    expect(Number(age)).toBeLessThanOrEqual((TIMES.mediaUrl * 1.5) / 1_000)
    expect(Number(age)).toBeGreaterThanOrEqual(TIMES.mediaUrl / 1_000 - 60)
  })

  test.each(['garbage', '"unclosed', ', ,', '', '"a" "b"', 'W/', '"\u00e4"', `"${'x'.repeat(3_000)}"`])(
    'If-None-Match: %s is ignored like any tag that is another',
    async (tag) => {
      const { body } = await upload(ada)
      const { status, bytes } = await fetched(body.url, { 'If-None-Match': tag })
      expect([status, bytes.length]).toEqual([200, body.size])
    },
  )

  test('a part is served as a part, and what a client has is not sent again', async () => {
    const { body } = await uploadFile(ada, textFile('0123456789'))
    const part = await fetched(body.url, { Range: 'bytes=2-4' })
    expect(part).toMatchObject({ status: 206, text: '234' })
    expect(part.headers.get('content-range')).toBe('bytes 2-4/10')
    expect(part.headers.get('content-length')).toBe('3')
    expect(await fetched(body.url, { Range: 'bytes=-2' })).toMatchObject({ status: 206, text: '89' })
    expect(await fetched(body.url, { Range: 'bytes=50-' })).toMatchObject({ status: 200, text: '0123456789' })
    const again = await fetched(body.url, { 'If-None-Match': part.headers.get('etag') ?? '' })
    expect(again).toMatchObject({ status: 304, text: '' })
    expect(await fetched(body.url, {}, 'HEAD')).toMatchObject({ status: 200, text: '' })
  })

  test('without its signature, or with another’s, there is nothing', async () => {
    const [mine, other] = [await done(upload(ada)), await done(upload(ada))]
    expect(await fetched(mine.url)).toMatchObject({ status: 200 })
    const bare = mine.url.split('?')[0] as string
    const swapped = `${bare}?${new URL(other.url).searchParams}`
    const wrong = mine.url.slice(0, -1) + (mine.url.endsWith('A') ? 'B' : 'A')
    for (const url of [bare, swapped, wrong, `${mine.url}A`, mine.url.replace(/expires=\d+/, 'expires=9999999999')]) {
      const refused = await fetched(url, { Authorization: `Bearer ${ada.access}` })
      expect(refused.status).toBe(404)
      expect(JSON.parse(refused.text).code).toBe('not_found')
      expect(refused.headers.get('cache-control')).toBe('no-store')
    }
  })

  test('a URL that has expired says so, and the same image has another one by then', async () => {
    const { body } = await upload(ada)
    const message = await done(send(ada, room, { image_id: body.id }))
    await swept(ada)
    forward(TIMES.mediaUrl * 1.5)
    const refused = await fetched(message.image)
    expect(refused.status).toBe(403)
    expect(JSON.parse(refused.text).code).toBe('url_expired')
    const again = await done(get(ada, `/api/chatrooms/${room.id}/messages/${message.id}/`))
    expect(again.image).not.toBe(message.image)
    expect(await fetched(again.image)).toMatchObject({ status: 200 })
  })
})

describe('images on messages', () => {
  test('an image alone is a message, by REST and by id, and everyone in the room gets it', async () => {
    const line = await enter(bob, room)
    const message = await attach(ada, room, { image: photo(), client_id: 'c-1' })
    expect(Message.parse(message)).toEqual(message)
    expect(message).toMatchObject({ content: null, image_width: 16, image_height: 24, file: null, client_id: 'c-1' })
    const { message: pushed } = await line.next('new_message')
    expect(pushed.image).toBe(message.image)
    expect(await fetched(pushed.image)).toMatchObject({ status: 200 })

    const { id } = await done(upload(ada))
    const second = await done(send(ada, room, { image_id: id, content: '' }))
    expect(second).toMatchObject({ content: null, image_width: 16 })
    expect((await line.next('new_message')).message.id).toBe(second.id)
    const list = await done(get(bob, '/api/chatrooms/'))
    expect(list.results.find((each: Frame) => each.id === room.id).last_message).toMatchObject({ text: 'Image' })
  })

  test('an image is sent by socket under its id', async () => {
    const line = await enter(ada, room)
    const { id } = await done(upload(ada))
    line.send({ type: 'send_message', image_id: id, client_id: 'c-socket' })
    await line.next('message.ack')
    const { message } = await line.next('new_message')
    expect(message).toMatchObject({ content: null, image_width: 16, image_height: 24 })
    expect(await fetched(message.image)).toMatchObject({ status: 200 })
    expect((await get(bob, `/api/chatrooms/${room.id}/messages/${message.id}/`)).body.image).toBe(message.image)
  })

  test('an image alone is announced to those who were not looking', async () => {
    const quiet = await group(ada, [eve])
    await attach(ada, quiet, { image: photo() })
    const [notification] = (await get(eve, '/api/notifications/')).body
    expect(notification).toMatchObject({ room_id: quiet.id, content: 'Image', notification_type: 'new_message' })
  })

  test('text, image and file go together', async () => {
    const message = await attach(ada, room, { content: 'look', image: photo(), file: textFile('notes') })
    expect(message).toMatchObject({ content: 'look', image_width: 16, file_name: 'notes.txt', file_size: 5 })
    expect(await fetched(message.file)).toMatchObject({ text: 'notes' })
  })

  test('a field that was left empty is no attachment, and nothing at all is no message', async () => {
    const empty = new File([], '')
    expect(await attach(ada, room, { content: 'text', image: empty, file: '' })).toMatchObject({
      image: null,
      file: null,
    })
    expect(await send(ada, room, form({ content: '  ', image: empty }))).toMatchObject({
      body: { code: 'empty_message' },
    })
    expect(await send(ada, room, { image_id: null, content: ' ' })).toMatchObject({ body: { code: 'empty_message' } })
  })

  test('a repeated message keeps its first image, and the second is removed', async () => {
    const before = await storedOf(ada)
    const first = await attach(ada, room, { image: photo(), client_id: 'again' })
    const again = await send(ada, room, form({ image: photo(fixtures.png()), client_id: 'again' }))
    expect(again).toMatchObject({ status: 200, body: { id: first.id, image: first.image } })
    await swept(ada)
    expect(await storedOf(ada)).toBe(before + 1)
    expect(await exists(first.image)).toBe(true)
  })

  test('the text of a message with an image can be changed, and taken away', async () => {
    const message = await attach(ada, room, { content: 'before', image: photo() })
    const path = `/api/chatrooms/${room.id}/messages/${message.id}/`
    expect(await done(patch(ada, path, { content: 'after' }))).toMatchObject({ content: 'after', image: message.image })
    expect(await done(patch(ada, path, { content: '' }))).toMatchObject({ content: null, image: message.image })
    expect(
      await patch(ada, `/api/chatrooms/${room.id}/messages/${(await say(ada, room, 'x')).id}/`, { content: '' }),
    ).toMatchObject({
      body: { code: 'empty_message' },
    })
  })

  test('one upload may be in two rooms, and goes with the second', async () => {
    const other = await group(ada, [bob])
    const { id, url } = await done(upload(ada))
    const [one, two] = [await done(send(ada, room, { image_id: id })), await done(send(ada, other, { image_id: id }))]
    await remove(ada, `/api/chatrooms/${room.id}/messages/${one.id}/`)
    await atRest(other)
    await swept(ada)
    expect(await exists(url)).toBe(true)
    await remove(ada, `/api/chatrooms/${other.id}/messages/${two.id}/`)
    await atRest(other)
    await swept(ada)
    expect(await exists(url)).toBe(false)
  })
})

describe('who sees what', () => {
  test('[R19] an upload of somebody else is nothing, by REST and by socket', async () => {
    const { id } = await done(upload(ada))
    const file = await done(uploadFile(ada, textFile('mine')))
    const line = await enter(bob, room)
    expect(await done(send(ada, room, { image_id: id }))).toMatchObject({ image_width: 16 })
    for (const draft of [
      { image_id: id },
      { file_id: file.id },
      { image_id: file.id },
      { image_id: 'x', content: 'text' },
    ]) {
      expect(await send(bob, room, draft)).toMatchObject({ status: 400, body: { code: 'unknown_attachment' } })
      expect(await line.answer({ type: 'send_message', ...draft })).toMatchObject({ code: 'unknown_attachment' })
    }
    const { results } = await done(get(bob, `/api/chatrooms/${room.id}/messages/?limit=1`))
    expect(results[0].sender.id).toBe(ada.id)
  })

  test('[R19] an upload is of no use a day later', async () => {
    const line = await enter(ada, room)
    const { id } = await done(upload(ada))
    forward(TIMES.upload - 1_000)
    line.send({ type: 'send_message', image_id: id })
    await line.next('new_message')
    forward(2_000)
    expect(await line.answer({ type: 'send_message', image_id: id })).toMatchObject({ code: 'unknown_attachment' })
  })

  test('a stranger and a former member get no URL, by any way', async () => {
    const secret = await group(ada, [bob])
    const message = await attach(ada, secret, { content: 'findme', image: photo(), file: textFile('plans') })
    const path = `/api/chatrooms/${secret.id}`
    const ways = [`${path}/messages/`, `${path}/messages/${message.id}/`, `${path}/messages/?search=findme`, `${path}/`]
    const key = keyOf(message.image)
    expect(JSON.stringify((await get(bob, ways[0] as string)).body)).toContain(key)
    expect(JSON.stringify((await get(bob, '/api/search/?q=findme')).body)).toContain(key)
    await done(post(ada, `${path}/remove_member/`, { user_id: bob.id }))
    for (const who of [bob, eve]) {
      for (const way of ways) expect(await get(who, way)).toMatchObject({ status: 404 })
      const found = [await get(who, '/api/search/?q=findme'), await get(who, '/api/chatrooms/')]
      for (const { body } of found) expect(JSON.stringify(body)).not.toContain(key)
      expect(
        await fetched(`http://parlour.test/media/${key}`, { Authorization: `Bearer ${who.access}` }),
      ).toMatchObject({
        status: 404,
      })
    }
  })

  test('somebody who is not in the room uploads nothing by trying to send', async () => {
    const before = await storedOf(eve)
    expect(await send(eve, room, form({ image: photo(), file: textFile('spam') }))).toMatchObject({ status: 404 })
    await swept(eve)
    expect(await storedOf(eve)).toBe(before)
  })
})

describe('what is to go', () => {
  test('a deleted message takes its image and file along', async () => {
    const line = await enter(bob, room)
    const message = await attach(ada, room, { image: photo(), file: textFile('gone') })
    await swept(ada)
    expect([await exists(message.image), await exists(message.file)]).toEqual([true, true])
    await remove(ada, `/api/chatrooms/${room.id}/messages/${message.id}/`)
    const { message: tombstone } = await line.next('message_deleted')
    expect(tombstone).toMatchObject({ image: null, image_width: null, file: null, file_name: null })
    await swept(ada)
    expect([await exists(message.image), await exists(message.file)]).toEqual([false, false])
    expect(await fetched(message.image)).toMatchObject({ status: 404 })
  })

  test('a deleted room takes along everything that everybody sent, and its picture', async () => {
    const doomed = await done(
      post(ada, '/api/chatrooms/', form({ room_name: 'doomed', participant_ids: bob.id, group_image: photo() })),
    )
    const urls = [doomed.group_image]
    for (const who of [ada, bob, ada]) urls.push((await attach(who, doomed, { image: photo() })).image)
    await atRest(doomed)
    for (const who of [ada, bob]) await runDurableObjectAlarm(account(who))
    expect(await Promise.all(urls.map(exists))).toEqual([true, true, true, true])
    expect(await remove(ada, `/api/chatrooms/${doomed.id}/`)).toMatchObject({ status: 204 })
    await atRest(doomed)
    for (const who of [ada, bob]) await runDurableObjectAlarm(account(who))
    expect(await Promise.all(urls.map(exists))).toEqual([false, false, false, false])
  })

  test('what was uploaded and never sent is gone after a day', async () => {
    const [sent, unsent] = [await done(upload(eve)), await done(upload(eve))]
    const mine = await group(eve, [ada])
    await done(send(eve, mine, { image_id: sent.id }))
    await atRest(mine)
    forward(TIMES.uploadKept + 1_000)
    await runDurableObjectAlarm(account(eve))
    expect([await exists(sent.url), await exists(unsent.url)]).toEqual([true, false])
  })

  test('an account of uploads that does not answer holds no message up, and hears of it later', async () => {
    const line = await enter(ada, room)
    const { id, url } = await done(upload(ada))
    const owed = () =>
      runInDurableObject(roomActor(room), (_, { storage }) => [
        ...storage.sql.exec<{ key: string }>(`SELECT key FROM outbox WHERE key LIKE 'media:%'`),
      ])
    const down = vi.spyOn(Uploads.prototype, 'applyReferences').mockImplementation(() => {
      throw new Error('Network connection lost')
    })
    line.send({ type: 'send_message', image_id: id, client_id: 'held' })
    await line.next('message.ack')
    await eventually(() => expect(down).toHaveBeenCalled())
    expect(await owed()).toHaveLength(1)
    down.mockRestore()
    await eventually(async () => {
      await runDurableObjectAlarm(roomActor(room))
      expect(await owed()).toEqual([])
    })
    forward(TIMES.uploadKept + 1_000)
    await runDurableObjectAlarm(account(ada))
    expect(await exists(url)).toBe(true)
  })
})

describe('pictures', () => {
  const picture = async (who: Someone) => (await done(get(who, '/api/profile/'))).profile_pic

  test('a picture comes with registering, and others see it', async () => {
    const fields = {
      email: 'pic@parlour.test',
      username: 'pic',
      password: 'correct horse battery',
      profile_pic: photo(),
    }
    const { status, body } = await ask('POST', '/api/register/', { body: form(fields) })
    expect(status).toBe(201)
    expect(await fetched(body.user.profile_pic)).toMatchObject({ status: 200 })
    const seen = await done(get(bob, `/api/users/${body.user.id}/`))
    expect(keyOf(seen.profile_pic)).toBe(keyOf(body.user.profile_pic))
    expect(keyOf(body.user.profile_pic)).toMatch(new RegExp(`^${body.user.id}/`))
    forward(TIMES.uploadKept + 1_000)
    await runDurableObjectAlarm(account(body.user))
    expect(await exists(body.user.profile_pic)).toBe(true)
  })

  test('a registration that is refused leaves no picture', async () => {
    const before = (await env.MEDIA.list()).objects.length
    const fields = {
      email: 'new@parlour.test',
      username: 'ada',
      password: 'correct horse battery',
      profile_pic: photo(),
    }
    expect(await ask('POST', '/api/register/', { body: form(fields) })).toMatchObject({ status: 409 })
    await eventually(async () => expect((await env.MEDIA.list()).objects.length).toBe(before))
  })

  test('a new picture replaces the one before, everywhere, and empty or null takes it away', async () => {
    const line = await enter(ada, room)
    const first = (await done(patch(bob, '/api/profile/', form({ profile_pic: photo() })))).profile_pic
    expect(first).toBe(await picture(bob))
    expect((await line.next('member_updated')).user.profile_pic).toBe(first)

    const second = (await done(patch(bob, '/api/profile/', form({ profile_pic: photo(fixtures.webp()), bio: 'hi' }))))
      .profile_pic
    expect(second).not.toBe(first)
    // The account is told after the answer, and deletes by its alarm.
    await eventually(async () => {
      await runDurableObjectAlarm(account(bob))
      expect([await exists(first), await exists(second)]).toEqual([false, true])
    })

    // A client that sends back what it got changes nothing.
    expect((await done(patch(bob, '/api/profile/', { profile_pic: second, bio: 'ho' }))).profile_pic).toBe(second)
    expect((await done(patch(bob, '/api/profile/', { bio: 'hu' }))).profile_pic).toBe(second)
    expect((await done(patch(bob, '/api/profile/', { profile_pic: null }))).profile_pic).toBeNull()
    await eventually(async () => {
      await runDurableObjectAlarm(account(bob))
      expect(await exists(second)).toBe(false)
    })

    await done(ask('PUT', '/api/profile/', { token: bob.access, body: form({ profile_pic: photo() }) }))
    expect(await picture(bob)).toContain('/media/')
    expect((await done(patch(bob, '/api/profile/', form({ profile_pic: '' })))).profile_pic).toBeNull()
  })

  test('a group has a picture that admins change, and members see', async () => {
    const made = await done(
      post(
        ada,
        '/api/chatrooms/',
        form({ room_name: 'faces', participant_ids: [bob.id, eve.id], group_image: photo() }),
      ),
    )
    expect(RoomDetail.parse(made)).toEqual(made)
    expect(made.participants).toHaveLength(3)
    expect(await fetched(made.group_image)).toMatchObject({ status: 200 })
    const line = await enter(bob, made)
    const path = `/api/chatrooms/${made.id}/`
    const changed = await done(patch(ada, path, form({ group_image: photo(fixtures.avif()) })))
    expect((await line.next('room_updated')).room.group_image).toBe(changed.group_image)
    expect(changed.room_name).toBe('faces')
    await atRest(made)
    await runDurableObjectAlarm(account(ada))
    expect([await exists(made.group_image), await exists(changed.group_image)]).toEqual([false, true])

    const before = await storedOf(bob)
    expect(await patch(bob, path, form({ group_image: photo() }))).toMatchObject({ status: 403 })
    await runDurableObjectAlarm(account(bob))
    expect(await storedOf(bob)).toBe(before)
    expect((await done(patch(ada, path, { room_name: 'still' }))).group_image).toBe(changed.group_image)
    expect((await done(patch(ada, path, { group_image: null }))).group_image).toBeNull()
    await atRest(made)
    await runDurableObjectAlarm(account(ada))
    expect(await exists(changed.group_image)).toBe(false)
  })
})

describe('hostile uploads', () => {
  const SVG = '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
  const bytes = (text: string) => Uint8Array.from(Buffer.from(text, 'latin1'))
  const huge = fixtures.png()
  huge.set([0, 0, 0xc3, 0x50, 0, 0, 0xc3, 0x50], 16)
  const padded = (image: Bytes, to: number) => {
    const file = new Uint8Array(to)
    file.set(image)
    return file
  }

  test.each([
    ['an SVG', bytes(SVG), 415, 'unsupported_type'],
    ['an SVG called a PNG', bytes(SVG), 415, 'unsupported_type'],
    ['a page behind the signature of a PNG', bytes(`\x89PNG\r\n\x1a\n${SVG}`), 415, 'unsupported_type'],
    ['a page behind a GIF', new Uint8Array([...fixtures.gif(), ...bytes(SVG)]), 415, 'unsupported_type'],
    ['half an image', fixtures.png().slice(0, 300), 415, 'unsupported_type'],
    ['nothing, under a name', new Uint8Array(0), 415, 'unsupported_type'],
    ['50,000 × 50,000 pixels', huge, 413, 'too_large'],
    ['a byte more than allowed', padded(fixtures.png(), LIMITS.imageBytes + 1), 413, 'too_large'],
  ])('%s is refused everywhere an image can go', async (name, file, status, code) => {
    const before = await storedOf(ada)
    const image = new File([file], name === 'an SVG' ? 'image.svg' : 'image.png', { type: 'image/png' })
    const answers = {
      image: await upload(ada, image),
      profile_pic: await patch(ada, '/api/profile/', form({ profile_pic: image })),
      group_image: await patch(ada, `/api/chatrooms/${room.id}/`, form({ group_image: image })),
    }
    for (const [field, { status: given, body }] of Object.entries(answers)) {
      expect([field, given, body.code]).toEqual([field, status, code])
      expect(body[field]).toEqual([body.detail])
    }
    expect(await send(ada, room, form({ image, content: 'text' }))).toMatchObject({ status, body: { code } })
    expect(await storedOf(ada)).toBe(before)
  })

  test('the largest image that is allowed is taken', async () => {
    expect(await upload(ada, photo(padded(fixtures.png(), LIMITS.imageBytes)))).toMatchObject({ status: 201 })
  })

  test('a file of a byte more than allowed is refused and leaves nothing', async () => {
    const before = await storedOf(ada)
    const most = new Uint8Array(LIMITS.fileBytes + 1)
    expect(await uploadFile(ada, new File([most], 'a.bin'))).toMatchObject({ status: 413, body: { code: 'too_large' } })
    expect(await storedOf(ada)).toBe(before)
    expect(await uploadFile(ada, new File([most.slice(1)], 'a.bin'))).toMatchObject({ status: 201 })
  })

  test('a body that announces more than allowed is refused before it is read', async () => {
    let pulled = 0
    const body = new ReadableStream({
      pull(controller) {
        pulled += 1
        controller.enqueue(new Uint8Array(1_000))
      },
    })
    const headers = { 'Content-Type': 'multipart/form-data; boundary=x', 'Content-Length': String(100 * 1024 * 1024) }
    const answer = await ask('POST', '/api/images/', { token: ada.access, headers, body })
    expect(answer).toMatchObject({ status: 413, body: { code: 'too_large' } })
    expect(pulled).toBeLessThan(10)
  })

  test('an empty file is refused', async () => {
    expect(await uploadFile(ada, new File([], 'empty.txt'))).toMatchObject({
      status: 400,
      body: { file: ['This file is empty.'] },
    })
  })

  test('a request without its file, or with two, is refused', async () => {
    for (const body of [form({ other: photo() }), {}, form({ image: 'text' })]) {
      const answer = await post(ada, '/api/images/', body)
      expect(answer).toMatchObject({ status: 400, body: { code: 'invalid', image: [expect.any(String)] } })
    }
    expect(await post(ada, '/api/files/', {})).toMatchObject({ status: 400, body: { file: [expect.any(String)] } })
    expect(await post(ada, '/api/images/', form({ image: [photo(), photo()] }))).toMatchObject({ status: 400 })
    const raw = { token: ada.access, headers: { 'Content-Type': 'image/jpeg' }, body: 'bytes' }
    expect(await ask('POST', '/api/images/', raw)).toMatchObject({ status: 415 })
  })

  test('whatever a file is called, it is stored under a key of ours', async () => {
    for (const name of ['../../../etc/passwd', '..\\..\\boot.ini', '/absolute', 'a\0b', '%2e%2e%2f', '.']) {
      const { url } = await done(uploadFile(ada, new File(['x'], name)))
      expect(keyOf(url)).toMatch(new RegExp(`^${ada.id}/[\\w-]{22}$`))
    }
  })
})

describe('when R2 fails', () => {
  const broken = (method: 'put' | 'get') =>
    new Proxy(env.MEDIA, {
      get(of, name) {
        if (name === method) return () => Promise.reject(new Error('put: We encountered an internal error (10001)'))
        const value = Reflect.get(of, name)
        return typeof value === 'function' ? value.bind(of) : value
      },
    })
  const refused = (path: string, body: FormData, method = 'POST', token = ada.access) =>
    ask(method, path, { token, body, env: { MEDIA: broken('put') } })

  test('whoever uploads hears so, and nothing is half made', async () => {
    const before = (await done(get(ada, `/api/chatrooms/${room.id}/`))).last_id
    const account = {
      email: 'half@parlour.test',
      username: 'half',
      password: 'correct horse battery',
      profile_pic: photo(),
    }
    const answers = [
      await refused('/api/images/', form({ image: photo() })),
      await refused('/api/files/', form({ file: textFile('x') })),
      await refused(`/api/chatrooms/${room.id}/messages/`, form({ content: 'x', image: photo() })),
      await refused(`/api/chatrooms/${room.id}/`, form({ room_name: 'half', group_image: photo() }), 'PATCH'),
      await refused('/api/profile/', form({ bio: 'half', profile_pic: photo() }), 'PATCH'),
      await refused('/api/register/', form(account)),
    ]
    for (const { status, headers, body } of answers) {
      expect([status, body.code]).toEqual([503, 'unavailable'])
      expect(Number(headers.get('retry-after'))).toBeGreaterThan(0)
    }
    expect(await done(get(ada, `/api/chatrooms/${room.id}/`))).toMatchObject({
      last_id: before,
      room_name: 'The Group',
    })
    expect((await done(get(ada, '/api/profile/'))).bio).not.toBe('half')
    expect(await ask('POST', '/api/register/', { body: { ...account, profile_pic: '' } })).toMatchObject({
      status: 201,
    })
  })

  test('when R2 does not answer at all, whoever uploads hears so within five seconds', async () => {
    const stalled = new Proxy(env.MEDIA, { get: () => () => new Promise(() => {}) })
    const elapsed = stopwatch()
    const answer = await ask('POST', '/api/images/', {
      token: ada.access,
      body: form({ image: photo() }),
      env: { MEDIA: stalled },
    })
    expect(answer).toMatchObject({ status: 503, body: { code: 'unavailable' } })
    expect(elapsed()).toBeLessThan(5_000)
  })

  test('whoever looks hears so, and messages without uploads go through', async () => {
    const { url } = await done(upload(ada))
    const context = createExecutionContext()
    const answer = await app.fetch(new Request(url), { ...env, MEDIA: broken('get') }, context)
    await waitOnExecutionContext(context)
    expect(answer.status).toBe(503)
    const sent = await ask('POST', `/api/chatrooms/${room.id}/messages/`, {
      token: ada.access,
      body: { content: 'text' },
      env: { MEDIA: broken('put') },
    })
    expect(sent.status).toBe(201)
  })
})

test('the sidebar of a member shows the picture of a room under a URL that works', async () => {
  const made = await done(
    post(ada, '/api/chatrooms/', form({ room_name: 'shown', participant_ids: bob.id, group_image: photo() })),
  )
  const [shown] = await sidebarActor(bob).listByIds('http://parlour.test', [made.id])
  expect(await fetched(shown?.group_image ?? '')).toMatchObject({ status: 200 })
})
