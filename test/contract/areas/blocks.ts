/** Blocks: friendship ends, presence is hidden, and the two are silent to each other, until it is lifted. */
import { beforeEach, describe, expect, it } from 'vitest'
import { ask } from '../ask.ts'
import { as, directRoom, makeGroup, type Person, say, signUpAll } from '../cast.ts'
import { Listener } from '../listener.ts'
import { expectShape, listOf } from '../shape.ts'
import { user } from '../shapes.ts'

let ada: Person
let bob: Person
let cy: Person
beforeEach(async () => {
  ;[ada, bob, cy] = await signUpAll('ada', 'bob', 'cy')
})

const change = async (method: 'POST' | 'DELETE', who: Person, whom: Person) => {
  const { status } = await ask(method, `/api/users/${whom.id}/block/`, { token: who.access })
  expect(status).toBeGreaterThanOrEqual(200)
  expect(status).toBeLessThan(300)
}
const block = (who: Person, whom: Person) => change('POST', who, whom)
const unblock = (who: Person, whom: Person) => change('DELETE', who, whom)
const bothWays = () =>
  [
    [ada, bob],
    [bob, ada],
  ] as const

describe('a block', () => {
  it('is listed to who made it, and to nobody else', async () => {
    await block(ada, bob)
    const { body } = await as(ada, 200, 'GET', '/api/blocks/')
    expectShape(body, listOf(user))
    expect(body.map(({ id }: Person) => id)).toEqual([bob.id])
    expect((await as(bob, 200, 'GET', '/api/blocks/')).body).toEqual([])
    await unblock(ada, bob)
    expect((await as(ada, 200, 'GET', '/api/blocks/')).body).toEqual([])
  })

  it('is refused of oneself and of nobody', async () => {
    await as(ada, 400, 'POST', `/api/users/${ada.id}/block/`)
    await as(ada, 404, 'POST', '/api/users/4503599627370497/block/')
  })

  it('ends the friendship, settles what is open and refuses what is new, both ways', async () => {
    const first = (await as(ada, 201, 'POST', '/api/friend-requests/', { to_user: bob.id })).body
    await as(bob, 200, 'POST', `/api/friend-requests/${first.id}/accept/`)
    const open = (await as(cy, 201, 'POST', '/api/friend-requests/', { to_user: ada.id })).body
    await block(ada, bob)
    await block(ada, cy)
    for (const who of [ada, bob]) expect((await as(who, 200, 'GET', '/api/profile/')).body.friends).toEqual([])
    await as(ada, 410, 'POST', `/api/friend-requests/${open.id}/accept/`)
    for (const [who, whom] of bothWays()) {
      await as(who, 403, 'POST', '/api/friend-requests/', { to_user: whom.id })
    }
    await unblock(ada, bob)
    await as(bob, 201, 'POST', '/api/friend-requests/', { to_user: ada.id })
  })

  it('silences the direct room both ways, by REST and on sockets that are open', async () => {
    const room = await directRoom(ada, bob)
    const sockets = [await Listener.inRoom(ada, room), await Listener.inRoom(bob, room)]
    await say(bob, room, 'before')
    await block(ada, bob)
    for (const [place, [who, whom]] of bothWays().entries()) {
      await as(who, 403, 'POST', `/api/chatrooms/${room}/messages/`, { content: 'after' })
      await as(who, 403, 'POST', '/api/chatrooms/direct/', { user_id: whom.id })
      const answer = await sockets[place]?.ask({ type: 'send_message', content: 'after', client_id: `${place}` })
      expect(answer).toMatchObject({ type: 'error', code: 'blocked' })
    }
    const { results } = (await as(bob, 200, 'GET', `/api/chatrooms/${room}/messages/`)).body
    expect(results.map(({ content }: { content: string }) => content)).toEqual(['before'])
    await unblock(ada, bob)
    await say(bob, room, 'again')
    await sockets[0]?.next((frame) => frame.message?.content === 'again')
  })

  it('silences nobody in a group', async () => {
    const room = await makeGroup(cy, ada, bob)
    await block(ada, bob)
    const socket = await Listener.inRoom(ada, room)
    await say(bob, room, 'to all')
    await socket.next((frame) => frame.message?.content === 'to all')
  })

  it('hides presence both ways, at once, and lifting it shows it again', async () => {
    await directRoom(ada, bob)
    const [a, b] = [await Listener.ofSidebar(ada), await Listener.ofSidebar(bob)]
    await a.next({ type: 'presence', user_id: bob.id, online: true })
    await block(bob, ada)
    await a.next({ type: 'presence', user_id: bob.id, online: false })
    await b.next({ type: 'presence', user_id: ada.id, online: false })
    for (const [viewer, other] of bothWays()) {
      const { body } = await as(viewer, 200, 'GET', `/api/users/${other.id}/`)
      expectShape(body, user)
      expect(body.online_status).toBe(false)
    }
    expect((await as(cy, 200, 'GET', `/api/users/${ada.id}/`)).body.online_status).toBe(true)
    await unblock(bob, ada)
    await a.next({ type: 'presence', user_id: bob.id, online: true })
    expect((await as(ada, 200, 'GET', `/api/users/${bob.id}/`)).body.online_status).toBe(true)
  })
})
