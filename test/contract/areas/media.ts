/** Images and files: on messages, profiles and rooms, and who may see them. */
import { beforeAll, describe, expect, it } from 'vitest'
import { ask, asked } from '../ask.ts'
import { as, makeGroup, PASSWORD, type Person, signUpAll, unique } from '../cast.ts'
import { Listener } from '../listener.ts'
import { formWith, png, pngFile } from '../picture.ts'
import { expectShape } from '../shape.ts'
import { image, message } from '../shapes.ts'

let ada: Person
let bob: Person
let carol: Person
let room: number
let path: string
beforeAll(async () => {
  ;[ada, bob, carol] = await signUpAll('ada', 'bob', 'carol')
  room = await makeGroup(ada, bob)
  path = `/api/chatrooms/${room}/messages/`
})

const upload = async (who: Person) =>
  (await as(who, 201, 'POST', '/api/images/', formWith('image', pngFile(3, 2), 'dots.png'))).body

const bytesAt = async (url: string) => {
  const response = await fetch(url)
  expect(response.status).toBe(200)
  return { headers: response.headers, bytes: new Uint8Array(await response.arrayBuffer()) }
}

describe('an image', () => {
  it('is uploaded, measured by the server, and sent by its id', async () => {
    const uploaded = await upload(ada)
    expectShape(uploaded, image)
    expect(uploaded).toMatchObject({ width: 3, height: 2, size: png(3, 2).length, type: 'image/png' })
    const seat = await Listener.inRoom(bob, room)
    const sender = await Listener.inRoom(ada, room)
    sender.send({ type: 'send_message', content: 'look', image_id: uploaded.id, client_id: unique('image') })
    const told = (await seat.next('new_message')).message
    expect(told).toMatchObject({ content: 'look', image_width: 3, image_height: 2 })
    const { headers, bytes } = await bytesAt(told.image)
    expect(bytes).toEqual(png(3, 2))
    expect(headers.get('content-type')).toBe('image/png')
    expect(headers.get('x-content-type-options')).toBe('nosniff')
  })

  it('is described by whoever sends it, in words that can be edited and go with it', async () => {
    const fields = { content: 'look', image_alt: ' Dots on a wall ' }
    const { body } = await as(ada, 201, 'POST', path, formWith('image', pngFile(2, 2), 'dots.png', fields))
    expect(body).toMatchObject({ content: 'look', image_alt: 'Dots on a wall' })
    const named = { image_id: (await upload(ada)).id, image_alt: 'One dot' }
    expect((await as(ada, 201, 'POST', path, named)).body).toMatchObject({ image_alt: 'One dot' })
    const seat = await Listener.inRoom(bob, room)
    const sender = await Listener.inRoom(ada, room)
    const by = { image_id: (await upload(ada)).id, image_alt: 'By socket', client_id: unique('alt') }
    sender.send({ type: 'send_message', ...by })
    expect((await seat.next('new_message')).message).toMatchObject({ image_alt: 'By socket' })
    // Alone it changes nothing of the text: no edit that people see.
    const one = `${path}${body.id}/`
    await as(bob, 403, 'PATCH', one, { image_alt: 'Not mine' })
    await as(ada, 200, 'PATCH', one, { image_alt: 'Three dots' })
    expect((await seat.next('message_updated')).message).toMatchObject({ image_alt: 'Three dots', edited_at: null })
    expect((await as(ada, 200, 'GET', `${one}history/`)).body).toEqual([])
    sender.send({ type: 'edit_message', message_id: body.id, content: 'seen', image_alt: '' })
    const both = (await seat.next('message_updated')).message
    expect(both).toMatchObject({ content: 'seen', image_alt: null, edited_at: expect.any(String) })
    await as(ada, 200, 'PATCH', one, { image_alt: 'Back' })
    await as(ada, 204, 'DELETE', one)
    expect((await seat.next('message_deleted')).message.image_alt).toBeNull()
    // Nothing is described where there is no image, nor at any length.
    expect((await as(ada, 201, 'POST', path, { content: 'no image', image_alt: 'of what?' })).body.image_alt).toBeNull()
    await as(ada, 400, 'POST', path, { content: 'x', image_alt: 'x'.repeat(1_001) })
    await as(ada, 400, 'PATCH', one, {})
  })

  it('alone makes a message, whose preview is not null', async () => {
    const { body } = await as(
      ada,
      201,
      'POST',
      path,
      formWith('image', pngFile(4, 5), 'dots.png', { client_id: unique('i') }),
    )
    expectShape(body, message)
    expect(body).toMatchObject({ image_width: 4, image_height: 5, image: expect.any(String) })
    const shown = (await as(bob, 200, 'GET', `/api/chatrooms/?limit=100`)).body.results
    const mine = shown.find(({ id }: { id: number }) => id === room)
    expect(mine.last_message).toMatchObject({ id: body.id, text: expect.stringMatching(/\S/) })
    expect((await bytesAt(body.image)).bytes).toEqual(png(4, 5))
  })

  it('is a profile picture, a room’s picture, and part of registering', async () => {
    const username = unique('pic')
    const fields = { email: `${username}@example.com`, username, password: PASSWORD }
    const form = formWith('profile_pic', pngFile(), 'me.png', fields)
    const made = (await asked(201, 'POST', '/api/register/', { body: form })).body
    expect((await bytesAt(made.user.profile_pic)).bytes).toEqual(png(3, 2))
    const me = { token: made.access, body: formWith('profile_pic', pngFile(5, 5), 'me.png') }
    expect((await bytesAt((await asked(200, 'PATCH', '/api/profile/', me)).body.profile_pic)).bytes).toEqual(png(5, 5))
    const pictured = formWith('group_image', pngFile(6, 6), 'us.png', { room_name: 'Pictured' })
    const group = (await as(ada, 201, 'POST', '/api/chatrooms/', pictured)).body
    expect((await bytesAt(group.group_image)).bytes).toEqual(png(6, 6))
    const other = formWith('group_image', pngFile(7, 7), 'us.png')
    const changed = (await as(ada, 200, 'PATCH', `/api/chatrooms/${group.id}/`, other)).body
    expect((await bytesAt(changed.group_image)).bytes).toEqual(png(7, 7))
  })

  it('that is not one is 415, whatever it says it is', async () => {
    for (const [text, type] of [
      ['<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', 'image/svg+xml'],
      ['<html>', 'image/png'],
      ['', 'image/png'],
    ] as const) {
      const form = formWith('image', new Blob([text], { type }), 'x.png')
      expect([400, 415]).toContain((await ask('POST', '/api/images/', { token: ada.access, body: form })).status)
    }
    await as(ada, 400, 'POST', '/api/images/', new FormData())
  })

  it('over 10 MB is 413', async () => {
    const big = new Uint8Array(10 * 1024 * 1024 + 1)
    big.set(png(3, 2))
    const form = formWith('image', new Blob([big], { type: 'image/png' }), 'big.png')
    await as(ada, 413, 'POST', '/api/images/', form)
  })

  it('of another is not theirs to send', async () => {
    const uploaded = await upload(ada)
    await as(bob, 400, 'POST', path, { image_id: uploaded.id })
    await as(ada, 201, 'POST', path, { image_id: uploaded.id })
    await as(ada, 400, 'POST', path, { image_id: 'made-up' })
  })
})

