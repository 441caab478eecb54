/** What other chat servers got wrong in small things, each once. */
import { beforeAll, describe, expect, it } from 'vitest'
import { ask, asked } from '../ask.ts'
import {
  as,
  directRoom,
  inListOf,
  makeGroup,
  PASSWORD,
  type Person,
  say,
  signIn,
  signUp,
  signUpAll,
  unique,
} from '../cast.ts'
import { Listener, pause } from '../listener.ts'

let ada: Person
let bob: Person
beforeAll(async () => {
  ;[ada, bob] = await signUpAll('ada', 'bob')
})

describe('a message', () => {
  it('is not moved to another room, nor to another sender, by changing it', async () => {
    const [here, there] = [await makeGroup(ada, bob), await makeGroup(ada, bob)]
    const { id } = await say(ada, here, 'stays')
    const moved = {
      content: 'stays here',
      room: there,
      chatroom: there,
      sender: bob.id,
      id: 1,
      timestamp: 'now',
      deleted: true,
    }
    const { body } = await as(ada, 200, 'PATCH', `/api/chatrooms/${here}/messages/${id}/`, moved)
    expect(body).toMatchObject({ id, room: here, deleted: false, sender: { id: ada.id } })
    expect((await as(ada, 200, 'GET', `/api/chatrooms/${there}/messages/`)).body.results).toEqual([])
  })

  it('of long text that does not compress is kept to the last character', async () => {
    const room = await makeGroup(ada, bob)
    const letters = Array.from({ length: 10_000 }, () =>
      String.fromCodePoint(0x4e00 + Math.floor(Math.random() * 20_000)),
    )
    const content = letters.join('')
    const { id } = await say(ada, room, content)
    expect((await as(bob, 200, 'GET', `/api/chatrooms/${room}/messages/${id}/`)).body.content).toBe(content)
    const seat = await Listener.inRoom(bob, room)
    expect((await seat.ask({ type: 'send_message', content })).type).toBe('message.ack')
    expect((await seat.next('new_message')).message.content).toBe(content)
  })

  it('leaves the preview to the one before when it is deleted, and to nobody when it was the only one', async () => {
    const room = await makeGroup(ada, bob)
    const [first, second] = [await say(ada, room, 'first'), await say(ada, room, 'second')]
    const preview = async () => (await inListOf(bob, room)).last_message
    expect(await preview()).toMatchObject({ text: 'second' })
    await as(ada, 204, 'DELETE', `/api/chatrooms/${room}/messages/${second.id}/`)
    expect(await preview()).toMatchObject({ text: 'first', sender_name: ada.username })
    await as(bob, 200, 'POST', `/api/chatrooms/${room}/messages/${first.id}/mark_as_read/`)
    expect(await preview()).toMatchObject({ text: 'first' })
  })
})

describe('an id', () => {
  it('given as text is the same id: no check is slipped past with it', async () => {
    const carol = await signUp('carol')
    const room = await makeGroup(ada, bob)
    const path = `/api/chatrooms/${room}`
    // Oneself and the owner are recognised.
    await as(ada, 400, 'POST', '/api/chatrooms/direct/', { user_id: String(ada.id) })
    await as(ada, 400, 'POST', '/api/friend-requests/', { to_user: String(ada.id) })
    await as(ada, 200, 'POST', `${path}/assign_admin/`, { user_id: String(bob.id) })
    await as(bob, 403, 'POST', `${path}/remove_member/`, { user_id: String(ada.id) })
    // One person is one member, however often and in whatever form they are named.
    const users = [carol.id, String(carol.id)]
    expect((await as(ada, 200, 'POST', `${path}/add_members/`, { users })).body.participants).toHaveLength(3)
    await as(ada, 200, 'POST', `${path}/remove_member/`, { user_id: String(carol.id) })
    await as(carol, 404, 'GET', `${path}/`)
    for (const user_id of [
      [bob.id],
      { id: bob.id },
      true,
      `${bob.id} `,
      `0x${bob.id.toString(16)}`,
      `${bob.id}.0`,
      '1e15',
    ]) {
      await as(ada, 400, 'POST', `${path}/remove_member/`, { user_id })
    }
  })
})

describe('an account', () => {
  it('is not taken over by writing another’s address into one’s profile', async () => {
    for (const email of [ada.email, ada.email.toUpperCase()]) {
      await as(bob, 409, 'PATCH', '/api/profile/', { email })
      await as(bob, 409, 'PATCH', '/api/profile/', { email, old_password: PASSWORD })
    }
    const { body } = await asked(200, 'POST', '/api/login/', { body: { identifier: ada.email, password: PASSWORD } })
    expect(body.user.id).toBe(ada.id)
  })

  it('is one, although its address registers eight times at once', async () => {
    const email = `${unique('race')}@example.com`
    const tries = Array.from({ length: 8 }, (_, place) =>
      ask('POST', '/api/register/', { body: { email, username: unique(`r${place}`), password: PASSWORD } }),
    )
    const statuses = (await Promise.all(tries)).map(({ status }) => status)
    expect(statuses.filter((status) => status === 201)).toHaveLength(1)
    expect(statuses.filter((status) => status === 409)).toHaveLength(7)
  })

  it('shows its address to nobody else', async () => {
    const room = await makeGroup(ada, bob)
    await say(ada, room, 'hello')
    const seat = await Listener.inRoom(bob, room)
    const sidebar = await Listener.ofSidebar(bob)
    await say(ada, room, 'and again')
    await seat.next('new_message')
    const answers = await Promise.all(
      [
        `/api/users/?search=${ada.username}`,
        `/api/users/${ada.id}/`,
        `/api/chatrooms/${room}/`,
        `/api/chatrooms/${room}/participants/`,
        `/api/chatrooms/${room}/messages/`,
        '/api/chatrooms/',
        '/api/notifications/',
      ].map((path) => as(bob, 200, 'GET', path)),
    )
    const everything = [...answers.map(({ text }) => text), ...seat.raw, ...sidebar.raw].join()
    expect(everything).toContain(ada.username)
    expect(everything).not.toContain(ada.email)
  })

  it('may have its biography blanked', async () => {
    await as(ada, 200, 'PATCH', '/api/profile/', { bio: 'something' })
    for (const bio of ['', '   ']) {
      expect((await as(ada, 200, 'PATCH', '/api/profile/', { bio })).body.bio).toBe('')
    }
  })
})

describe('presence', () => {
  it('stays while one of two tabs is open', async () => {
    const [eve, fay] = await signUpAll('eve', 'fay')
    await directRoom(eve, fay)
    const watcher = await Listener.ofSidebar(eve)
    const tabs = [await Listener.ofSidebar(fay), await Listener.ofSidebar(await signIn(fay))]
    await watcher.next({ type: 'presence', user_id: fay.id })
    tabs[0]?.close()
    // Longer than the grace that a reconnect has.
    await pause(12_000)
    await tabs[1]?.ping()
    expect(watcher.heard({ type: 'presence', user_id: fay.id, online: false })).toEqual([])
    expect((await as(eve, 200, 'GET', `/api/users/${fay.id}/`)).body.online_status).toBe(true)
  })
})