describe('a file', () => {
  it('of any type is a download', async () => {
    const page = '<script>alert(1)</script>'
    const form = formWith('file', new Blob([page], { type: 'text/html' }), 'page.html', { content: 'a page' })
    const { body } = await as(ada, 201, 'POST', path, form)
    expectShape(body, message)
    const { headers, bytes } = await bytesAt(body.file)
    expect(new TextDecoder().decode(bytes)).toBe(page)
    expect(headers.get('content-disposition')).toMatch(/^attachment/)
    expect(headers.get('content-type')).not.toContain('html')
    expect(headers.get('x-content-type-options')).toBe('nosniff')
  })
})

describe('the URL of an upload', () => {
  it('cannot be guessed or changed', async () => {
    const { body } = await as(ada, 201, 'POST', path, formWith('image', pngFile(), 'dots.png'))
    const url = new URL(body.image)
    expect((await fetch(url)).status).toBe(200)
    const bare = new URL(url)
    bare.search = ''
    expect((await ask('GET', bare.href)).status).toBe(404)
    for (const name of url.searchParams.keys()) {
      const changed = new URL(url)
      const value = changed.searchParams.get(name) ?? ''
      changed.searchParams.set(
        name,
        value.replace(/.$/, (last) => (last === '1' ? '2' : '1')),
      )
      expect([403, 404, 410]).toContain((await ask('GET', changed.href)).status)
    }
    for (const traversal of ['..%2f', '%00']) {
      expect([400, 404]).toContain((await ask('GET', `/media/${traversal}${url.pathname.split('/').at(-1)}`)).status)
    }
  })

  it('is shown to nobody who may not see the message', async () => {
    const { body } = await as(ada, 201, 'POST', path, formWith('image', pngFile(), 'dots.png'))
    await as(carol, 404, 'GET', `${path}${body.id}/`)
    await as(ada, 204, 'DELETE', `${path}${body.id}/`)
    expect((await as(bob, 200, 'GET', `${path}${body.id}/`)).body).toMatchObject({ image: null, deleted: true })
  })
})
